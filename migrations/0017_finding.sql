-- Finding things fast: which products are listed, indexes for each way of sorting them, counts, misspelt words, and reviews.
-- `visible_products` stays the one place that says what may be seen. What is kept here only makes it quick, and every card is read through
-- the view again.

create extension if not exists pg_trgm;

alter table products
  -- Published, with something to buy, of an approved shop: what the view says, kept by triggers so that an index can hold it.
  add column listed boolean not null default false,
  -- Some variant has stock; kept by a trigger. What others are paying for at this moment still counts.
  add column in_stock boolean not null default false,
  -- Average rating in thousandths, 0 without any: what the filter asks for.
  add column rating_average integer not null generated always as
    (case when rating_count > 0 then (rating_sum * 1000 / rating_count)::integer else 0 end) stored,
  -- The same drawn towards 4.0, as in the view: what the sort goes by.
  add column rating_score integer not null generated always as (((rating_sum + 20) * 1000 / (rating_count + 5))::integer) stored;

-- Takes a lock on the shop's row that a suspension conflicts with: a publish and a suspension at the same moment see each other.
-- Vendors cannot read other tables than their own, hence the definer's rights.
create function keep_product_listed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.status <> 'published' or new.price_minor <= 0 then
    new.listed := false;
  elsif tg_op = 'INSERT' or not old.listed or not new.listed or new.vendor_id <> old.vendor_id then
    new.listed := coalesce((select v.status = 'approved' from vendors v where v.id = new.vendor_id for share), false);
  end if;
  return new;
end $$;
create trigger keep_product_listed before insert or update of status, price_minor, vendor_id, listed on products
  for each row execute function keep_product_listed();

create function keep_shop_listed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- The trigger above decides once more; the rows are locked in one order.
  update products set listed = (new.status = 'approved') where id in (
    select id from products where vendor_id = new.id and status = 'published' and price_minor > 0 order by id for no key update);
  return null;
end $$;
create trigger keep_shop_listed after update of status on vendors
  for each row when (old.status is distinct from new.status and 'approved' in (old.status, new.status)) execute function keep_shop_listed();

-- Deferred to the end of the transaction: a sale has locked its products in the order of their ids by then, so this takes no lock that could
-- cross another sale's. The lock comes first, so that of two sales of different variants the second sees the first.
create function keep_product_in_stock() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  changed uuid := coalesce(new.product_id, old.product_id);
  stocked boolean;
begin
  perform from products where id = changed for no key update;
  stocked := exists (select from stocked_variants v where v.product_id = changed and v.stock > 0);
  update products set in_stock = stocked where id = changed and in_stock <> stocked;
  return null;
end $$;
create constraint trigger keep_product_in_stock after insert or delete or update on product_variants
  deferrable initially deferred for each row execute function keep_product_in_stock();

-- Ratings came without texts until now; the import of the demonstration brings both again.
update products p set
  listed = exists (select from visible_products v where v.id = p.id),
  in_stock = exists (select from product_variants v where v.product_id = p.id and v.stock > 0),
  rating_count = 0, rating_sum = 0;

-- What listings walk before they read the cards of one page.
create view listed_products as
select id, vendor_id, category_id, slug, name, tags, price_minor, rating_count, rating_average, rating_score, units_sold, in_stock, search,
  published_at
from products where listed;

drop index products_newest, products_category, products_price, products_best_selling, products_rating, products_popular,
  products_vendor_newest, products_search;
-- One for each way of sorting: everything, a category, a shop. What filters ask for is included, so that page 200 is read from the index
-- alone; those by date have all that is counted.
create index products_newest on products (published_at desc, id desc)
  include (vendor_id, category_id, price_minor, rating_average, in_stock) where listed;
create index products_by_price on products (price_minor, id) include (rating_average, in_stock) where listed;
create index products_by_rating on products (rating_score desc, id desc) include (price_minor, rating_average, in_stock) where listed;
create index products_by_sales on products (units_sold desc, rating_count desc, id desc)
  include (price_minor, rating_average, in_stock) where listed;
create index products_category_newest on products (category_id, published_at desc, id desc)
  include (vendor_id, price_minor, rating_average, in_stock) where listed;
create index products_category_by_price on products (category_id, price_minor, id) include (rating_average, in_stock) where listed;
create index products_category_by_rating on products (category_id, rating_score desc, id desc)
  include (price_minor, rating_average, in_stock) where listed;
create index products_category_by_sales on products (category_id, units_sold desc, rating_count desc, id desc)
  include (price_minor, rating_average, in_stock) where listed;
create index products_vendor_newest on products (vendor_id, published_at desc, id desc)
  include (category_id, price_minor, rating_average, in_stock) where listed;
create index products_vendor_by_price on products (vendor_id, price_minor, id) where listed;
create index products_vendor_by_rating on products (vendor_id, rating_score desc, id desc) where listed;
create index products_vendor_by_sales on products (vendor_id, units_sold desc, rating_count desc, id desc) where listed;
-- A text is looked for in everything; a name counts for more.
create index products_search on products using gin (search) where listed;
create index products_name_words on products using gin (to_tsvector('english', name)) where listed;
-- The home page asks for the newest shops.
create index vendors_newest_open on vendors (status_changed_at desc, name) where status = 'approved';

-- The words of names and tags, for the question what a misspelt one was meant to be. Written by a job; a word says nothing about which
-- product it stands in, and is offered only where a search for it finds something.
create table search_words (
  word text collate "C" primary key check (char_length(word) between 3 and 40),
  seen_at timestamptz not null default now()
);
create index search_words_alike on search_words using gin (word gin_trgm_ops);

-- What stands beside a listing too long to be counted while somebody waits: of everything (scope '') and of large categories (their id).
create table listing_counts (
  scope text primary key,
  counts jsonb not null,
  counted_at timestamptz not null default now()
);

-- What customers say. Those that came with the goods have no order behind them and are marked.
create table reviews (
  id uuid primary key,
  product_id uuid not null references products on delete cascade,
  order_line_id uuid constraint reviews_order_line_key unique references order_lines,
  user_id uuid references users on delete set null,
  author_name text not null check (char_length(author_name) between 1 and 80),
  rating smallint not null check (rating between 1 and 5),
  title text not null default '' check (char_length(title) <= 120),
  body text not null default '' check (char_length(body) <= 5000),
  imported boolean not null default false,
  vendor_reply text check (char_length(vendor_reply) between 1 and 2000),
  created_at timestamptz not null default now(),
  hidden_at timestamptz,
  constraint reviews_bought_or_imported check (imported <> (order_line_id is not null))
);
create index reviews_of_product on reviews (product_id, created_at desc, id desc) include (rating) where hidden_at is null;
create index reviews_user on reviews (user_id) where user_id is not null;
