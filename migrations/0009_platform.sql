-- Which instance runs a periodic job, until when, and how the last run ended.
create table job_leases (
  name text primary key,
  holder uuid,
  leased_until timestamptz not null default '-infinity',
  next_run_at timestamptz not null default now(),
  last_started_at timestamptz,
  last_finished_at timestamptz,
  last_error text
);

-- Counters of the fixed-window rate limits, right for several instances too. Short-lived and rebuilt at no loss: not worth a WAL record.
create unlogged table rate_limits (
  key text not null,
  window_start timestamptz not null,
  hits integer not null default 1,
  primary key (key, window_start)
);
create index rate_limits_age on rate_limits (window_start);

-- What a plain form said when it failed (never secrets), so that nothing typed is lost over the redirect.
create unlogged table form_flashes (
  id uuid primary key,
  path text not null,
  fields jsonb not null,
  error jsonb not null,
  created_at timestamptz not null default now()
);
create index form_flashes_age on form_flashes (created_at);
