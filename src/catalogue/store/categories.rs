//! SQL of the tree of categories, as admins change it.

use sqlx::{PgConnection, PgExecutor};

use crate::catalogue::{CategoryChanges, CategoryNode};
use crate::values::{CategoryId, Slug};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// All of them, siblings in their order.
pub async fn all(executor: impl PgExecutor<'_>) -> Result<Vec<CategoryNode>> {
    struct Row {
        id: CategoryId,
        parent_id: Option<CategoryId>,
        slug: Slug,
        name: String,
        description: String,
        position: i32,
        product_count: i64,
    }
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id as "id: CategoryId", c.parent_id as "parent_id: CategoryId", c.slug as "slug: Slug", c.name, c.description, c.position,
             coalesce(p.product_count, 0) as "product_count!"
           from categories c
           left join (select category_id, count(*) as product_count from products group by category_id) p on p.category_id = c.id
           order by c.position, c.name, c.id"#
    )
    .fetch_all(executor)
    .await?;
    let node = |row: Row| CategoryNode {
        id: row.id,
        parent_id: row.parent_id,
        slug: row.slug,
        name: row.name,
        description: row.description,
        position: row.position,
        product_count: row.product_count,
        depth: 0,
    };
    Ok(rows.into_iter().map(node).collect())
}

/// One change of the tree at a time: two moves that are fine by themselves could make a circle together.
pub async fn lock(connection: &mut PgConnection) -> Result<()> {
    sqlx::query!("lock table categories in share row exclusive mode").execute(connection).await?;
    Ok(())
}

pub async fn insert(connection: &mut PgConnection, id: CategoryId, category: &CategoryChanges) -> Result<()> {
    sqlx::query!(
        "insert into categories (id, parent_id, slug, name, description, position) values ($1, $2, $3, $4, $5, $6)",
        id as _,
        category.parent_id as Option<CategoryId>,
        category.slug as _,
        category.name,
        category.description,
        category.position
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn update(connection: &mut PgConnection, id: CategoryId, category: &CategoryChanges) -> Result<()> {
    sqlx::query!(
        "update categories set parent_id = $2, slug = $3, name = $4, description = $5, position = $6 where id = $1",
        id as _,
        category.parent_id as Option<CategoryId>,
        category.slug as _,
        category.name,
        category.description,
        category.position
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// False, and nothing done, while something stands in it.
pub async fn delete_empty(connection: &mut PgConnection, id: CategoryId) -> Result<bool> {
    let done = sqlx::query!(
        "delete from categories c where id = $1 and not exists (select from products where category_id = c.id)
           and not exists (select from categories below where below.parent_id = c.id)",
        id as _
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
