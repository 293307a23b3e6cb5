create table payments (
  id uuid primary key,
  order_id uuid not null references orders,
  seq integer not null default 1 check (seq > 0),
  status text not null default 'creating' check (status in
    ('creating', 'requires_payment_method', 'requires_action', 'processing', 'succeeded', 'canceled')),
  amount_minor bigint not null check (amount_minor between 0 and 99999999),
  currency text not null references shop (currency),
  -- Committed before the gateway is called; the key makes a retry return the same intent.
  idempotency_key text not null constraint payments_idempotency_key unique,
  intent_id text constraint payments_intent_key unique,
  last_error_code text,
  last_error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- When the reconciler asks the gateway next.
  check_after timestamptz not null default now() + interval '2 minutes',
  constraint payments_seq_key unique (order_id, seq),
  constraint payments_known_has_intent check (status in ('creating', 'canceled') or intent_id is not null or amount_minor = 0)
);
-- I4: one live intent for an order.
create unique index payments_one_live on payments (order_id) where status <> 'canceled';
create index payments_to_reconcile on payments (check_after) where status not in ('succeeded', 'canceled');

create table refunds (
  id uuid primary key,
  order_id uuid not null references orders,
  payment_id uuid not null references payments,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null references shop (currency),
  reason text not null check (reason in ('out_of_stock', 'order_closed', 'requested_by_customer', 'duplicate', 'fraudulent')),
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
  gateway_id text constraint refunds_gateway_key unique,
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  last_error text
);
create index refunds_due on refunds (next_attempt_at) where status = 'pending';
create index refunds_order on refunds (order_id);

-- I14: refunded ≤ captured. The payment's row is locked first, so that two refunds at once cannot both pass.
create function check_refund_within_payment() returns trigger language plpgsql as $$
declare
  captured bigint;
begin
  select amount_minor into captured from payments where id = new.payment_id for update;
  if (select coalesce(sum(amount_minor), 0) from refunds where payment_id = new.payment_id and status <> 'failed') > captured then
    raise exception using message = 'refunds exceed payment ' || new.payment_id, errcode = 'check_violation', constraint = 'refunds_within_payment';
  end if;
  return null;
end $$;
create constraint trigger refunds_within_payment after insert or update of amount_minor, status on refunds
  for each row execute function check_refund_within_payment();

-- Inbox of the gateway's events. A row is written in the transaction that applies the event: seen means done (I7).
create table stripe_events (
  id text primary key check (char_length(id) <= 255),
  type text not null,
  object_id text,
  payload text not null,
  outcome text not null check (outcome in ('applied', 'ignored')),
  received_at timestamptz not null default now()
);
create index stripe_events_object on stripe_events (object_id);
