-- Row-level security for the vendor's role (security.md calls it the second fence; the WHERE clause is the first).
-- ENABLE without FORCE: the server owns the tables and is not bound; a vendor's transaction runs `set local role souk_vendor` with
-- `souk.vendor_id` set and is. The role exists once in a cluster, so the program creates it before it migrates.
-- After a commit a custom setting reads '' and not null, hence nullif: with nothing set no row is visible.
create function current_vendor_id() returns uuid language sql stable as
  $$ select nullif(current_setting('souk.vendor_id', true), '')::uuid $$;

alter table products enable row level security;
create policy vendor_own on products to souk_vendor
  using (vendor_id = (select current_vendor_id())) with check (vendor_id = (select current_vendor_id()));
grant select, insert, update, delete on products to souk_vendor;

alter table product_variants enable row level security;
create policy vendor_own on product_variants to souk_vendor
  using (vendor_id = (select current_vendor_id())) with check (vendor_id = (select current_vendor_id()));
grant select, insert, update, delete on product_variants to souk_vendor;

alter table product_pictures enable row level security;
create policy vendor_own on product_pictures to souk_vendor
  using (vendor_id = (select current_vendor_id())) with check (vendor_id = (select current_vendor_id()));
grant select, insert, update, delete on product_pictures to souk_vendor;

-- Orders: what is paid, and only their own part of it.
alter table order_parts enable row level security;
create policy vendor_own_paid on order_parts to souk_vendor
  using (vendor_id = (select current_vendor_id()) and paid_at is not null) with check (vendor_id = (select current_vendor_id()));
grant select on order_parts to souk_vendor;
grant update (fulfilment, carrier, tracking, shipped_at, delivered_at) on order_parts to souk_vendor;

alter table order_lines enable row level security;
create policy vendor_own_paid on order_lines for select to souk_vendor
  using (vendor_id = (select current_vendor_id()) and exists (select from order_parts p where p.id = part_id));
grant select on order_lines to souk_vendor;
