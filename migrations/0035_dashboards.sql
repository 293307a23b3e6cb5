-- What the dashboards ask for on each of their pages: counts of what waits, lists, and the figures of two months.
set local lock_timeout = '10s';

-- An admin has looked at a mail that did not go out and leaves it so; it no longer waits for anybody.
alter table outbox add column settled_at timestamptz;
update outbox set settled_at = now() where status = 'dead' and body_text = '';
create index outbox_failed on outbox (id desc) where status = 'dead';
drop index outbox_dead;
create index outbox_to_settle on outbox (id) where status = 'dead' and settled_at is null;
-- The search by the beginning of an address.
create index outbox_recipient on outbox (lower(recipient) text_pattern_ops, id desc);

create index stripe_events_newest on stripe_events (received_at desc, id desc);
create index disputes_to_answer on disputes (evidence_due_at) where status in ('needs_response', 'warning_needs_response');
create index job_leases_failed on job_leases (name) where last_error is not null;

-- Figures.
create index orders_paid on orders (paid_at) include (total_minor) where paid_at is not null;
create index refunds_done on refunds (finished_at) include (amount_minor) where status = 'succeeded';

-- The audit log, narrowed to a person or a kind of action.
create index audit_log_actor on audit_log (actor_id, at desc, id desc);
create index audit_log_object_id on audit_log (object_id, at desc, id desc) where object_id is not null;
create index audit_log_action on audit_log (action, at desc, id desc);
