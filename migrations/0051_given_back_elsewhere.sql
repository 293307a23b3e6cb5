-- A refund that does not get through is given back in another way than by the payment provider: how, in the admin's words, and who it was. The
-- customer is told something else then, and the story of the order says what is true.
set local lock_timeout = '10s';

alter table refunds
  add column given_back_how text check (char_length(given_back_how) between 1 and 500),
  add column given_back_by uuid references users on delete set null;
