-- What programs of vendors are told: where, and each message with what became of it.
create table webhook_endpoints (
  id uuid primary key,
  vendor_id uuid not null references vendors on delete cascade,
  url text not null check (char_length(url) between 8 and 500),
  -- Sealed with the secret key, for the owner of the shop: it signs each message.
  sealed_secret bytea not null check (octet_length(sealed_secret) between 32 and 200),
  created_at timestamptz not null default now(),
  constraint webhook_endpoints_url_key unique (vendor_id, url)
);

-- Written in the transaction that they tell of, sent by a worker that leases, sends, and marks or retries.
create table webhook_deliveries (
  -- Stays the same over all attempts, so that whoever gets it twice knows.
  id uuid primary key,
  endpoint_id uuid not null references webhook_endpoints on delete cascade,
  vendor_id uuid not null references vendors on delete cascade,
  event text not null check (event in ('order.paid', 'order.shipped', 'order.refunded')),
  dedupe_key text not null,
  payload text not null check (octet_length(payload) <= 20000),
  status text not null default 'queued' check (status in ('queued', 'delivered', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  leased_until timestamptz,
  -- Of the last attempt that got an answer.
  response_status smallint,
  last_error text,
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  constraint webhook_deliveries_once unique (endpoint_id, dedupe_key)
);
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where status = 'queued';
create index webhook_deliveries_of_vendor on webhook_deliveries (vendor_id, created_at desc, id desc);
create index webhook_deliveries_age on webhook_deliveries (created_at) where status <> 'queued';

alter table webhook_endpoints enable row level security;
create policy vendor_own on webhook_endpoints to souk_vendor
  using (vendor_id = (select current_vendor_id())) with check (vendor_id = (select current_vendor_id()));
grant select, insert, delete on webhook_endpoints to souk_vendor;

alter table webhook_deliveries enable row level security;
create policy vendor_own on webhook_deliveries to souk_vendor
  using (vendor_id = (select current_vendor_id())) with check (vendor_id = (select current_vendor_id()));
grant select on webhook_deliveries to souk_vendor;
grant update (status, attempts, next_attempt_at) on webhook_deliveries to souk_vendor;
