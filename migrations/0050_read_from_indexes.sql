-- What each page of a dashboard counts is read from indexes alone; the first pages read the figures that analytics keeps. Nothing else looks for
-- orders by the time of their payment or for refunds by the time of their end, and each payment had to write there.
set local lock_timeout = '10s';
drop index orders_paid;
drop index refunds_done;

create index products_held on products (vendor_id, status) where held_reason is not null;

-- The days of a vendor lie as far apart in the table as those of all vendors: a year of them was read from as many pages as it has days.
alter table vendor_sales drop constraint vendor_sales_pkey;
alter table vendor_sales add constraint vendor_sales_pkey primary key (vendor_id, day)
  include (goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts, cart_lines);
