-- Requests of the API that are done once, however often they are sent: by whom, under which key, and what was answered.
create table idempotency_keys (
  user_id uuid not null references users on delete cascade,
  key text not null check (char_length(key) between 1 and 255),
  -- SHA-256 over method, address and body: another request under the same key is a mistake.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  -- While this lies in the future and there is no answer, somebody is at work on it.
  taken_until timestamptz not null,
  status smallint,
  content_type text,
  etag text,
  body bytea,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
