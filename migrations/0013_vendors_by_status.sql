-- The admin's lists go by status and in the order of application: ids are UUIDv7, so they carry that order.
create index vendors_by_status on vendors (status, id);
drop index vendors_queue;
