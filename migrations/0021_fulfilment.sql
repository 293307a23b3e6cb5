-- What vendors see of orders, and what of an order was refunded.

-- Paid orders as far as they concern a vendor: number, dates, payment, and where the parcel goes. The address of the mail and what others
-- sold are not among it. Runs with the rights of its owner, so the condition stands here, and whoever asks without a vendor's id gets nothing.
create view vendor_orders with (security_barrier) as
select o.id, o.number, o.status, o.placed_at, o.paid_at, o.ship_name, o.ship_line1, o.ship_line2, o.ship_city, o.ship_region, o.ship_postal_code,
  o.ship_country_code
from orders o
where exists (select from order_parts p where p.order_id = o.id and p.vendor_id = current_vendor_id() and p.paid_at is not null);
grant select on vendor_orders to souk_vendor;
-- Its one row says in which currency amounts are.
grant select on shop to souk_vendor;

alter table order_parts add column canceled_at timestamptz;
grant update (canceled_at) on order_parts to souk_vendor;
-- A vendor's lists: newest first, and what is to be sent, oldest first.
create index order_parts_vendor_newest on order_parts (vendor_id, paid_at desc, id desc) where paid_at is not null;
drop index order_parts_vendor;
create index order_parts_to_ship on order_parts (vendor_id, paid_at, id) where paid_at is not null and fulfilment = 'unfulfilled';
-- An admin's list.
create index orders_newest on orders (placed_at desc, id desc);
create index orders_by_status on orders (status, placed_at desc, id desc);
create index orders_by_email on orders (lower(email) text_pattern_ops, placed_at desc);

alter table refunds drop constraint refunds_reason_check;
alter table refunds add constraint refunds_reason_check
  check (reason in ('out_of_stock', 'order_closed', 'requested_by_customer', 'duplicate', 'fraudulent', 'canceled_by_vendor'));
alter table refunds add column note text not null default '' check (char_length(note) <= 500);

-- Which goods and which shipping a refund gives back: by it each vendor's share is known (I5).
create table refund_items (
  id uuid primary key,
  refund_id uuid not null references refunds,
  order_id uuid not null references orders,
  part_id uuid not null references order_parts,
  vendor_id uuid not null references vendors,
  -- Null: the shipping of the part.
  line_id uuid references order_lines,
  quantity integer not null default 0 check (quantity >= 0),
  amount_minor bigint not null check (amount_minor >= 0),
  restocked boolean not null default false,
  constraint refund_items_shipping_has_no_pieces check (line_id is not null or quantity = 0),
  constraint refund_items_give_something check (amount_minor > 0 or quantity > 0)
);
create index refund_items_refund on refund_items (refund_id);
create index refund_items_order on refund_items (order_id);
create index refund_items_line on refund_items (line_id);
create index refund_items_part on refund_items (part_id);
create index refund_items_vendor on refund_items (vendor_id);

-- Until now a refund was one of everything.
insert into refund_items (id, refund_id, order_id, part_id, vendor_id, line_id, quantity, amount_minor)
select uuid_by_age(), r.id, l.order_id, l.part_id, l.vendor_id, l.id, l.quantity, l.subtotal_minor from refunds r join order_lines l on l.order_id = r.order_id;
insert into refund_items (id, refund_id, order_id, part_id, vendor_id, amount_minor)
select uuid_by_age(), r.id, p.order_id, p.id, p.vendor_id, p.shipping_minor from refunds r join order_parts p on p.order_id = r.order_id where p.shipping_minor > 0;

alter table refund_items enable row level security;
create policy vendor_own_paid on refund_items for select to souk_vendor
  using (vendor_id = (select current_vendor_id()) and exists (select from order_parts p where p.id = part_id));
grant select on refund_items to souk_vendor;

-- At commit: the items of a refund are its amount; no line gives back more than it brought. Writers hold the order's lock.
create function check_refund_items() returns trigger language plpgsql as $$
declare
  checked uuid;
  fault text;
begin
  if tg_table_name = 'refunds' then checked := new.id; else checked := new.refund_id; end if;
  select 'refund ' || r.id || ' is not the sum of its items' into fault from refunds r
  where r.id = checked and r.amount_minor <> (select coalesce(sum(amount_minor), 0) from refund_items where refund_id = r.id);
  if fault is null then
    select 'line ' || l.id || ' gives back more than it brought' into fault from order_lines l
    where l.id in (select line_id from refund_items where refund_id = checked)
      and exists (select from refund_items i join refunds r on r.id = i.refund_id and r.status <> 'failed' where i.line_id = l.id
        having sum(i.quantity) > l.quantity or sum(i.amount_minor) > l.subtotal_minor);
  end if;
  if fault is null then
    select 'part ' || p.id || ' gives back more shipping than it brought' into fault from order_parts p
    where p.id in (select part_id from refund_items where refund_id = checked)
      and p.shipping_minor < (select coalesce(sum(i.amount_minor), 0) from refund_items i join refunds r on r.id = i.refund_id and r.status <> 'failed'
        where i.part_id = p.id and i.line_id is null);
  end if;
  if fault is not null then
    raise exception using message = fault, errcode = 'check_violation', constraint = 'refund_items_add_up';
  end if;
  return null;
end $$;
create constraint trigger refunds_add_up after insert or update of amount_minor on refunds deferrable initially deferred
  for each row execute function check_refund_items();
create constraint trigger refund_items_add_up after insert or update on refund_items deferrable initially deferred
  for each row execute function check_refund_items();
