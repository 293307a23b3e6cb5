-- A refund that the gateway has taken on is not given back yet: it may stay pending for days, and it may fail, when the money is ours again
-- and the customer still waits for it. Such a one is made anew, under another key.
alter table refunds
  add column failures integer not null default 0 check (failures >= 0),
  -- What its sender called the request, so that a form sent twice, or a call repeated because its answer was lost, gives back once.
  add column request_key text check (char_length(request_key) between 1 and 255);
create unique index refunds_request on refunds (order_id, created_by, request_key) where request_key is not null;
