-- A vendor's list goes by age, and ids are UUIDv7, so they carry it.
create index products_vendor_by_age on products (vendor_id, id desc);
drop index products_vendor;
-- Whether a product was ever ordered is asked each time one is deleted.
create index order_lines_product on order_lines (product_id);
