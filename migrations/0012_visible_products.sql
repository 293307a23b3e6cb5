-- The one place that says what a stranger may see. Every query for customers, and every feature that sells, reads through these views
-- (CVE-2026-63461: drafts leaked through a filter that a second query had forgotten).

-- A shop is seen while it is approved. `visible_products` builds on this.
create view visible_shops as
select id, slug, name, tagline, story, city, country_code, status_changed_at from vendors where status = 'approved';

-- A product has a price as long as it has a variant, so `price_minor > 0` means that there is something to buy.
create view visible_products as
select p.id, p.vendor_id, p.category_id, p.slug, p.name, p.summary, p.description, p.attributes, p.tags, p.price_minor, p.compare_at_minor,
  p.rating_count, p.rating_sum, p.units_sold, p.search, p.published_at,
  -- Average in thousandths, drawn towards 4.0 as if five people had said so: one five-star rating does not beat forty good ones.
  (p.rating_sum + 20) * 1000 / (p.rating_count + 5) as rating_score,
  v.slug as vendor_slug, v.name as vendor_name
from products p join visible_shops v on v.id = p.vendor_id
where p.status = 'published' and p.price_minor > 0;

-- The one place that says how many of a variant can be bought: stock minus what is held for people who are paying now.
create view stocked_variants as
select v.id, v.product_id, v.vendor_id, v.title, v.sku, v.position, v.price_minor, v.compare_at_minor, v.currency, v.stock,
  greatest(v.stock - (select coalesce(sum(h.quantity), 0) from stock_holds h where h.variant_id = v.id and h.expires_at > now()), 0)::integer
    as available
from product_variants v;

create index products_rating on products (((rating_sum + 20) * 1000 / (rating_count + 5)) desc, id desc) where status = 'published';
create index products_popular on products (units_sold desc, rating_count desc, id desc) where status = 'published';
-- A shop's page is sorted by date as well.
create index products_vendor_newest on products (vendor_id, published_at desc, id desc) where status = 'published';
