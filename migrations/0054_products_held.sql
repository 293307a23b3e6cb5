-- What each page of a vendor's dashboard counts is read from indexes alone.
set local lock_timeout = '10s';
create index products_held on products (vendor_id, status) where held_reason is not null;
