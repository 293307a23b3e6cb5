-- The audit log as a chain: each seal holds the hash of the one before it, so that a row that is changed, removed or moved later is found out.
--
-- Writers only note that their row waits; one job seals. What waits is a list and not a mark ("everything up to here"): a transaction that
-- began early and commits late is sealed when it is seen, and never passed over.
--
-- The chain holds ids, action and time in the open, and of before, after and reason a salted digest. When a person is forgotten, values and
-- salt are blanked: the digest stays, tells nothing, and the chain holds.
-- No foreign keys: that a row is gone is what the chain is there to find out.
create table audit_seals (
  seq bigint primary key check (seq > 0),
  entry_id uuid not null constraint audit_seals_entry_key unique,
  -- 32 random bytes; null once the values were erased.
  salt bytea check (octet_length(salt) = 32),
  digest bytea not null check (octet_length(digest) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  sealed_at timestamptz not null default now()
);

create table audit_unsealed (entry_id uuid primary key);

alter table audit_log add column erased_at timestamptz,
  add constraint audit_log_erased_is_empty check (erased_at is null or num_nonnulls(before, after, reason) = 0);

create function audit_digest(entry audit_log, salt bytea) returns bytea language sql immutable as $$
  select sha256(salt || convert_to(jsonb_build_array(entry.before, entry.after, entry.reason)::text, 'UTF8'))
$$;

-- The time in microseconds, since how a date is written depends on settings.
create function audit_hash(previous bytea, seq bigint, entry audit_log, digest bytea) returns bytea language sql immutable as $$
  select sha256(coalesce(previous, ''::bytea) || digest || convert_to(jsonb_build_array(seq, entry.id, entry.actor_id, entry.action,
    entry.object_kind, entry.object_id, (extract(epoch from entry.at) * 1000000)::bigint)::text, 'UTF8'))
$$;

create function note_unsealed() returns trigger language plpgsql as $$
begin
  insert into audit_unsealed (entry_id) values (new.id);
  return null;
end $$;
create trigger audit_log_is_sealed after insert on audit_log for each row execute function note_unsealed();
insert into audit_unsealed (entry_id) select id from audit_log;

-- Seals what waits, oldest first, and says how much it was. A second sealer waits for the first; nobody else waits for either. An entry that
-- is being erased at this moment is left for the next time; one that is erased already gets a digest that nobody can compute again.
create function seal_audit_log(at_most integer) returns integer language plpgsql as $$
declare
  entry audit_log;
  head audit_seals;
  sealed integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('seal_audit_log', 0));
  select * into head from audit_seals order by seq desc limit 1;
  head.seq := coalesce(head.seq, 0);
  for entry in select l.* from audit_unsealed u join audit_log l on l.id = u.entry_id order by l.id limit at_most
      for share of l skip locked loop
    head.seq := head.seq + 1;
    head.entry_id := entry.id;
    -- The server's strong random numbers, which the core of PostgreSQL gives away as UUIDs alone.
    head.salt := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
    head.digest := audit_digest(entry, head.salt);
    head.hash := audit_hash(head.hash, head.seq, entry, head.digest);
    insert into audit_seals (seq, entry_id, salt, digest, hash) 
      values (head.seq, head.entry_id, case when entry.erased_at is null then head.salt end, head.digest, head.hash);
    delete from audit_unsealed where entry_id = entry.id;
    sealed := sealed + 1;
  end loop;
  return sealed;
end $$;

-- Append-only as before, but for forgetting: the values go, and nothing else changes.
create or replace function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_table_name = 'audit_log' then
    if new.erased_at is not null and (new.id, new.action, new.object_kind, new.at) = (old.id, old.action, old.object_kind, old.at)
      and (new.actor_id, new.object_id) is not distinct from (old.actor_id, old.object_id) then
      return new;
    end if;
  end if;
  raise exception using message = 'the audit log is append-only', errcode = 'insufficient_privilege';
end $$;

create function refuse_seal_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.salt is null
    and (new.seq, new.entry_id, new.digest, new.hash, new.sealed_at) = (old.seq, old.entry_id, old.digest, old.hash, old.sealed_at) then
    return new;
  end if;
  raise exception using message = 'the audit log is append-only', errcode = 'insufficient_privilege';
end $$;
create trigger audit_seals_append_only before update or delete on audit_seals for each row execute function refuse_seal_change();
create trigger audit_seals_no_truncate before truncate on audit_seals for each statement execute function refuse_seal_change();
