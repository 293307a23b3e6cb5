-- Confirmed addresses, devices, and signing in by two steps.

alter table mail_tokens drop constraint mail_tokens_purpose_check;
alter table mail_tokens add constraint mail_tokens_purpose_check check (purpose in ('password_reset', 'email_confirmation', 'email_change'));
-- Where an account moves to, once the link that was sent there is used.
alter table mail_tokens add column new_email text check (char_length(new_email) between 3 and 254);
alter table mail_tokens add constraint mail_tokens_change_names_address check ((purpose = 'email_change') = (new_email is not null));

-- What people call the device ("Firefox on Linux"), and the hash of the secret by which it is known again.
alter table sessions add column device text not null default '' check (char_length(device) <= 80);
alter table sessions add column device_hash bytea check (octet_length(device_hash) = 32);

-- Set when the second factor was confirmed; from then on a password alone opens no session.
alter table users add column two_step_at timestamptz;

create table second_factors (
  user_id uuid primary key references users on delete cascade,
  -- Sealed with the secret key: a copy of the database gives nobody's codes away.
  sealed_seed bytea not null check (octet_length(sealed_seed) between 32 and 200),
  -- RFC 6238, section 5.2: a code is good once. The last time step that was used.
  last_step bigint not null default 0,
  -- One bit for each recovery code that is gone.
  used_recovery_codes integer not null default 0,
  created_at timestamptz not null default now()
);

-- Somebody gave the right password and owes the second step.
create table sign_in_challenges (
  hash bytea primary key check (octet_length(hash) = 32),
  user_id uuid not null references users on delete cascade,
  expires_at timestamptz not null
);
create index sign_in_challenges_user on sign_in_challenges (user_id);
create index sign_in_challenges_expiry on sign_in_challenges (expires_at);

-- The admin's list: newest first within a role; and people by the beginning of their address.
create index users_by_role on users (role, id);
create index users_email_prefix on users (email_key text_pattern_ops);
