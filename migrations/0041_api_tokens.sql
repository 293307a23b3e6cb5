-- Tokens that the owners of shops make for their programs. The database knows a hash; the text is shown once.
create table api_tokens (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  hash bytea not null constraint api_tokens_hash_key unique check (octet_length(hash) = 32),
  -- By which its owner knows it again: the first letters of the text.
  beginning text not null check (char_length(beginning) between 1 and 24),
  scopes text[] not null check (cardinality(scopes) between 1 and 4
    and scopes <@ array['products:read', 'products:write', 'orders:read', 'orders:write']),
  -- The text, sealed with the secret key, until its owner has seen it.
  unseen bytea,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_tokens_user on api_tokens (user_id, created_at desc);
