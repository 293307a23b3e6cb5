create table vendors (
  id uuid primary key,
  owner_id uuid not null constraint vendors_owner_key unique references users,
  slug text not null constraint vendors_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 80),
  name text not null check (char_length(name) between 1 and 80),
  tagline text not null default '' check (char_length(tagline) <= 160),
  story text not null default '' check (char_length(story) <= 4000),
  city text not null default '' check (char_length(city) <= 80),
  country_code text not null default '' check (country_code ~ '^([A-Z]{2})?$'),
  contact_email text not null check (char_length(contact_email) between 3 and 254),
  status text not null default 'pending' check (status in ('pending', 'approved', 'rejected', 'suspended')),
  status_reason text check (char_length(status_reason) between 1 and 1000),
  status_changed_at timestamptz not null default now(),
  -- Flat rate for each order part; free from this subtotal on (null: never).
  shipping_flat_minor bigint not null default 0 check (shipping_flat_minor between 0 and 99999999),
  shipping_free_from_minor bigint check (shipping_free_from_minor >= 0),
  created_at timestamptz not null default now(),
  constraint vendors_refusal_has_reason check (status not in ('rejected', 'suspended') or status_reason is not null)
);
create index vendors_queue on vendors (status, created_at);
