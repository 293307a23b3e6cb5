create table carts (
  id uuid primary key,
  -- A guest's cart is found by the hash of a 256-bit secret; a customer's by the account (CVE-2026-94462: guessable cart ids).
  token_hash bytea constraint carts_token_key unique check (octet_length(token_hash) = 32),
  user_id uuid constraint carts_user_key unique references users on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint carts_one_owner check (num_nonnulls(token_hash, user_id) = 1)
);
create index carts_guest_age on carts (updated_at) where user_id is null;

create table cart_items (
  cart_id uuid not null references carts on delete cascade,
  variant_id uuid not null references product_variants on delete cascade,
  quantity integer not null constraint cart_items_quantity_check check (quantity between 1 and 999),
  -- Price when the customer last confirmed the line, so that a later change can be pointed out.
  seen_price_minor bigint not null check (seen_price_minor > 0),
  added_at timestamptz not null default now(),
  primary key (cart_id, variant_id)
);
create index cart_items_variant on cart_items (variant_id);

create table wishlist_items (
  user_id uuid not null references users on delete cascade,
  product_id uuid not null references products on delete cascade,
  added_at timestamptz not null default now(),
  primary key (user_id, product_id)
);
create index wishlist_items_product on wishlist_items (product_id);
