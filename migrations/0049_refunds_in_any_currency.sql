-- A payment may come in another currency than was asked for, and goes back in that. By itself, and first: it also locks the shop's row, which every
-- cart reads.
set local lock_timeout = '10s';
alter table refunds drop constraint refunds_currency_fkey;
