//! SQL of misspelt words and of counts that are kept.

use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::catalogue::Counts;

/// Newest products whose words count before the job has read them.
const FRESH: i64 = 200;
/// Words looked at for each misspelt one.
const CANDIDATES: i64 = 60;

/// Whether something that is listed has this word, or one that begins like it. Words of names are known from the job; for others the products
/// are asked, as if all that match were wanted: for a single one Postgres would read product after product in hope of the first.
pub async fn is_known(executor: impl PgExecutor<'_>, word: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with matching as materialized (
             select from listed_products p where p.search @@ (to_tsquery('english', $1 || ':*') || to_tsquery('simple', $1 || ':*')))
           select exists (select from search_words where word = $1) or exists (select from matching) as "known!""#,
        word
    )
    .fetch_one(executor)
    .await
}

/// Words that look like this one, the most alike first: of all that the job has read, and of the newest products. Those of the same
/// beginning as well (`from` up to `to`), since two letters that changed places leave a short word little else.
pub async fn alike(executor: impl PgExecutor<'_>, word: &str, from: &str, to: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select word as "word!" from (
             select word from search_words where word % $1
             union select word from search_words
               where word >= $2 and word < $3 and char_length($1) <= 5 and abs(char_length(word) - char_length($1)) <= 1
             union select w.word from (select name, tags from listed_products order by published_at desc, id desc limit $4) p
               cross join lateral regexp_split_to_table(lower(p.name || ' ' || array_to_string(p.tags, ' ')), '[^[:alpha:]]+') as w (word)
               where char_length(w.word) between 3 and 40 and (w.word % $1 or left(w.word, 1) = left($1, 1))
           ) found order by similarity(word, $1) desc, word limit $5"#,
        word,
        from,
        to,
        FRESH,
        CANDIDATES
    )
    .fetch_all(executor)
    .await
}

/// Reads the words of everything that is listed. Words of what is no longer there go.
pub async fn refresh(executor: impl PgExecutor<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"with words as (
             select distinct w.word from listed_products p
             cross join lateral regexp_split_to_table(lower(p.name || ' ' || array_to_string(p.tags, ' ')), '[^[:alpha:]]+') as w (word)
             where char_length(w.word) between 3 and 40),
           gone as (delete from search_words s where not exists (select from words w where w.word = s.word))
           insert into search_words (word) select word from words on conflict do nothing"#
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// All counts that are kept, by scope.
pub async fn kept_counts(executor: impl PgExecutor<'_>) -> Result<Vec<(String, Counts)>, sqlx::Error> {
    let rows = sqlx::query!(r#"select scope, counts as "counts: Json<Counts>" from listing_counts"#).fetch_all(executor).await?;
    Ok(rows.into_iter().map(|row| (row.scope, row.counts.0)).collect())
}

/// Keeps these counts and forgets all others.
pub async fn keep_counts(executor: impl PgExecutor<'_>, scopes: &[String], counts: &[Counts]) -> Result<(), sqlx::Error> {
    let counts: Vec<Json<&Counts>> = counts.iter().map(Json).collect();
    sqlx::query!(
        "with gone as (delete from listing_counts where scope <> all($1))
         insert into listing_counts (scope, counts) select * from unnest($1::text[], $2::jsonb[])
         on conflict (scope) do update set counts = excluded.counts, counted_at = now()",
        scopes,
        &counts as _
    )
    .execute(executor)
    .await?;
    Ok(())
}
