-- Reviews by those who bought the goods, what vendors answer, and reports about reviews.

-- What may be reviewed, and by whom: what has arrived and was not wholly given back. With the whole price returned no purchase is left to
-- vouch for, or a shop could hand out goods for praise and take them back. A review written before such a refund stays.
create view reviewable_lines as
select l.id, l.order_id, l.product_id, o.user_id
from order_lines l join order_parts p on p.id = l.part_id join orders o on o.id = l.order_id
where p.fulfilment = 'delivered'
  and l.subtotal_minor > (
    select coalesce(sum(i.amount_minor), 0) from refund_items i join refunds r on r.id = i.refund_id
    where i.line_id = l.id and r.status <> 'failed');

alter table reviews
  -- Whose product it is, so that a vendor's list is walked by an index and the policy below needs no join.
  add column vendor_id uuid references vendors,
  -- Null: as it was first written.
  add column edited_at timestamptz,
  -- Of the first answer; correcting it keeps the date.
  add column replied_at timestamptz,
  add column hidden_reason text check (char_length(hidden_reason) between 1 and 1000);

create function keep_review_vendor() returns trigger language plpgsql as $$
begin
  new.vendor_id := (select vendor_id from products where id = new.product_id);
  return new;
end $$;
create trigger keep_review_vendor before insert or update of product_id, vendor_id on reviews
  for each row execute function keep_review_vendor();

update reviews r set vendor_id = p.vendor_id, replied_at = case when r.vendor_reply is not null then r.created_at end,
  hidden_reason = case when r.hidden_at is not null then 'Not given.' end
from products p where p.id = r.product_id;
alter table reviews
  add constraint reviews_have_a_vendor check (vendor_id is not null),
  add constraint reviews_replies_have_dates check ((vendor_reply is null) = (replied_at is null)),
  add constraint reviews_hidden_have_reasons check ((hidden_at is null) = (hidden_reason is null));

create index reviews_of_vendor on reviews (vendor_id, created_at desc, id desc) where hidden_at is null;
create index reviews_unanswered on reviews (vendor_id, created_at desc, id desc) where hidden_at is null and vendor_reply is null;
create index reviews_hidden on reviews (hidden_at desc, id desc) where hidden_at is not null;

-- Vendors read what everybody reads of their own products' reviews, and write answers; who wrote a review is none of their business.
alter table reviews enable row level security;
create policy vendor_own_shown on reviews to souk_vendor
  using (vendor_id = (select current_vendor_id()) and hidden_at is null);
grant select (id, product_id, vendor_id, author_name, rating, title, body, imported, vendor_reply, replied_at, created_at, edited_at, hidden_at)
  on reviews to souk_vendor;
grant update (vendor_reply, replied_at) on reviews to souk_vendor;

create table review_reports (
  id uuid primary key,
  review_id uuid not null references reviews on delete cascade,
  -- Null once the account was erased; what was reported is still looked at.
  user_id uuid references users on delete set null,
  reason text not null check (reason in ('offensive', 'personal_data', 'advertising', 'off_topic', 'other')),
  note text not null default '' check (char_length(note) <= 500),
  created_at timestamptz not null default now(),
  -- When an admin looked at the review.
  settled_at timestamptz,
  constraint review_reports_one_each unique (review_id, user_id)
);
create index review_reports_open on review_reports (review_id, created_at) where settled_at is null;
create index review_reports_user on review_reports (user_id) where user_id is not null;
