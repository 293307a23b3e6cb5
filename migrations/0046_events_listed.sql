-- Up to when the gateway's own list of events was looked through for what no webhook had brought. By the gateway's clock, from the newest
-- event that was seen: ours may differ.
create table events_listed (
  -- One row.
  one boolean primary key default true check (one),
  until timestamptz not null default now()
);
insert into events_listed default values;
