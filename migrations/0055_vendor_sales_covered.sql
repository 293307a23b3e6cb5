-- The days of a vendor lie as far apart in the table as those of all vendors: a year of them was read from as many pages as it has days.
set local lock_timeout = '10s';
alter table vendor_sales drop constraint vendor_sales_pkey;
alter table vendor_sales add constraint vendor_sales_pkey primary key (vendor_id, day)
  include (goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts, cart_lines);
