-- What came may be another amount than the order costs, or in another currency: such an order is held in review until an admin accepts it or
-- gives the money back.
set local lock_timeout = '10s';

alter table payments
  -- What came, where it is not what was asked for.
  add column received_minor bigint constraint payments_received_is_some check (received_minor > 0),
  add column received_currency text constraint payments_received_is_currency check (received_currency ~ '^[A-Z]{3}$'),
  add constraint payments_received_is_money check ((received_minor is null) = (received_currency is null));

-- What goes back of it is no part of the order's price: it has no items, and may be in a currency that is not the shop's.
alter table refunds add constraint refunds_currency_check check (currency ~ '^[A-Z]{3}$');
alter table refunds drop constraint refunds_reason_check;
alter table refunds add constraint refunds_reason_check check (reason in ('out_of_stock', 'order_closed', 'requested_by_customer', 'duplicate',
  'fraudulent', 'canceled_by_vendor', 'amount_differs', 'made_elsewhere'));

create or replace function check_refund_within_payment() returns trigger language plpgsql as $$
declare
  captured bigint;
begin
  select coalesce(received_minor, amount_minor) into captured from payments where id = new.payment_id for update;
  if (select coalesce(sum(amount_minor), 0) from refunds where payment_id = new.payment_id and status <> 'failed') > captured then
    raise exception using message = 'refunds exceed payment ' || new.payment_id, errcode = 'check_violation', constraint = 'refunds_within_payment';
  end if;
  return null;
end $$;

create or replace function check_refund_items() returns trigger language plpgsql as $$
declare
  checked uuid;
  fault text;
begin
  if tg_table_name = 'refunds' then checked := new.id; else checked := new.refund_id; end if;
  select 'refund ' || r.id || ' is not the sum of its items' into fault from refunds r
  where r.id = checked and case r.reason when 'amount_differs' then 0 else r.amount_minor end
    <> (select coalesce(sum(amount_minor), 0) from refund_items where refund_id = r.id);
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
