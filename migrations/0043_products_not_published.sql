-- What a vendor has to finish and what was put away; of what is published the other indexes know. Each page of a vendor counts it.
set local lock_timeout = '10s';
create index products_not_published on products (vendor_id, status, id) where status <> 'published';
