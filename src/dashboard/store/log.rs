//! SQL of the audit log with the names of those in it.

use sqlx::PgExecutor;
use sqlx::types::JsonValue;

use super::Result;
use crate::dashboard::{AuditFilter, AuditLine};
use crate::values::AuditId;

/// Newest first, as the filter says, before the given one.
pub async fn list(db: impl PgExecutor<'_>, filter: &AuditFilter, before: Option<AuditId>, limit: i64) -> Result<Vec<AuditLine>> {
    sqlx::query_as!(
        AuditLine,
        r#"select a.id as "id: AuditId", u.email as "actor?", a.actor_id, a.action, a.object_kind, a.object_id,
             case a.object_kind
               when 'order' then (select 'Order ' || o.number from orders o where o.id = a.object_id)
               when 'vendor' then (select v.name from vendors v where v.id = a.object_id)
               when 'product' then (select p.name from products p where p.id = a.object_id)
               when 'category' then (select c.name from categories c where c.id = a.object_id)
               when 'user' then (select o.email from users o where o.id = a.object_id)
             end as "object?", a.before as "before?: JsonValue",
             a.after as "after?: JsonValue", a.reason, a.at, a.erased_at is not null as "erased!", s.seq as "seal?"
           from audit_log a left join users u on u.id = a.actor_id left join audit_seals s on s.entry_id = a.id
           where ($1::text is null or a.actor_id = (select id from users where email_key = lower($1)))
             and ($2::text is null or a.action like $2) and ($3::uuid is null or a.object_id = $3)
             and ($4::date is null or a.at >= $4::date::timestamp at time zone 'UTC')
             and ($5::date is null or a.at < ($5::date + 1)::timestamp at time zone 'UTC')
             and ($6::uuid is null or (a.at, a.id) < (select at, id from audit_log where id = $6))
           order by a.at desc, a.id desc limit $7"#,
        filter.actor,
        filter.action_pattern(),
        filter.object,
        filter.from,
        filter.until,
        before as Option<AuditId>,
        limit
    )
    .fetch_all(db)
    .await
}

/// Number and hash of the last seal.
pub async fn head(db: impl PgExecutor<'_>) -> Result<Option<(i64, String)>> {
    let row =
        sqlx::query!(r#"select seq, encode(hash, 'hex') as "hash!" from audit_seals order by seq desc limit 1"#).fetch_optional(db).await?;
    Ok(row.map(|row| (row.seq, row.hash)))
}
