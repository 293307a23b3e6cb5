//! SQL of what is counted beside a listing.

use sqlx::{FromRow, PgExecutor};

use super::finding::{Sql, Wanted};
use crate::catalogue::{Counts, Dimension, RATINGS, ShopCount, price_bounds};
use crate::values::{CategoryId, Currency, Slug};

/// Shops beside a listing.
const SHOPS: i64 = 20;

/// A set of products to be counted, and for which kinds of choices: what nobody shows is not counted.
#[derive(Clone, Debug)]
pub struct Counting {
    pub wanted: Wanted,
    pub of: Vec<Dimension>,
    /// Up to how many; none: all.
    pub cap: Option<u64>,
}

#[derive(FromRow)]
struct CountRow {
    set: i32,
    kind: String,
    id: Option<CategoryId>,
    slug: Option<Slug>,
    name: Option<String>,
    figures: Vec<i64>,
}

/// The first of the figures; the counts that follow it stand in the order of [`Counts`].
const TOTAL: usize = 0;

/// What is counted of a product.
const COUNTED: &str = " as materialized (select p.category_id, p.vendor_id, p.price_minor, p.rating_average, p.in_stock from ";

/// Counts each set up to its cap, all in one statement. A total above the cap says that there are more, and the rest of such counts
/// says little. Sets of the categories `within` are parts of one that is read once.
pub async fn counts(
    executor: impl PgExecutor<'_>,
    sets: &[Counting],
    within: Option<&[CategoryId]>,
    currency: Currency,
) -> Result<Vec<Counts>, sqlx::Error> {
    let mut sql = Sql::new("with ");
    if let Some(categories) = within {
        sql.push("within").push(COUNTED).push("listed_products p where true");
        Wanted { categories: Some(categories.to_vec()), ..Wanted::default() }.of_categories(&mut sql);
        sql.push("), ");
    }
    for (index, Counting { wanted: set, cap, .. }) in (0_i32..).zip(sets) {
        if index > 0 {
            sql.push(", ");
        }
        // Of a text, all that match are asked for and only the first read; see `ranked`.
        let cap = cap.and_then(|cap| i64::try_from(cap).ok());
        let text = set.q.is_some() && cap.is_some();
        sql.push(if text { "a" } else { "m" }).push(index).push(COUNTED);
        if within.is_some() && within == set.categories.as_deref() && set.q.is_none() {
            sql.push("within p where true");
        } else {
            sql.push("listed_products p where true");
            set.of_categories(&mut sql);
        }
        set.conditions(&mut sql);
        if text {
            sql.push("), m").push(index).push(" as materialized (select * from a").push(index);
        } else if cap.is_some() && set.categories.is_none() && set.vendor.is_none() {
            // Keeps Postgres to the index that holds all of these columns.
            sql.push(" order by p.published_at desc, p.id desc");
        }
        if let Some(cap) = cap {
            sql.push(" limit ").push_bind(cap + 1);
        }
        sql.push(")");
    }
    for (index, Counting { of, .. }) in (0_i32..).zip(sets) {
        if index > 0 {
            sql.push(" union all ");
        }
        figures(&mut sql, index, of, currency);
    }
    // Reading so long a statement takes as long as answering it, so it is kept where its plan does not hang on the values.
    let keep = within.is_some() || sets.iter().all(|set| set.wanted.is_text_alone());
    let rows: Vec<CountRow> = sql.build_query_as().persistent(keep).fetch_all(executor).await?;
    let mut counts = vec![Counts::default(); sets.len()];
    for row in rows {
        if let Some(counts) = usize::try_from(row.set).ok().and_then(|set| counts.get_mut(set)) {
            put(counts, row);
        }
    }
    Ok(counts)
}

/// Three kinds of rows of one set: the figures, the categories, the shops. A figure that nobody wants is zero.
fn figures(sql: &mut Sql, set: i32, of: &[Dimension], currency: Currency) {
    sql.push("select ")
        .push(set)
        .push(" as set, 'figures' as kind, null::uuid as id, null::text as slug, null::text as name, array[count(*)");
    for (min, max) in price_bounds(currency) {
        if !of.contains(&Dimension::Price) {
            sql.push(", 0");
            continue;
        }
        sql.push(", count(*) filter (where true");
        if let Some(min) = min {
            sql.push(" and price_minor >= ").push_bind(min.amount_minor);
        }
        if let Some(max) = max {
            sql.push(" and price_minor <= ").push_bind(max.amount_minor);
        }
        sql.push(")");
    }
    for rating in RATINGS {
        if of.contains(&Dimension::Rating) {
            sql.push(", count(*) filter (where rating_average >= ").push_bind(i32::from(rating) * 1000).push(")");
        } else {
            sql.push(", 0");
        }
    }
    sql.push(if of.contains(&Dimension::Stock) { ", count(*) filter (where in_stock)" } else { ", 0" });
    sql.push("] as figures from m").push(set);
    if of.contains(&Dimension::Category) {
        sql.push(" union all select ").push(set).push(", 'category', category_id, null, null, array[count(*)] from m").push(set);
        sql.push(" group by category_id");
    }
    if !of.contains(&Dimension::Shop) {
        return;
    }
    sql.push(" union all (select ").push(set).push(", 'shop', null, v.slug, v.name, array[t.n] from (");
    sql.push("select vendor_id, count(*) as n from m").push(set).push(" group by vendor_id order by 2 desc, 1 limit ").push_bind(SHOPS);
    sql.push(") t join visible_shops v on v.id = t.vendor_id order by t.n desc, v.name)");
}

fn put(counts: &mut Counts, row: CountRow) {
    let mut figures = row.figures.into_iter().map(i64::unsigned_abs);
    match (row.kind.as_str(), row.id, row.slug, row.name) {
        ("category", Some(id), ..) => counts.categories.extend(figures.next().map(|count| (id, count))),
        ("shop", _, Some(slug), Some(name)) => counts.shops.extend(figures.next().map(|count| ShopCount { slug, name, count })),
        ("figures", ..) => {
            let figures: Vec<u64> = figures.collect();
            let prices = TOTAL + 1;
            let ratings = prices + counts.prices.len();
            counts.total = figures.first().copied().unwrap_or(0);
            for (to, from) in counts.prices.iter_mut().zip(figures.iter().skip(prices)) {
                *to = *from;
            }
            for (to, from) in counts.ratings.iter_mut().zip(figures.iter().skip(ratings)) {
                *to = *from;
            }
            counts.in_stock = figures.last().copied().unwrap_or(0);
        }
        _ => {}
    }
}

/// How many there are, up to `cap` and one more.
pub async fn total(executor: impl PgExecutor<'_>, wanted: &Wanted, cap: i64) -> Result<u64, sqlx::Error> {
    let mut sql = Sql::new("with matching as materialized (select from listed_products p where true");
    wanted.of_categories(&mut sql);
    wanted.conditions(&mut sql);
    sql.push(") select count(*) from (select from matching limit ").push_bind(cap + 1).push(") few");
    let count: i64 = sql.build_query_scalar().persistent(false).fetch_one(executor).await?;
    Ok(count.unsigned_abs())
}
