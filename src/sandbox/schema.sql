-- The sandbox's own memory, apart from the shop's tables: made when first asked for, and not at all where real money moves.
-- Several processes may find it missing at once. Any fixed number that no other advisory lock of the project has.
select pg_advisory_xact_lock(91621622894661);

create schema if not exists stripe_sandbox;

create table if not exists stripe_sandbox.objects (
  id text primary key,
  kind text not null,
  seq bigint generated always as identity unique,
  created bigint not null,
  -- As the API shows it.
  body jsonb not null,
  -- What it does not show: the outcome of a card that awaits 3-D Secure.
  hidden jsonb not null default '{}'
);
create index if not exists objects_of_kind on stripe_sandbox.objects (kind, seq desc);
create index if not exists objects_of_intent on stripe_sandbox.objects ((body ->> 'payment_intent')) where body ->> 'payment_intent' is not null;

create table if not exists stripe_sandbox.idempotency_keys (
  key text primary key,
  fingerprint bytea not null,
  status smallint not null,
  body text not null,
  created_at timestamptz not null default now()
);

create table if not exists stripe_sandbox.deliveries (
  id bigint generated always as identity primary key,
  event_id text not null references stripe_sandbox.objects,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  leased_until timestamptz not null default '-infinity',
  delivered_at timestamptz
);
create index if not exists deliveries_due on stripe_sandbox.deliveries (next_attempt_at) where delivered_at is null;

create table if not exists stripe_sandbox.switches (
  only_one boolean primary key default true check (only_one),
  settings jsonb not null
);
