-- I6: an order that took money never forgets it, and nothing becomes pending again. The services' WHERE clauses say so too; this holds for
-- whoever comes with SQL of their own.
set local lock_timeout = '10s';

create function refuse_going_back() returns trigger language plpgsql as $$
begin
  raise exception using message = tg_table_name || ' ' || old.id || ' cannot go from ' || old.status || ' to ' || new.status,
    errcode = 'check_violation', constraint = tg_name;
end $$;
create trigger orders_move_forward before update of status on orders for each row
  when (old.status <> new.status and (new.status = 'pending'
    or (old.status in ('paid', 'partially_refunded', 'refund_pending', 'refunded') and new.status in ('canceled', 'expired'))))
  execute function refuse_going_back();
create trigger payments_move_forward before update of status on payments for each row
  when (old.status = 'succeeded' and new.status <> 'succeeded') execute function refuse_going_back();
