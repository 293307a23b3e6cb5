//! Listings: one page of cards, and beside it the counts that make the choices.
//!
//! Up to [`CAP`] products are counted while the visitor waits. Beyond that, the counts of everything and of whole categories come from a job
//! (`super::counts`) and may be a minute old; of anything narrower the counting stops, and the page says so. What is found is always
//! looked up anew: only counts may lag.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::store::counting::{self, Counting};
use super::super::store::finding::{self, Wanted, Window};
use super::super::{
    Branch, CategoryChoice, CategoryTree, Counts, Cursor, Dimension, Facets, Figure, Listing, ListingQuery, Precision, PriceChoice,
    ProductCard, RATINGS, ShopChoice, Spelling, price_bounds, store,
};
use super::counts::KeptCounts;
use super::{PER_PAGE, category_tree, counts, shop_currency, spelling};
use crate::error::AppError;
use crate::platform::db::{Db, Reader};
use crate::values::{CategoryId, Currency, PageNumber, Slug};

/// Products counted for a page at most: two milliseconds' worth.
pub const CAP: u64 = 2_000;

/// The same for what a text matches: each of these is read from the table, and not from an index alone.
const TEXT_CAP: u64 = 1_000;

/// The same for a kind of choice beside a listing, where nothing but filters narrows it: the whole shop is walked for as many, and most
/// of it does not match. Beyond, such choices have no numbers.
const BESIDE_CAP: u64 = 500;

/// Below this, a text may have been misspelt.
const FEW: usize = 3;

/// Cards shown where nothing was found.
const POPULAR: i64 = 4;

/// One page of cards, without anything beside it.
#[derive(Clone, Debug)]
pub struct CardPage {
    pub cards: Vec<ProductCard>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Cursor>,
    pub spelling: Spelling,
}

/// The query with its category looked up.
pub(super) fn wanted(query: &ListingQuery, tree: &CategoryTree) -> Wanted {
    let below = |slug: &Slug| tree.find(slug).map(|category| tree.ids_below(category.id)).unwrap_or_default();
    Wanted {
        categories: query.category.as_ref().map(below),
        vendor: query.vendor.clone(),
        q: query.q.clone(),
        min_price: query.min_price,
        max_price: query.max_price,
        rating: query.rating,
        in_stock: query.in_stock,
    }
}

/// How far a set is counted: that of the listing itself, or one `beside` it.
const fn cap(wanted: &Wanted, beside: bool) -> u64 {
    match wanted {
        Wanted { q: Some(_), .. } => TEXT_CAP,
        Wanted { categories: None, vendor: None, .. } if beside => BESIDE_CAP,
        _ => CAP,
    }
}

/// The tree, in which the query's category stands.
async fn tree_with(db: &Db, category: Option<&Slug>) -> Result<Arc<CategoryTree>, AppError> {
    let tree = category_tree(db).await?;
    match category {
        Some(slug) if tree.find(slug).is_none() => {
            // It may be newer than what was read some seconds ago.
            let tree = super::read_category_tree(db).await?;
            if tree.find(slug).is_none() { Err(AppError::NotFound) } else { Ok(tree) }
        }
        _ => Ok(tree),
    }
}

async fn cards_at(
    reader: &mut Reader,
    wanted: &Wanted,
    query: &ListingQuery,
    per_page: u32,
) -> Result<(Vec<ProductCard>, Option<Cursor>), AppError> {
    let sort = query.effective_sort();
    let offset = if query.after.is_some() { 0 } else { query.page.offset(per_page) };
    let limit = i64::from(per_page) + 1;
    let mut placed = finding::ids(&mut **reader, wanted, Window { sort, offset, limit, after: query.after }).await?;
    let more = placed.len() > per_page as usize;
    placed.truncate(per_page as usize);
    let next = placed.last().filter(|_| more).map(|last| Cursor { sort, key: last.key, second: last.second, id: last.id });
    let ids: Vec<_> = placed.into_iter().map(|placed| placed.id).collect();
    Ok((store::cards(&mut **reader, &ids).await?, next))
}

/// One page of cards of this many, by number or behind a cursor. A text that finds nothing is spelt anew.
///
/// # Errors
/// `NotFound` for an unknown category; `Offline`.
pub async fn page(db: &Db, query: &ListingQuery, per_page: u32) -> Result<CardPage, AppError> {
    let tree = tree_with(db, query.category.as_ref()).await?;
    let mut reader = db.reader().await?;
    let (cards, next) = cards_at(&mut reader, &wanted(query, &tree), query, per_page).await?;
    let mut page = CardPage { cards, next, spelling: Spelling::AsTyped };
    if let (true, None, Some(typed)) = (page.cards.is_empty(), query.after, &query.q)
        && let Some(other) = spelling::correct(&mut reader, typed).await?
    {
        let query = ListingQuery { q: Some(other.clone()), ..query.clone() };
        let (cards, next) = cards_at(&mut reader, &wanted(&query, &tree), &query, per_page).await?;
        page = CardPage { cards, next, spelling: Spelling::Replaced { typed: typed.clone(), found: other } };
    }
    Ok(page)
}

/// What is known before anything is looked up.
struct Known {
    tree: Arc<CategoryTree>,
    kept: Arc<KeptCounts>,
    currency: Currency,
}

/// One page of what the query asks for, with the choices beside it. A page behind the end answers with the last one.
///
/// # Errors
/// `NotFound` for an unknown category; `Offline`.
pub async fn list(db: &Db, query: &ListingQuery) -> Result<Listing, AppError> {
    let tree = tree_with(db, query.category.as_ref()).await?;
    let known = Known { tree, kept: counts::kept(db).await?, currency: shop_currency(db).await? };
    let mut reader = db.reader().await?;
    let mut listing = look(&mut reader, query, &known).await?;
    if let Some(typed) = query.q.as_ref().filter(|_| listing.cards.len() < FEW && query.page == PageNumber::FIRST && query.after.is_none())
        && let Some(other) = spelling::correct(&mut reader, typed).await?
    {
        if listing.cards.is_empty() {
            let replaced = look(&mut reader, &query.with_text(Some(other.clone())), &known).await?;
            listing = Listing { spelling: Spelling::Replaced { typed: typed.clone(), found: other }, ..replaced };
        } else {
            listing.spelling = Spelling::Suggested(other);
        }
    }
    if listing.cards.is_empty() {
        listing.popular = super::popular(&mut reader, POPULAR).await?;
    }
    Ok(listing)
}

async fn look(reader: &mut Reader, query: &ListingQuery, known: &Known) -> Result<Listing, AppError> {
    let tree = &*known.tree;
    let mut query = query.clone();
    query.after = query.after.filter(|after| after.sort == query.effective_sort());
    let wanted = wanted(&query, tree);
    let (mut cards, mut next) = cards_at(reader, &wanted, &query, PER_PAGE).await?;
    let counted = counted(reader, &query, &wanted, known).await?;
    if cards.is_empty() && query.page != PageNumber::FIRST && query.after.is_none() {
        let numbered = i64::from(PageNumber::MAX) * i64::from(PER_PAGE);
        query.page = PageNumber::last(counting::total(&mut **reader, &wanted, numbered).await?, PER_PAGE);
        (cards, next) = cards_at(reader, &wanted, &query, PER_PAGE).await?;
        // What is ranked may end before what is counted.
        while cards.is_empty() && query.page != PageNumber::FIRST {
            query.page = PageNumber::last(u64::from(query.page.get() / 2) * u64::from(PER_PAGE), PER_PAGE);
            (cards, next) = cards_at(reader, &wanted, &query, PER_PAGE).await?;
        }
    }
    let (total, precision) = counted.total();
    let known = PageNumber::last(total, PER_PAGE);
    let last_page = match (&next, precision) {
        // What is on the page was looked up just now, and counts for more than what was counted.
        (None, _) if query.after.is_none() && !cards.is_empty() => query.page,
        (Some(_), Precision::AtLeast | Precision::About) => known.max(query.page.following()),
        _ => known,
    };
    // Numbers go on as far as they can.
    let next = next.filter(|_| query.after.is_some() || query.page.get() == PageNumber::MAX);
    let path = query.category.as_ref().and_then(|slug| tree.find(slug)).map(|category| tree.path(category.id));
    let path = path.unwrap_or_default().into_iter().cloned().collect();
    let facets = counted.facets(reader, &query, tree).await?;
    let page = query.page;
    Ok(Listing { query, path, cards, total, precision, page, last_page, next, facets, spelling: Spelling::AsTyped, popular: Vec::new() })
}

/// The counts of one set of products, and what they are worth.
#[derive(Clone, Default)]
struct Set {
    counts: Arc<Counts>,
    precision: Precision,
}

/// What was counted for a listing: the set itself, and for each kind of filter that is set the same without it.
struct Counted {
    all: Set,
    without: [Option<Set>; Dimension::ALL.len()],
    /// The choices themselves, where counting was stopped.
    fallback: Option<Arc<Counts>>,
    currency: Currency,
}

async fn counted(reader: &mut Reader, query: &ListingQuery, wanted: &Wanted, known: &Known) -> Result<Counted, AppError> {
    let Known { tree, kept, currency } = known;
    let currency = *currency;
    let scope = |wanted: &Wanted| -> Option<Arc<Counts>> {
        let whole = wanted.is_plain() && wanted.vendor.is_none();
        // The first of a category's ids is its own.
        whole.then(|| kept.get(wanted.categories.as_ref().and_then(|ids| ids.first()).copied())).flatten()
    };
    let filtered: Vec<Dimension> = Dimension::ALL.into_iter().filter(|&dimension| query.filters(dimension)).collect();
    // Choices of a kind that is filtered are counted without that filter; a shop's own page offers no others.
    let shown = |dimension: &Dimension| *dimension != Dimension::Shop || !query.at_shop;
    let of = Dimension::ALL.into_iter().filter(|dimension| !filtered.contains(dimension)).filter(shown);
    let all = Counting { wanted: wanted.clone(), of: of.collect(), cap: Some(cap(wanted, false)) };
    let without = filtered.iter().map(|&dimension| {
        let wanted = wanted.without(dimension);
        Counting { cap: Some(cap(&wanted, true)), wanted, of: vec![dimension] }
    });
    let sets: Vec<Counting> = std::iter::once(all).chain(without).collect();
    let about = |counts| Set { counts, precision: Precision::About };
    let mut found: Vec<Option<Set>> = sets.iter().map(|set| scope(&set.wanted).map(about)).collect();
    let open: Vec<usize> = (0..sets.len()).filter(|&index| found[index].is_none()).collect();
    if !open.is_empty() {
        let ask: Vec<Counting> = open.iter().map(|&index| sets[index].clone()).collect();
        // Of a category that is not kept there are few enough to read them all, once for several sets.
        let small = |ids: &&[CategoryId]| {
            open.len() > 1 && wanted.q.is_none() && wanted.vendor.is_none() && kept.get(ids.first().copied()).is_none()
        };
        let within = wanted.categories.as_deref().filter(small);
        let counts = counting::counts(&mut **reader, &ask, within, currency).await?;
        for ((index, counts), set) in open.into_iter().zip(counts).zip(&ask) {
            let cap = set.cap.unwrap_or(u64::MAX);
            let precision = if counts.total > cap { Precision::AtLeast } else { Precision::Exact };
            found[index] = Some(Set { counts: Arc::new(Counts { total: counts.total.min(cap), ..counts }), precision });
        }
    }
    let mut found = found.into_iter().map(Option::unwrap_or_default);
    let all = found.next().unwrap_or_default();
    let mut without = Dimension::ALL.map(|_| None);
    for (dimension, set) in filtered.into_iter().zip(found) {
        without[place(dimension)] = Some(set);
    }
    let of_category = query.category.as_ref().and_then(|slug| tree.find(slug)).map(|category| category.id);
    let fallback = kept.get(of_category).or_else(|| kept.get(None));
    Ok(Counted { all, without, fallback, currency })
}

fn place(dimension: Dimension) -> usize {
    Dimension::ALL.iter().position(|&it| it == dimension).unwrap_or_default()
}

impl Counted {
    fn total(&self) -> (u64, Precision) {
        (self.all.counts.total, self.all.precision)
    }

    /// The set that the choices of one kind are counted in.
    fn set(&self, dimension: Dimension) -> &Set {
        self.without[place(dimension)].as_ref().unwrap_or(&self.all)
    }

    fn figure(&self, dimension: Dimension, pick: impl Fn(&Counts) -> u64) -> Figure {
        let set = self.set(dimension);
        (set.precision != Precision::AtLeast).then(|| pick(&set.counts))
    }

    async fn facets(&self, reader: &mut Reader, query: &ListingQuery, tree: &CategoryTree) -> Result<Facets, AppError> {
        let bounds = price_bounds(self.currency);
        let prices = bounds.into_iter().enumerate().map(|(index, (min, max))| PriceChoice {
            min,
            max,
            count: self.figure(Dimension::Price, |counts| counts.prices[index]),
            chosen: PriceChoice::is_chosen(query, min, max),
        });
        let ratings = RATINGS.into_iter().enumerate();
        let rounded = std::iter::once(&self.all).chain(self.without.iter().flatten()).any(|set| set.precision != Precision::Exact);
        Ok(Facets {
            categories: self.categories(query, tree),
            prices: prices.collect(),
            ratings: ratings.map(|(index, stars)| (stars, self.figure(Dimension::Rating, |counts| counts.ratings[index]))).collect(),
            shops: if query.at_shop { Vec::new() } else { self.shops(reader, query).await? },
            in_stock: self.figure(Dimension::Stock, |counts| counts.in_stock),
            rounded,
        })
    }

    /// The way to the chosen category, its siblings and what is below it; at the start the top. What holds nothing is left out.
    fn categories(&self, query: &ListingQuery, tree: &CategoryTree) -> Vec<CategoryChoice> {
        let chosen = query.category.as_ref().and_then(|slug| tree.find(slug)).map(|category| category.id);
        let path: Vec<CategoryId> = chosen.map(|id| tree.path(id).iter().map(|category| category.id).collect()).unwrap_or_default();
        let open = |branch: &&Branch| branch.parent_id.is_none_or(|parent| path.contains(&parent));
        let set = self.set(Dimension::Category);
        let own: Option<HashMap<_, _>> = (set.precision != Precision::AtLeast).then(|| set.counts.categories.iter().copied().collect());
        let choice = |branch: &Branch| {
            let below = tree.below(branch.category.id).iter();
            let count = own.as_ref().map(|own| below.filter_map(|branch| own.get(&branch.category.id)).sum());
            let chosen = Some(branch.category.id) == chosen;
            CategoryChoice { category: branch.category.clone(), depth: branch.depth, count, chosen }
        };
        let on_path = |choice: &CategoryChoice| choice.count != Some(0) || path.contains(&choice.category.id);
        tree.branches().iter().filter(open).map(choice).filter(on_path).collect()
    }

    async fn shops(&self, reader: &mut Reader, query: &ListingQuery) -> Result<Vec<ShopChoice>, AppError> {
        let set = self.set(Dimension::Shop);
        let chosen = query.vendor.as_ref();
        // Where counting was stopped, the largest shops of the whole category are offered without counts.
        let stopped = set.precision == Precision::AtLeast;
        let counts = if stopped { self.fallback.as_ref() } else { Some(&set.counts) };
        let mut shops: Vec<ShopChoice> = counts
            .iter()
            .flat_map(|counts| &counts.shops)
            .map(|shop| ShopChoice {
                slug: shop.slug.clone(),
                name: shop.name.clone(),
                count: (!stopped).then_some(shop.count),
                chosen: Some(&shop.slug) == chosen,
            })
            .collect();
        if let Some(slug) = chosen.filter(|_| !shops.iter().any(|shop| shop.chosen))
            && let Some(name) = finding::shop_name(&mut **reader, slug).await?
        {
            let (total, precision) = self.total();
            let count = (precision != Precision::AtLeast).then_some(total);
            shops.insert(0, ShopChoice { slug: slug.clone(), name, count, chosen: true });
        }
        Ok(shops)
    }
}
