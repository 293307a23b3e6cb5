-- A product as lists show it: one row for each that may be seen, at the price of its cheapest variant.
create view product_cards as
select p.id, p.slug, p.name, p.vendor_name, p.vendor_slug, p.price_minor, p.compare_at_minor, d.currency, p.rating_count, p.rating_sum,
  f.picture, s.available, s.variant_count, d.id as default_variant
from visible_products p
cross join lateral (
  select v.id, v.currency from product_variants v where v.product_id = p.id and v.retired_at is null order by v.price_minor, v.position limit 1) d
cross join lateral (
  select coalesce(sum(v.available), 0)::bigint as available, count(*) as variant_count from stocked_variants v where v.product_id = p.id) s
left join lateral (
  select jsonb_build_object('id', f.id, 'alt', f.alt, 'width', f.width, 'height', f.height, 'widths', f.widths) as picture
  from product_pictures f where f.product_id = p.id order by f.position limit 1) f on true;
