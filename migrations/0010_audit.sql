create table audit_log (
  id uuid primary key,
  actor_id uuid,
  action text not null check (char_length(action) between 3 and 80),
  object_kind text not null,
  object_id uuid,
  before jsonb,
  after jsonb,
  reason text,
  at timestamptz not null default now()
);
create index audit_log_object on audit_log (object_kind, object_id, at desc);
create index audit_log_newest on audit_log (at desc, id desc);

-- Append-only, whoever asks.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception using message = 'the audit log is append-only', errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_append_only before update or delete on audit_log for each row execute function refuse_audit_change();
create trigger audit_log_no_truncate before truncate on audit_log for each statement execute function refuse_audit_change();
