-- An unpaid order in whose place another one came, for the same goods: it is closed as soon as the gateway can be asked, and offers no payment.
set local lock_timeout = '10s';
alter table orders add column replaced_by uuid references orders;
