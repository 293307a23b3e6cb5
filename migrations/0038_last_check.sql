-- What `souk check` found when it was last run, for the admins' page about the shop's health.
create table last_check (
  -- One row.
  one boolean primary key default true check (one),
  at timestamptz not null default now(),
  -- Sentences about what is broken; none is good news.
  broken text[] not null
);
