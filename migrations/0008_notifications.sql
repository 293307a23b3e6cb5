-- Mails to be sent. Written in the transaction they belong to, sent by a worker that leases, sends, and marks or retries.
create table outbox (
  id uuid primary key,
  kind text not null,
  -- I7: one mail of a kind for an order and recipient.
  dedupe_key text not null constraint outbox_dedupe_key unique,
  recipient text not null check (char_length(recipient) <= 254),
  subject text not null check (char_length(subject) between 1 and 200),
  body_text text not null,
  body_html text not null,
  status text not null default 'queued' check (status in ('queued', 'sent', 'dead')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  -- While this lies in the future a worker has the mail in hand.
  leased_until timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);
create index outbox_due on outbox (next_attempt_at) where status = 'queued';
create index outbox_dead on outbox (created_at desc) where status = 'dead';

-- What MAIL=mailbox "sent": read at /dev/mail, in development only.
create table mailbox (
  message_id text primary key,
  recipient text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  received_at timestamptz not null default now()
);
create index mailbox_newest on mailbox (received_at desc);
