use sqlx::PgExecutor;

use super::Letter;

/// A mail that is sent again (its first acknowledgement was lost) lies in the mailbox once.
pub async fn keep(executor: impl PgExecutor<'_>, letter: &Letter) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into mailbox (message_id, recipient, subject, body_text, body_html) values ($1, $2, $3, $4, $5) on conflict (message_id) do nothing",
        letter.message_id,
        letter.to.as_str(),
        letter.subject,
        letter.text,
        letter.html,
    )
    .execute(executor)
    .await?;
    Ok(())
}
