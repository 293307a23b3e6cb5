create table users (
  id uuid primary key,
  email text not null check (char_length(email) between 3 and 254),
  -- Addresses are compared without case; what was typed is kept for the mails.
  email_key text not null generated always as (lower(email)) stored,
  name text not null check (char_length(name) between 1 and 100),
  password_hash text not null,
  role text not null default 'customer' check (role in ('customer', 'vendor', 'admin')),
  email_verified_at timestamptz,
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  constraint users_email_key unique (email_key)
);

-- A session is a family of refresh tokens. An access token only names it: this row says whether it lives.
create table sessions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  user_agent text not null default '' check (char_length(user_agent) <= 400),
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  revoked_at timestamptz,
  revoked_reason text check (revoked_reason in ('signed_out', 'reuse', 'password_changed', 'disabled', 'expired'))
);
create index sessions_user on sessions (user_id) where revoked_at is null;

create table refresh_tokens (
  -- SHA-256 of the opaque token; the token itself is stored nowhere.
  hash bytea primary key check (octet_length(hash) = 32),
  session_id uuid not null references sessions on delete cascade,
  parent_hash bytea references refresh_tokens on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
-- I11: one live refresh token in a family.
create unique index refresh_tokens_one_live on refresh_tokens (session_id) where used_at is null;
create index refresh_tokens_parent on refresh_tokens (parent_hash);

create table addresses (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  name text not null check (char_length(name) between 1 and 100),
  line1 text not null check (char_length(line1) between 1 and 120),
  line2 text not null default '' check (char_length(line2) <= 120),
  city text not null check (char_length(city) between 1 and 80),
  region text not null default '' check (char_length(region) <= 80),
  postal_code text not null default '' check (char_length(postal_code) <= 20),
  country_code text not null check (country_code ~ '^[A-Z]{2}$'),
  created_at timestamptz not null default now()
);
create index addresses_user on addresses (user_id, created_at desc);
