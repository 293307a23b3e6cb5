//! SQL of finding: one page of ids. Which filters and which order are asked for decides which conditions are written, so that Postgres can
//! walk the index made for just that order; each piece is a text of ours, each value is bound.

use sqlx::postgres::Postgres;
use sqlx::{FromRow, PgExecutor, QueryBuilder};
use time::OffsetDateTime;

use crate::catalogue::{Cursor, Dimension, SearchText, Sort};
use crate::values::{CategoryId, Money, ProductId, Slug};

pub(super) type Sql = QueryBuilder<Postgres>;

/// Of what a text matches, and of what has it in its name, so many are read, and of these so many ranked that sold most: ranking reads a
/// product's words, and beyond this nobody looks.
const READ: i64 = 2_000;
const RANKED: i64 = 300;

/// What is looked for, with categories resolved to themselves and all below them.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub categories: Option<Vec<CategoryId>>,
    pub vendor: Option<Slug>,
    pub q: Option<SearchText>,
    pub min_price: Option<Money>,
    pub max_price: Option<Money>,
    pub rating: Option<u8>,
    pub in_stock: bool,
}

impl Wanted {
    pub fn without(&self, dimension: Dimension) -> Self {
        let mut wanted = self.clone();
        match dimension {
            Dimension::Category => wanted.categories = None,
            Dimension::Shop => wanted.vendor = None,
            Dimension::Price => (wanted.min_price, wanted.max_price) = (None, None),
            Dimension::Rating => wanted.rating = None,
            Dimension::Stock => wanted.in_stock = false,
        }
        wanted
    }

    /// Whether nothing but a category or a shop narrows it: then the statement is the same each time, and its plan may be kept.
    pub fn is_plain(&self) -> bool {
        self.q.is_none() && self.is_unfiltered()
    }

    const fn is_unfiltered(&self) -> bool {
        self.min_price.is_none() && self.max_price.is_none() && self.rating.is_none() && !self.in_stock
    }

    /// Whether it is a text in the whole shop. No other index comes into question than that of words, so the plan may be kept, too: made
    /// without knowing the words it is as fast for rare ones as for common ones, and the making took as long as many a search.
    pub(super) const fn is_text_alone(&self) -> bool {
        self.q.is_some() && self.categories.is_none() && self.vendor.is_none() && self.is_unfiltered()
    }

    /// All conditions but that of a category, each with an `and` in front.
    pub(super) fn conditions(&self, sql: &mut Sql) {
        if let Some(vendor) = &self.vendor {
            sql.push(" and p.vendor_id = (select id from visible_shops where slug = ").push_bind(vendor.clone()).push(")");
        }
        if let Some(min) = self.min_price {
            sql.push(" and p.price_minor >= ").push_bind(min.amount_minor);
        }
        if let Some(max) = self.max_price {
            sql.push(" and p.price_minor <= ").push_bind(max.amount_minor);
        }
        if let Some(rating) = self.rating {
            sql.push(" and p.rating_average >= ").push_bind(i32::from(rating) * 1000);
        }
        if self.in_stock {
            sql.push(" and p.in_stock");
        }
        if let Some(q) = &self.q {
            sql.push(" and p.search @@ ");
            words(sql, q);
        }
    }

    pub(super) fn of_categories(&self, sql: &mut Sql) {
        match self.categories.as_deref() {
            None => {}
            Some([one]) => {
                sql.push(" and p.category_id = ").push_bind(*one);
            }
            Some(several) => {
                sql.push(" and p.category_id = any(").push_bind(several.to_vec()).push(")");
            }
        }
    }
}

/// The text as a query. Written in place, since beside filters Postgres plans well only for words that it knows. Words as beginnings find all
/// that whole words find, so the text itself is asked for only where it may say more: Postgres takes alternatives for so many more products.
fn words(sql: &mut Sql, q: &SearchText) {
    let prefix = q.prefix_query();
    let mut separator = "(";
    if prefix.is_empty() || q.has_operators() {
        sql.push("(websearch_to_tsquery('english', ").push_bind(q.as_str().to_owned()).push(")");
        separator = " || ";
    }
    if !prefix.is_empty() {
        sql.push(separator).push("to_tsquery('english', ").push_bind(prefix.clone());
        sql.push(") || to_tsquery('simple', ").push_bind(prefix).push(")");
    }
    sql.push(")");
}

/// What an order sorts by, as columns of `p`: the two keys of a cursor, and the order itself.
const fn order(sort: Sort) -> (&'static str, &'static str, &'static str) {
    match sort {
        Sort::Newest | Sort::Relevance => {
            ("(extract(epoch from p.published_at) * 1000000)::bigint", "0::bigint", "p.published_at desc, p.id desc")
        }
        Sort::PriceAsc => ("p.price_minor", "0::bigint", "p.price_minor, p.id"),
        Sort::PriceDesc => ("p.price_minor", "0::bigint", "p.price_minor desc, p.id desc"),
        Sort::Rating => ("p.rating_score::bigint", "0::bigint", "p.rating_score desc, p.id desc"),
        Sort::BestSelling => ("p.units_sold", "p.rating_count::bigint", "p.units_sold desc, p.rating_count desc, p.id desc"),
    }
}

/// The condition of being behind a place. A place out of all bounds is the end.
fn behind(sql: &mut Sql, after: Cursor) {
    match after.sort {
        Sort::Newest => {
            let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(after.key) * 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
            sql.push(" and (p.published_at, p.id) < (").push_bind(at);
        }
        Sort::PriceAsc => {
            sql.push(" and (p.price_minor, p.id) > (").push_bind(after.key);
        }
        Sort::PriceDesc => {
            sql.push(" and (p.price_minor, p.id) < (").push_bind(after.key);
        }
        Sort::Rating => {
            sql.push(" and (p.rating_score, p.id) < (").push_bind(i32::try_from(after.key).unwrap_or(0));
        }
        Sort::BestSelling => {
            sql.push(" and (p.units_sold, p.rating_count, p.id) < (").push_bind(after.key).push(", ");
            sql.push_bind(i32::try_from(after.second).unwrap_or(0));
        }
        Sort::Relevance => {
            sql.push(" and (p.key, p.units_sold, p.id) < (").push_bind(after.key).push(", ").push_bind(after.second);
        }
    }
    sql.push(", ").push_bind(after.id).push(")");
}

/// A product in its place.
#[derive(FromRow, Clone, Copy, Debug)]
pub struct Placed {
    pub id: ProductId,
    pub key: i64,
    pub second: i64,
}

/// Which rows of an order.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub sort: Sort,
    pub offset: i64,
    pub limit: i64,
    pub after: Option<Cursor>,
}

/// Ids of one page, from an index alone wherever there is no text.
pub async fn ids(executor: impl PgExecutor<'_>, wanted: &Wanted, window: Window) -> Result<Vec<Placed>, sqlx::Error> {
    let after = window.after.filter(|after| after.sort == window.sort);
    let mut sql = Sql::new("");
    match (&wanted.q, wanted.categories.as_deref(), &wanted.vendor) {
        (Some(q), ..) if window.sort == Sort::Relevance => ranked(&mut sql, wanted, q, after),
        // Each category has its own index order: their beginnings are merged.
        (None, Some(several), None) if several.len() > 1 => merged(&mut sql, wanted, several, window, after),
        _ => {
            let (key, second, by) = order(window.sort);
            sql.push("select p.id, ").push(key).push(" as key, ").push(second).push(" as second from listed_products p where true");
            wanted.of_categories(&mut sql);
            wanted.conditions(&mut sql);
            if let Some(after) = after {
                behind(&mut sql, after);
            }
            sql.push(" order by ").push(by);
        }
    }
    sql.push(" limit ").push_bind(window.limit).push(" offset ").push_bind(window.offset);
    // A plan for any price, or for any word in another order, would be a bad one for most.
    let keep = wanted.is_plain() || (wanted.is_text_alone() && window.sort == Sort::Relevance);
    sql.build_query_as().persistent(keep).fetch_all(executor).await
}

fn merged(sql: &mut Sql, wanted: &Wanted, categories: &[CategoryId], window: Window, after: Option<Cursor>) {
    let (key, second, by) = order(window.sort);
    sql.push("select p.id, ").push(key).push(" as key, ").push(second).push(" as second from unnest(");
    sql.push_bind(categories.to_vec());
    sql.push("::uuid[]) as c (id) cross join lateral (select * from listed_products p where p.category_id = c.id");
    wanted.conditions(sql);
    if let Some(after) = after {
        behind(sql, after);
    }
    sql.push(" order by ").push(by).push(" limit ").push_bind(window.offset + window.limit).push(") p order by ").push(by);
}

/// All that match are asked for and only the first of them read: so Postgres takes the index of words, for rare words as for common ones, and
/// stops. Asked for the best sellers at once it would walk those and read the words of each.
fn ranked(sql: &mut Sql, wanted: &Wanted, q: &SearchText, after: Option<Cursor>) {
    let matching = |sql: &mut Sql, in_name: bool| {
        sql.push("(select p.id, p.units_sold, p.search from listed_products p where true");
        let rest = if in_name { Wanted { q: None, ..wanted.clone() } } else { wanted.clone() };
        rest.of_categories(sql);
        rest.conditions(sql);
        if in_name {
            sql.push(" and to_tsvector('english', p.name) @@ ");
            words(sql, q);
        }
        sql.push(")");
    };
    let best = |sql: &mut Sql, of: &'static str| {
        sql.push("(select * from (select * from ").push(of).push(" limit ").push_bind(READ);
        sql.push(") m order by units_sold desc, id desc limit ").push_bind(RANKED).push(")");
    };
    // What lacks a word may have it outside of its name.
    let names_say_all = !q.has_operators();
    sql.push("with matching as materialized ");
    matching(sql, false);
    if names_say_all {
        sql.push(", named as materialized ");
        matching(sql, true);
    }
    sql.push(" select p.id, p.key, p.units_sold as second from (select c.id, c.units_sold, max((ts_rank(c.search, (select ");
    // A query within: once, and not for each row.
    words(sql, q);
    sql.push("))::float8 * 1000000000)::bigint) as key from (");
    best(sql, "matching");
    if names_say_all {
        sql.push(" union all ");
        best(sql, "named");
    }
    sql.push(") c group by c.id, c.units_sold) p where true");
    if let Some(after) = after {
        behind(sql, after);
    }
    sql.push(" order by p.key desc, p.units_sold desc, p.id desc");
}

/// The name of a shop that may be seen.
pub async fn shop_name(executor: impl PgExecutor<'_>, slug: &Slug) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(r#"select name as "name!" from visible_shops where slug = $1"#, slug as _).fetch_optional(executor).await
}
