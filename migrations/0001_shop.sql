-- The shop itself: one row. Money columns elsewhere reference its currency, so a second currency cannot slip in.
create table shop (
  id boolean primary key default true check (id),
  name text not null default 'Souk' check (char_length(name) between 1 and 80),
  currency text not null default 'USD' unique check (currency ~ '^[A-Z]{3}$')
);
insert into shop default values;
