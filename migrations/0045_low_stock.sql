-- What a vendor has nearly sold out, counted on each page of the dashboard: of a large shop some thousand variants were read for it.
-- 5 is LOW_STOCK (src/catalogue/owned_product.rs).
set local lock_timeout = '10s';
create index product_variants_low on product_variants (vendor_id, product_id)
  where retired_at is null and stock <= coalesce(low_stock_at, 5);
