create table categories (
  id uuid primary key,
  parent_id uuid references categories,
  slug text not null constraint categories_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null check (char_length(name) between 1 and 80),
  description text not null default '' check (char_length(description) <= 500),
  position integer not null default 0
);

create table products (
  id uuid primary key,
  vendor_id uuid not null references vendors,
  category_id uuid not null references categories,
  slug text not null constraint products_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 120),
  name text not null check (char_length(name) between 1 and 120),
  summary text not null default '' check (char_length(summary) <= 400),
  description text not null default '' check (char_length(description) <= 20000),
  -- [{"name": …, "value": …}] in display order
  attributes jsonb not null default '[]' check (jsonb_typeof(attributes) = 'array'),
  tags text[] not null default '{}' check (cardinality(tags) <= 20),
  status text not null default 'draft' check (status in ('draft', 'published', 'archived')),
  -- Lowest price among the variants and its struck-through price; kept by the trigger below, so that a listing sorts without a join.
  price_minor bigint not null default 0 check (price_minor >= 0),
  compare_at_minor bigint,
  rating_count integer not null default 0 check (rating_count >= 0),
  rating_sum bigint not null default 0 check (rating_sum between rating_count and 5 * rating_count::bigint),
  units_sold bigint not null default 0 check (units_sold >= 0),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', name), 'A') || setweight(array_to_tsvector(tags), 'B')
    || setweight(to_tsvector('english', summary), 'C') || setweight(to_tsvector('english', description), 'D')
  ) stored,
  created_at timestamptz not null default now(),
  published_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint products_published_once check (status <> 'published' or published_at is not null)
);
create index products_newest on products (published_at desc, id desc) where status = 'published';
create index products_category on products (category_id, published_at desc, id desc) where status = 'published';
create index products_price on products (price_minor, id) where status = 'published';
create index products_best_selling on products (units_sold desc, id desc) where status = 'published';
create index products_vendor on products (vendor_id, created_at desc);
create index products_search on products using gin (search);

-- Price and stock live here; a plain product has one variant with an empty title.
create table product_variants (
  id uuid primary key,
  product_id uuid not null references products on delete cascade,
  vendor_id uuid not null references vendors,
  title text not null default '' check (char_length(title) <= 120),
  sku text not null default '' check (char_length(sku) <= 64),
  position integer not null default 0,
  price_minor bigint not null check (price_minor between 1 and 99999999),
  compare_at_minor bigint check (compare_at_minor > price_minor),
  currency text not null references shop (currency),
  -- I1: falls only when a payment succeeded, and never below zero.
  stock integer not null constraint product_variants_stock_check check (stock between 0 and 1000000),
  created_at timestamptz not null default now(),
  constraint product_variants_position_key unique (product_id, position)
);
create index product_variants_vendor on product_variants (vendor_id);
create unique index product_variants_sku_key on product_variants (vendor_id, sku) where sku <> '';

create function keep_product_price() returns trigger language plpgsql as $$
begin
  update products p set (price_minor, compare_at_minor) = (
    select coalesce(v.price_minor, 0), v.compare_at_minor
    from (select 1) one left join lateral (
      select price_minor, compare_at_minor from product_variants
      where product_id = p.id order by price_minor, position limit 1) v on true)
  where p.id = coalesce(new.product_id, old.product_id);
  return null;
end $$;
create trigger keep_product_price after insert or delete or update of price_minor, compare_at_minor, product_id on product_variants
  for each row execute function keep_product_price();

create table product_pictures (
  id uuid primary key,
  product_id uuid not null references products on delete cascade,
  vendor_id uuid not null references vendors,
  position integer not null,
  alt text not null default '' check (char_length(alt) <= 300),
  -- Of the largest size kept.
  width integer not null check (width between 1 and 8000),
  height integer not null check (height between 1 and 8000),
  -- Widths in which the picture is stored, ascending; files are named {id}/{width}.webp
  widths integer[] not null check (cardinality(widths) between 1 and 8),
  created_at timestamptz not null default now(),
  constraint product_pictures_position_key unique (product_id, position) deferrable initially deferred
);
create index product_pictures_vendor on product_pictures (vendor_id);
