-- An order is paid when its parts are: by them, and not by a date of its own, the view says when. It reads one table in place of two.
create or replace view recorded_sales as
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
select (max(paid_at) at time zone 'UTC')::date, null, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
from order_parts where paid_at is not null group by order_id;
