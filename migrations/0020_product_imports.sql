-- Files with products that vendors send: checked first, then brought in by a job, all of a file or nothing.
create table product_imports (
  id uuid primary key,
  -- Goes with an application that is withdrawn; a shop that was ever open stays.
  vendor_id uuid not null references vendors on delete cascade,
  -- In whose name stock is corrected.
  user_id uuid references users on delete set null,
  file_name text not null check (char_length(file_name) <= 200),
  -- As it was sent; emptied once nothing more will be done with it.
  file bytea not null check (octet_length(file) <= 5242880),
  status text not null check (status in ('refused', 'checked', 'queued', 'running', 'done', 'failed')),
  rows_total integer not null check (rows_total >= 0),
  products_new integer not null default 0 check (products_new >= 0),
  products_changed integer not null default 0 check (products_changed >= 0),
  products_same integer not null default 0 check (products_same >= 0),
  -- The first of them, for the page: what would be or was done, and what is wrong.
  changes jsonb not null default '[]' check (jsonb_typeof(changes) = 'array'),
  problems jsonb not null default '[]' check (jsonb_typeof(problems) = 'array'),
  problem_count integer not null default 0 check (problem_count >= 0),
  -- The products as they were when the file was checked: what was edited since is not written over.
  seen jsonb not null default '{}' check (jsonb_typeof(seen) = 'object'),
  -- Products written so far. Not part of the transaction that writes them.
  progress integer not null default 0 check (progress >= 0),
  -- While this lies in the future a worker has it in hand; the number of the attempt is the fence.
  leased_until timestamptz,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index product_imports_newest on product_imports (vendor_id, id desc);
create index product_imports_due on product_imports (created_at) where status in ('queued', 'running');
create index product_imports_user on product_imports (user_id) where user_id is not null;

alter table product_imports enable row level security;
create policy vendor_own on product_imports to souk_vendor
  using (vendor_id = (select current_vendor_id())) with check (vendor_id = (select current_vendor_id()));
grant select, insert, update on product_imports to souk_vendor;

-- The trigger that keeps refunds within their payment looks for the payment's refunds; without this it reads all there are.
create index refunds_payment on refunds (payment_id);
