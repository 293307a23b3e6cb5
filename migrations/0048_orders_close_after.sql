-- When an unpaid order whose time is up is looked at again: one that cannot be closed yet must not keep the others waiting. Null: it was not
-- looked at so far.
set local lock_timeout = '10s';

alter table orders add column close_after timestamptz;
