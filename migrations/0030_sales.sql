-- What was sold, by day (UTC), kept as it happens. Whoever pays, gives back or places something appends rows to `sales_deltas`, in the same
-- transaction and without waiting for anybody; a job takes the rows that it finds there and adds them to the tables behind (analytics). A
-- figure is the sum of both, so it is right whether the job was there already or not.
--
-- Triggers append, and not the services: a release of before, which may still run, has them too, and no way to pay or to give back is forgotten.
set local lock_timeout = '10s';

create table sales_deltas (
  id bigint generated always as identity primary key,
  day date not null,
  -- Null: about an order as a whole.
  vendor_id uuid,
  product_id uuid,
  goods_minor bigint not null default 0,
  shipping_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  refunded_shipping_minor bigint not null default 0,
  units bigint not null default 0,
  units_refunded bigint not null default 0,
  lines bigint not null default 0,
  -- A vendor's paid parts of orders.
  parts bigint not null default 0,
  -- A product that was put into a cart, and a cart that was empty before.
  cart_lines bigint not null default 0,
  carts bigint not null default 0,
  placed bigint not null default 0,
  paid bigint not null default 0,
  -- Whose order was paid; the row is gone some seconds later.
  user_id uuid
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index sales_deltas_vendor on sales_deltas (vendor_id);

create table vendor_sales (
  vendor_id uuid not null references vendors on delete cascade,
  day date not null,
  goods_minor bigint not null default 0,
  shipping_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  refunded_shipping_minor bigint not null default 0,
  units bigint not null default 0,
  units_refunded bigint not null default 0,
  lines bigint not null default 0,
  parts bigint not null default 0,
  cart_lines bigint not null default 0,
  primary key (vendor_id, day)
);

create table product_sales (
  vendor_id uuid not null references vendors,
  day date not null,
  product_id uuid not null references products,
  goods_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  units bigint not null default 0,
  units_refunded bigint not null default 0,
  primary key (vendor_id, day, product_id)
);
create index product_sales_day on product_sales (day);

create table site_sales (
  day date primary key,
  goods_minor bigint not null default 0,
  shipping_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  refunded_shipping_minor bigint not null default 0,
  units bigint not null default 0,
  units_refunded bigint not null default 0,
  carts bigint not null default 0,
  placed bigint not null default 0,
  paid bigint not null default 0
);

-- Who bought on which day, so that nobody is counted twice in a week or a month. Goes with the account; the counts stay.
create table buying_days (
  user_id uuid not null references users on delete cascade,
  day date not null,
  primary key (user_id, day)
);

-- Customers who bought and vendors who sold something; no sums, since the same ones come again.
create table active_counts (
  grain text not null check (grain in ('day', 'week', 'month')),
  starts_on date not null,
  customers bigint not null default 0,
  vendors bigint not null default 0,
  primary key (grain, starts_on)
);

alter table sales_deltas enable row level security;
create policy vendor_own on sales_deltas for select to souk_vendor using (vendor_id = (select current_vendor_id()));
alter table vendor_sales enable row level security;
create policy vendor_own on vendor_sales for select to souk_vendor using (vendor_id = (select current_vendor_id()));
alter table product_sales enable row level security;
create policy vendor_own on product_sales for select to souk_vendor using (vendor_id = (select current_vendor_id()));
grant select on sales_deltas, vendor_sales, product_sales to souk_vendor;

create function count_placed() returns trigger language plpgsql as $$
begin
  insert into sales_deltas (day, placed) values ((new.placed_at at time zone 'UTC')::date, 1);
  return null;
end $$;
create trigger count_placed after insert on orders for each row execute function count_placed();

create function count_paid() returns trigger language plpgsql as $$
begin
  insert into sales_deltas (day, paid, user_id) values ((new.paid_at at time zone 'UTC')::date, 1, new.user_id);
  return null;
end $$;
-- Only an order whose goods could be had becomes this; one whose money goes back at once does not.
create trigger count_paid after update of status on orders for each row
  when (old.status <> 'paid' and new.status = 'paid') execute function count_paid();

create function count_sale() returns trigger language plpgsql as $$
begin
  insert into sales_deltas (day, vendor_id, product_id, shipping_minor, parts, goods_minor, units, lines)
  select (new.paid_at at time zone 'UTC')::date, new.vendor_id, null, new.shipping_minor, 1, 0, 0, 0
  union all select (new.paid_at at time zone 'UTC')::date, new.vendor_id, product_id, 0, 0, subtotal_minor, quantity, 1
  from order_lines where part_id = new.id;
  return null;
end $$;
create trigger count_sale after update of paid_at on order_parts for each row
  when (old.paid_at is null and new.paid_at is not null) execute function count_sale();

-- On the day on which it was decided. What was never sold, since its goods were gone, is not given back either.
create function count_refund() returns trigger language plpgsql as $$
begin
  insert into sales_deltas (day, vendor_id, product_id, refunded_minor, refunded_shipping_minor, units_refunded)
  select (r.created_at at time zone 'UTC')::date, new.vendor_id, l.product_id,
    case when l.id is null then 0 else new.amount_minor end, case when l.id is null then new.amount_minor else 0 end, new.quantity
  from refunds r join order_parts p on p.id = new.part_id and p.paid_at is not null left join order_lines l on l.id = new.line_id
  where r.id = new.refund_id and r.status <> 'failed';
  return null;
end $$;
create trigger count_refund after insert on refund_items for each row execute function count_refund();

-- A refund that failed gave nothing back.
create function count_failed_refund() returns trigger language plpgsql as $$
declare
  sign integer := case when new.status = 'failed' then -1 else 1 end;
begin
  insert into sales_deltas (day, vendor_id, product_id, refunded_minor, refunded_shipping_minor, units_refunded)
  select (new.created_at at time zone 'UTC')::date, i.vendor_id, l.product_id,
    sign * case when l.id is null then 0 else i.amount_minor end, sign * case when l.id is null then i.amount_minor else 0 end, sign * i.quantity
  from refund_items i join order_parts p on p.id = i.part_id and p.paid_at is not null left join order_lines l on l.id = i.line_id
  where i.refund_id = new.id;
  return null;
end $$;
create trigger count_failed_refund after update of status on refunds for each row
  when ((old.status = 'failed') <> (new.status = 'failed')) execute function count_failed_refund();

create function count_in_cart() returns trigger language plpgsql as $$
begin
  insert into sales_deltas (day, vendor_id, cart_lines, carts)
  select (new.added_at at time zone 'UTC')::date, v.vendor_id, 1,
    case when exists (select from cart_items where cart_id = new.cart_id and variant_id <> new.variant_id) then 0 else 1 end
  from product_variants v where v.id = new.variant_id;
  return null;
end $$;
-- What comes over from a guest's cart keeps the time at which it was put there, and was counted then.
create trigger count_in_cart after insert on cart_items for each row
  when (new.added_at = now()) execute function count_in_cart();

-- The same figures, read off what was sold and given back. Carts are not among them: what is taken out of one leaves no trace.
create view recorded_sales as
select (paid_at at time zone 'UTC')::date as day, vendor_id, null::uuid as product_id, 0::bigint as goods_minor, shipping_minor,
  0::bigint as refunded_minor, 0::bigint as refunded_shipping_minor, 0 as units, 0 as units_refunded, 0 as lines, 1 as parts, 0 as placed, 0 as paid
from order_parts where paid_at is not null
union all
select (p.paid_at at time zone 'UTC')::date, l.vendor_id, l.product_id, l.subtotal_minor, 0, 0, 0, l.quantity, 0, 1, 0, 0, 0
from order_lines l join order_parts p on p.id = l.part_id where p.paid_at is not null
union all
select (r.created_at at time zone 'UTC')::date, i.vendor_id, l.product_id, 0, 0, case when l.id is null then 0 else i.amount_minor end,
  case when l.id is null then i.amount_minor else 0 end, 0, i.quantity, 0, 0, 0, 0
from refund_items i join refunds r on r.id = i.refund_id and r.status <> 'failed' join order_parts p on p.id = i.part_id and p.paid_at is not null
left join order_lines l on l.id = i.line_id
union all
select (placed_at at time zone 'UTC')::date, null, null, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0 from orders
union all
select (paid_at at time zone 'UTC')::date, null, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
from orders o where exists (select from order_parts p where p.order_id = o.id and p.paid_at is not null);

-- Fills the tables from what is recorded; they must be empty. In the order of days, in which they are read.
create function fill_sales() returns void language sql as $$
  insert into vendor_sales (vendor_id, day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts)
  select vendor_id, day, sum(goods_minor), sum(shipping_minor), sum(refunded_minor), sum(refunded_shipping_minor), sum(units), sum(units_refunded),
    sum(lines), sum(parts)
  from recorded_sales where vendor_id is not null group by vendor_id, day order by day, vendor_id;

  insert into product_sales (vendor_id, day, product_id, goods_minor, refunded_minor, units, units_refunded)
  select vendor_id, day, product_id, sum(goods_minor), sum(refunded_minor), sum(units), sum(units_refunded)
  from recorded_sales where product_id is not null group by vendor_id, day, product_id order by day, vendor_id, product_id;

  insert into site_sales (day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, placed, paid)
  select day, sum(goods_minor), sum(shipping_minor), sum(refunded_minor), sum(refunded_shipping_minor), sum(units), sum(units_refunded),
    sum(placed), sum(paid)
  from recorded_sales group by day order by day;

  insert into buying_days (user_id, day)
  select distinct o.user_id, (o.paid_at at time zone 'UTC')::date from orders o
  where o.user_id is not null and exists (select from order_parts p where p.order_id = o.id and p.paid_at is not null);

  insert into active_counts (grain, starts_on, customers, vendors)
  select grain, starts_on, count(distinct user_id), count(distinct vendor_id) from (
    select g.grain, date_trunc(g.grain, day::timestamp)::date as starts_on, user_id, vendor_id
    from (select day, user_id, null::uuid as vendor_id from buying_days union all select day, null, vendor_id from vendor_sales where parts > 0) a
    cross join (values ('day'), ('week'), ('month')) g (grain)) a
  group by grain, starts_on order by grain, starts_on;
$$;

-- Creating the triggers has locked the tables, so nothing is sold in between.
select fill_sales();
