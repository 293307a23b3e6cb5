-- The address book: one default for each person, and beside the book at most one address that was typed for a single order.
set local lock_timeout = '5s';

alter table addresses add column kept boolean not null default true;
-- The next one that is not kept takes its place.
create unique index addresses_passing on addresses (user_id) where not kept;

-- The default is one's own address, or none.
alter table addresses add constraint addresses_owner_key unique (user_id, id);
alter table users
  add column default_address_id uuid,
  add constraint users_default_address_fkey foreign key (id, default_address_id) references addresses (user_id, id)
    on delete set null (default_address_id);
