-- Whether a bank disputes the payment of an order, or has taken it back: its vendors should ask before they send. Nothing else of a dispute is
-- theirs to know. The condition of the view and its barrier are those of 0021; a status that is not known to be harmless counts as a dispute.
set local lock_timeout = '10s';

create or replace view vendor_orders with (security_barrier) as
select o.id, o.number, o.status, o.placed_at, o.paid_at, o.ship_name, o.ship_line1, o.ship_line2, o.ship_city, o.ship_region, o.ship_postal_code,
  o.ship_country_code,
  exists (select from disputes d where d.order_id = o.id and d.status not in ('won', 'warning_closed')) as disputed
from orders o
where exists (select from order_parts p where p.order_id = o.id and p.vendor_id = current_vendor_id() and p.paid_at is not null);
