-- Payments that a customer's bank disputes, and events of the gateway that could not be applied yet.

create table disputes (
  id uuid primary key,
  gateway_id text not null constraint disputes_gateway_key unique,
  order_id uuid not null references orders,
  payment_id uuid not null references payments,
  -- What the bank asks back; it can differ from what was paid.
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- In the gateway's words, of which there come new ones.
  reason text not null check (char_length(reason) <= 100),
  status text not null check (status in
    ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented')),
  -- Whether the gateway would still give the payment back.
  refundable boolean not null,
  evidence_due_at timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  -- When the gateway said what stands here: older news changes nothing.
  told_at timestamptz not null,
  constraint disputes_closed_has_date check ((status in ('warning_closed', 'won', 'lost', 'prevented')) = (closed_at is not null))
);
create index disputes_newest on disputes (opened_at desc, id desc);
create index disputes_order on disputes (order_id);

-- A failed event stays until a later delivery or a replay has applied it.
alter table stripe_events drop constraint stripe_events_outcome_check;
alter table stripe_events add constraint stripe_events_outcome_check check (outcome in ('applied', 'ignored', 'failed'));
alter table stripe_events add column attempts integer not null default 1;
alter table stripe_events add column last_error text;
alter table stripe_events add constraint stripe_events_failed_says_why check ((outcome = 'failed') = (last_error is not null));
create index stripe_events_failed on stripe_events (received_at, id) where outcome = 'failed';
