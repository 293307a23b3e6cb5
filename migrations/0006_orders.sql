create table orders (
  id uuid primary key,
  number bigint generated always as identity (start with 1001) constraint orders_number_key unique,
  -- Null once the account was erased; the order stays.
  user_id uuid references users on delete set null,
  email text not null check (char_length(email) <= 254),
  status text not null default 'pending' check (status in
    ('pending', 'paid', 'partially_refunded', 'refund_pending', 'refunded', 'canceled', 'expired', 'review')),
  currency text not null references shop (currency),
  items_minor bigint not null check (items_minor >= 0),
  shipping_minor bigint not null default 0 check (shipping_minor >= 0),
  tax_minor bigint not null default 0 check (tax_minor >= 0),
  discount_minor bigint not null default 0 check (discount_minor >= 0),
  total_minor bigint not null check (total_minor between 0 and 99999999),
  ship_name text not null,
  ship_line1 text not null,
  ship_line2 text not null default '',
  ship_city text not null,
  ship_region text not null default '',
  ship_postal_code text not null default '',
  ship_country_code text not null check (ship_country_code ~ '^[A-Z]{2}$'),
  -- SHA-256 over what was ordered and where it goes: a second click or tab finds the same order by it.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  placed_at timestamptz not null default now(),
  paid_at timestamptz,
  closed_at timestamptz,
  -- I3
  constraint orders_total_adds_up check (total_minor = items_minor + shipping_minor + tax_minor - discount_minor),
  -- I6
  constraint orders_paid_has_date check ((status in ('paid', 'partially_refunded', 'refund_pending', 'refunded')) <= (paid_at is not null)),
  constraint orders_unpaid_has_none check ((status in ('pending', 'canceled', 'expired')) <= (paid_at is null))
);
create index orders_user on orders (user_id, placed_at desc, id desc);
create index orders_pending on orders (placed_at) where status = 'pending';
create unique index orders_one_pending_each on orders (user_id, fingerprint) where status = 'pending';

-- One part per vendor: what is shipped and accounted for together.
create table order_parts (
  id uuid primary key,
  order_id uuid not null references orders,
  vendor_id uuid not null references vendors,
  vendor_name text not null,
  items_minor bigint not null check (items_minor >= 0),
  shipping_minor bigint not null default 0 check (shipping_minor >= 0),
  tax_minor bigint not null default 0 check (tax_minor >= 0),
  discount_minor bigint not null default 0 check (discount_minor >= 0),
  total_minor bigint not null check (total_minor >= 0),
  fulfilment text not null default 'unfulfilled' check (fulfilment in ('unfulfilled', 'shipped', 'delivered', 'canceled')),
  carrier text check (char_length(carrier) between 1 and 80),
  tracking text check (char_length(tracking) between 1 and 120),
  shipped_at timestamptz,
  delivered_at timestamptz,
  -- Copied from the order by the finaliser: a vendor sees paid parts alone, and the policy below needs no look at orders.
  paid_at timestamptz,
  constraint order_parts_vendor_key unique (order_id, vendor_id),
  constraint order_parts_total_adds_up check (total_minor = items_minor + shipping_minor + tax_minor - discount_minor),
  constraint order_parts_unpaid_is_not_shipped check (fulfilment in ('unfulfilled', 'canceled') or paid_at is not null)
);
create index order_parts_vendor on order_parts (vendor_id, paid_at desc) where paid_at is not null;

create table order_lines (
  id uuid primary key,
  order_id uuid not null references orders,
  part_id uuid not null references order_parts,
  vendor_id uuid not null references vendors,
  variant_id uuid not null references product_variants,
  product_id uuid not null references products,
  -- Snapshots: what the customer agreed to, whatever becomes of the product.
  product_name text not null,
  product_slug text not null,
  variant_title text not null default '',
  sku text not null default '',
  picture_id uuid,
  unit_price_minor bigint not null check (unit_price_minor > 0),
  quantity integer not null check (quantity between 1 and 999),
  subtotal_minor bigint not null,
  constraint order_lines_subtotal_adds_up check (subtotal_minor = unit_price_minor * quantity),
  constraint order_lines_variant_key unique (order_id, variant_id)
);
create index order_lines_part on order_lines (part_id);
create index order_lines_variant on order_lines (variant_id);
create index order_lines_vendor on order_lines (vendor_id);

-- I3 and I5, at commit: lines add up to parts, parts to the order.
create function check_order_adds_up() returns trigger language plpgsql as $$
declare
  checked uuid;
  fault text;
begin
  -- Two statements: in one expression Postgres would look for both columns in every table.
  if tg_table_name = 'orders' then checked := new.id; else checked := new.order_id; end if;
  select 'order ' || o.id || ' does not add up' into fault from orders o
  left join lateral (select coalesce(sum(items_minor), 0) items, coalesce(sum(shipping_minor), 0) shipping, coalesce(sum(tax_minor), 0) tax,
      coalesce(sum(discount_minor), 0) discount from order_parts where order_id = o.id) p on true
  where o.id = checked and ((o.items_minor, o.shipping_minor, o.tax_minor, o.discount_minor) is distinct from (p.items, p.shipping, p.tax, p.discount)
    or exists (select from order_parts x where x.order_id = o.id
      and x.items_minor <> (select coalesce(sum(subtotal_minor), 0) from order_lines l where l.part_id = x.id and l.vendor_id = x.vendor_id)));
  if fault is not null then
    raise exception using message = fault, errcode = 'check_violation', constraint = 'orders_parts_add_up';
  end if;
  return null;
end $$;
create constraint trigger orders_parts_add_up after insert or update of items_minor, shipping_minor, tax_minor, discount_minor on orders
  deferrable initially deferred for each row execute function check_order_adds_up();
create constraint trigger order_parts_add_up after insert or update of items_minor, shipping_minor, tax_minor, discount_minor on order_parts
  deferrable initially deferred for each row execute function check_order_adds_up();
create constraint trigger order_lines_add_up after insert or update of subtotal_minor, part_id, order_id on order_lines
  deferrable initially deferred for each row execute function check_order_adds_up();

-- Goods kept for one order between checkout and payment. A hold lapses by the clock and changes no stock.
create table stock_holds (
  order_id uuid not null references orders,
  variant_id uuid not null references product_variants,
  shopper_id uuid not null references users on delete cascade,
  quantity integer not null check (quantity between 1 and 999),
  expires_at timestamptz not null,
  primary key (order_id, variant_id)
);
create index stock_holds_variant on stock_holds (variant_id, expires_at);
create index stock_holds_shopper on stock_holds (shopper_id);
create index stock_holds_expiry on stock_holds (expires_at);
