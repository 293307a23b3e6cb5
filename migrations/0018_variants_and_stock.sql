-- Options and variants of products, the ledger of stock, old addresses, descriptions in Markdown, and the admin's hold.
set local lock_timeout = '10s';

-- Products.
alter table products
  -- [{"name": "Size", "values": ["S", "M"]}] in the order in which customers choose
  add column options jsonb not null default '[]' constraint products_options_check
    check (jsonb_typeof(options) = 'array' and jsonb_array_length(options) <= 3),
  -- `description` is Markdown; this is what it became when it was saved: rendered and cleaned, so that a page view costs nothing.
  add column description_html text not null default '',
  -- Why an admin took it down. While it is set nobody publishes it.
  add column held_reason text constraint products_held_reason_check check (char_length(held_reason) between 1 and 1000),
  add constraint products_held_is_not_published check (held_reason is null or status <> 'published');

-- Until now descriptions were plain text with a blank line between paragraphs.
update products set description_html = (
  select coalesce(string_agg('<p>' || replace(replace(replace(replace(trim(text), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')
      || '</p>', e'\n' order by place), '')
  from regexp_split_to_table(description, e'\n\\s*\n') with ordinality as paragraphs (text, place) where trim(text) <> '')
where description <> '';

-- Addresses that a product had before; each leads to the present one.
create table product_slugs (
  slug text primary key,
  product_id uuid not null references products on delete cascade,
  since timestamptz not null default now()
);
create index product_slugs_product on product_slugs (product_id);

-- Whether another product has this address, or had it. Definer: a vendor sees only the own products, and must not take others' addresses.
create function product_slug_is_taken(wanted text, by_product uuid) returns boolean language sql stable security definer
  set search_path = public, pg_temp as $$
  select exists (select from products where slug = wanted and id <> by_product)
    or exists (select from product_slugs where slug = wanted and product_id <> by_product)
$$;

create function keep_product_slugs() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from product_slugs where slug = new.slug and product_id = new.id;
  insert into product_slugs (slug, product_id) values (old.slug, new.id) on conflict (slug) do nothing;
  return null;
end $$;
create trigger keep_product_slugs after update of slug on products for each row when (old.slug is distinct from new.slug)
  execute function keep_product_slugs();

-- Variants.
alter table product_variants
  -- One value for each of the product's options, in their order; the title is what people read.
  add column option_values text[] not null default '{}' constraint product_variants_option_values_check check (cardinality(option_values) <= 3),
  -- No longer offered. An order names it, so it stays.
  add column retired_at timestamptz,
  -- From which count on the vendor is warned; null: the shop's default.
  add column low_stock_at integer constraint product_variants_low_stock_at_check check (low_stock_at between 0 and 1000000);

-- Deferred: rows change places within a transaction.
alter table product_variants drop constraint product_variants_position_key;
alter table product_variants add constraint product_variants_position_key unique (product_id, position) deferrable initially deferred;

-- A number is free again once its variant is retired.
drop index product_variants_sku_key;
create unique index product_variants_sku_key on product_variants (vendor_id, sku) where sku <> '' and retired_at is null;

-- A retired variant has no say in the price.
create or replace function keep_product_price() returns trigger language plpgsql as $$
begin
  update products p set (price_minor, compare_at_minor) = (
    select coalesce(v.price_minor, 0), v.compare_at_minor
    from (select 1) one left join lateral (
      select price_minor, compare_at_minor from product_variants
      where product_id = p.id and retired_at is null order by price_minor, position limit 1) v on true)
  where p.id = coalesce(new.product_id, old.product_id);
  return null;
end $$;
drop trigger keep_product_price on product_variants;
create trigger keep_product_price after insert or delete or update of price_minor, compare_at_minor, product_id, retired_at on product_variants
  for each row execute function keep_product_price();

-- Customers see and buy what is not retired.
create or replace view stocked_variants as
select v.id, v.product_id, v.vendor_id, v.title, v.sku, v.position, v.price_minor, v.compare_at_minor, v.currency, v.stock,
  greatest(v.stock - (select coalesce(sum(h.quantity), 0) from stock_holds h where h.variant_id = v.id and h.expires_at > now()), 0)::integer
    as available
from product_variants v where v.retired_at is null;

-- Which of these an order names, paid or not. Definer: a vendor sees paid orders alone, and must not delete what somebody is buying.
create function ordered_variants(wanted uuid[]) returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select distinct variant_id from order_lines where variant_id = any(wanted)
  union select distinct variant_id from stock_holds where variant_id = any(wanted)
$$;

-- Stock: the ledger is the way in, and the column `product_variants.stock` is its sum.
create table stock_movements (
  id uuid primary key,
  variant_id uuid not null references product_variants on delete cascade,
  vendor_id uuid not null references vendors,
  kind text not null check (kind in ('initial', 'correction', 'sold', 'restocked')),
  delta integer not null,
  reason text not null default '' check (char_length(reason) <= 200),
  -- Of 'sold' and 'restocked'.
  order_id uuid references orders,
  actor_id uuid references users on delete set null,
  at timestamptz not null default now(),
  constraint stock_movements_move_something check (delta <> 0 or kind = 'initial'),
  constraint stock_movements_corrections_have_reasons check (kind <> 'correction' or reason <> ''),
  constraint stock_movements_orders_are_named check ((kind in ('sold', 'restocked')) = (order_id is not null))
);
create index stock_movements_newest on stock_movements (variant_id, id desc);
create index stock_movements_vendor on stock_movements (vendor_id);
create index stock_movements_order on stock_movements (order_id) where order_id is not null;
create index stock_movements_actor on stock_movements (actor_id) where actor_id is not null;

alter table stock_movements enable row level security;
create policy vendor_own on stock_movements to souk_vendor
  using (vendor_id = (select current_vendor_id())) with check (vendor_id = (select current_vendor_id()));
grant select, insert on stock_movements to souk_vendor;

-- An id by age, for the rows that a trigger writes.
create function uuid_by_age() returns uuid language sql volatile as $$
  select encode(set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
    52, 1), 53, 1), 'hex')::uuid
$$;

insert into stock_movements (id, variant_id, vendor_id, kind, delta, at)
select uuid_by_age(), id, vendor_id, 'initial', stock, created_at from product_variants;

create function begin_stock() returns trigger language plpgsql as $$
begin
  insert into stock_movements (id, variant_id, vendor_id, kind, delta)
  select uuid_by_age(), id, vendor_id, 'initial', stock from begun;
  return null;
end $$;
create trigger begin_stock after insert on product_variants referencing new table as begun for each statement execute function begin_stock();

create function move_stock() returns trigger language plpgsql as $$
begin
  update product_variants set stock = stock + new.delta where id = new.variant_id and vendor_id = new.vendor_id;
  if not found then
    raise exception using message = 'stock of a variant that this vendor does not have', errcode = 'foreign_key_violation',
      constraint = 'stock_movements_variant_id_fkey';
  end if;
  return null;
end $$;
create trigger move_stock after insert on stock_movements for each row when (new.kind <> 'initial') execute function move_stock();

-- An update by itself has depth 1 here; one by the trigger above has 2.
create function refuse_stock_without_movement() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then
    raise exception using message = 'stock changes by a row in stock_movements', errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger stock_moves_by_the_ledger before update of stock on product_variants
  for each row when (old.stock is distinct from new.stock) execute function refuse_stock_without_movement();

-- Append-only; rows go with their variant, and a person's name goes with the account.
create function refuse_movement_change() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then
    raise exception using message = 'the ledger of stock is append-only', errcode = 'insufficient_privilege';
  end if;
  return coalesce(new, old);
end $$;
create trigger stock_movements_append_only before update or delete on stock_movements for each row execute function refuse_movement_change();
