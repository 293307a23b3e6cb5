//! What customers find, what they must never find, and what vendors may write.

mod facets;
mod listed;
mod machines;
mod speed;
mod spelling;

use souk::catalogue::{Attribute, ListingQuery, ProductForm, SearchText, Sort, VariantForm, service};
use souk::error::AppError;
use souk::media::service::StoredPicture;
use souk::platform::db::{Db, MIGRATOR};
use souk::values::{CategoryId, Currency, FieldProblem, Money, PageNumber, PictureId, ProductId, Slug, UserId, VariantId, VendorId};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

/// A database with a category, and the tools to fill it.
struct Shelf {
    db: Db,
    pool: PgPool,
    category: CategoryId,
}

/// A product's form with one variant.
fn form(name: &str, price: &str, stock: u32) -> ProductForm {
    ProductForm {
        name: name.into(),
        summary: format!("A {name}, well made."),
        attributes: vec![Attribute { name: "Material".into(), value: "Clay".into() }],
        tags: vec!["ceramic".into()],
        variants: vec![VariantForm { price: price.into(), stock: stock.to_string(), ..VariantForm::default() }],
        ..ProductForm::default()
    }
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

impl Shelf {
    async fn new(pool: PgPool) -> Self {
        Self::of(Db::new(pool.clone()), pool).await
    }

    /// In the database of a shop that runs.
    async fn of(db: Db, pool: PgPool) -> Self {
        assert!(service::ensure_category(&db, &slug("tea"), "Tea & Coffee", "All for the pot.", 1).await.unwrap());
        let category = service::categories(&db).await.unwrap()[0].id;
        Self { db, pool, category }
    }

    async fn vendor(&self, name: &str, status: &str) -> VendorId {
        let (owner, id) = (UserId::new(), VendorId::new());
        sqlx::query("insert into users (id, email, name, password_hash, role) values ($1, $2, 'A', 'x', 'vendor')")
            .bind(owner)
            .bind(format!("{name}@example.com"))
            .execute(&self.pool)
            .await
            .unwrap();
        sqlx::query(
            "insert into vendors (id, owner_id, slug, name, contact_email, status, status_reason) values ($1, $2, $3, $3, 'a@b.c', $4, 'because')",
        )
        .bind(id)
        .bind(owner)
        .bind(name)
        .bind(status)
        .execute(&self.pool)
        .await
        .unwrap();
        id
    }

    async fn draft(&self, vendor: VendorId, form: &ProductForm) -> ProductId {
        let new = form.parse(self.category, Currency::USD).unwrap();
        let mut tx = self.db.begin_as_vendor(vendor.0).await.unwrap();
        let id = service::create_product(&mut tx, vendor, &new).await.unwrap();
        let picture = StoredPicture { id: PictureId::new(), width: 320, height: 240, widths: vec![160, 320] };
        service::attach_picture(&mut tx, vendor, id, &picture, "Seen from the side").await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Published so many hours ago.
    async fn product(&self, vendor: VendorId, form: &ProductForm, hours: i64) -> ProductId {
        let id = self.draft(vendor, form).await;
        let mut tx = self.db.begin_as_vendor(vendor.0).await.unwrap();
        service::publish(&mut tx, vendor, id, OffsetDateTime::now_utc() - Duration::hours(hours)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn run(&self, sql: &'static str, id: uuid::Uuid) {
        sqlx::query(sql).bind(id).execute(&self.pool).await.unwrap();
    }

    async fn names(&self, query: &ListingQuery) -> Vec<String> {
        service::list(&self.db, query).await.unwrap().cards.into_iter().map(|card| card.name).collect()
    }
}

fn search(text: &str) -> ListingQuery {
    ListingQuery { q: SearchText::parse(text), ..ListingQuery::default() }
}

/// What else narrows a listing.
const NARROWED: [fn(ListingQuery) -> ListingQuery; 4] = [
    |query| query,
    |query| ListingQuery { in_stock: true, ..query },
    |query| ListingQuery { min_price: Some(Money::new(100, Currency::USD)), max_price: Some(Money::new(900, Currency::USD)), ..query },
    |query| ListingQuery { rating: Some(4), ..query },
];

fn sorted(sort: Sort) -> ListingQuery {
    ListingQuery { sort: Some(sort), ..ListingQuery::default() }
}

/// CVE-2026-63461: hidden products through a filter.
#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_not_for_sale_is_found_by_no_way(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let open = shelf.vendor("open-shop", "approved").await;
    let seen = shelf.product(open, &form("Seen pot", "5", 3), 1).await;
    let mut hidden = vec![shelf.draft(open, &form("Hidden draft pot", "5", 3)).await];
    let archived = shelf.product(open, &form("Hidden archived pot", "5", 3), 1).await;
    shelf.run("update products set status = 'archived' where id = $1", archived.0).await;
    let unpriced = shelf.product(open, &form("Hidden pot without variants", "5", 3), 1).await;
    shelf.run("delete from product_variants where product_id = $1", unpriced.0).await;
    hidden.extend([archived, unpriced]);
    for status in ["pending", "rejected", "suspended"] {
        let vendor = shelf.vendor(&format!("hidden-{status}"), status).await;
        hidden.push(shelf.product(vendor, &form(&format!("Hidden {status} pot"), "5", 3), 1).await);
    }
    shelf.run("update products set units_sold = 50, rating_count = 9, rating_sum = 45 where id <> $1", seen.0).await;

    let mut queries = vec![ListingQuery::default()];
    queries.extend(["pot", "hidden", "hid", "clay", "ceramic", "well made", "\"hidden draft\"", "pot -seen", "draft or pot"].map(search));
    let shops = ["open-shop", "hidden-pending", "hidden-rejected", "hidden-suspended"];
    let mut asked = 0;
    for query in queries {
        for sort in Sort::ALL {
            for category in [None, Some(slug("tea"))] {
                for vendor in shops.iter().map(|shop| Some(slug(shop))).chain([None]) {
                    // Filters narrow alike whatever the shop.
                    let ways = if vendor.is_none() { NARROWED.len() } else { 1 };
                    for narrow in &NARROWED[..ways] {
                        let query = ListingQuery { sort: Some(*sort), category: category.clone(), vendor: vendor.clone(), ..query.clone() };
                        let query = narrow(query);
                        let listing = service::list(&shelf.db, &query).await.unwrap();
                        assert!(listing.cards.iter().chain(&listing.popular).all(|card| card.id == seen), "{query:?}");
                        assert_eq!(listing.total, listing.cards.len() as u64, "{query:?}");
                        let facets = listing.facets;
                        assert!(facets.shops.iter().all(|shop| shop.slug == slug("open-shop")), "{query:?} {:?}", facets.shops);
                        let counted = facets.prices.iter().map(|price| price.count).chain(facets.ratings.iter().map(|rating| rating.1));
                        assert!(counted.chain([facets.in_stock]).all(|count| count.unwrap() <= 1), "{query:?}");
                        asked += 1;
                    }
                }
            }
        }
    }
    assert_eq!(asked, 10 * 6 * 2 * (4 + NARROWED.len()));
    for text in ["hid", "hidden", "pot", "draft", "pending", "hidden-pending", "open"] {
        let found = service::suggest(&shelf.db, text).await.unwrap();
        assert!(found.iter().all(|suggestion| !suggestion.name.to_lowercase().contains("hidden")), "{text}: {found:?}");
    }
    for id in &hidden {
        let slug: String = sqlx::query_scalar("select slug from products where id = $1").bind(id).fetch_one(&shelf.pool).await.unwrap();
        assert_eq!(service::product(&shelf.db, &slug.parse().unwrap()).await, Err(AppError::NotFound), "{slug}");
    }
    assert_eq!(service::product(&shelf.db, &slug("no-such-thing")).await, Err(AppError::NotFound));
    for shop in &shops[1..] {
        assert_eq!(service::shop(&shelf.db, &slug(shop)).await, Err(AppError::NotFound));
    }
    assert_eq!(service::shop(&shelf.db, &slug("open-shop")).await.unwrap().product_count, 1);
    let everything: Vec<ProductId> = hidden.iter().copied().chain([seen]).collect();
    assert_eq!(service::cards(&shelf.db, &everything).await.unwrap().len(), 1);
    let home = service::home(&shelf.db).await.unwrap();
    assert_eq!((home.newest.len(), home.best_selling.len(), home.shops.len(), home.categories[0].product_count), (1, 1, 1, 1));
    assert_eq!(home.shops[0].pictures.len(), 1);
    assert_eq!(service::with_related(&mut shelf.db.reader().await.unwrap(), &slug("seen-pot")).await.unwrap().1, []);

    shelf.run("update vendors set status = 'suspended' where id = $1", open.0).await;
    assert_eq!(shelf.names(&ListingQuery::default()).await, Vec::<String>::new());
    let home = service::home(&shelf.db).await.unwrap();
    assert!(home.newest.is_empty() && home.shops.is_empty() && home.categories.is_empty());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn pages_hold_each_product_once_and_end_at_the_last(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let vendor = shelf.vendor("kiln", "approved").await;
    for n in 0..50 {
        // All of one moment and price, so that only the last part of each order keeps pages apart.
        shelf.product(vendor, &form(&format!("Pot {n}"), "5", 1), 0).await;
    }
    for sort in Sort::ALL {
        let mut seen = std::collections::HashSet::new();
        for page in 1..=3 {
            let query =
                ListingQuery { page: PageNumber::from_query(Some(&page.to_string())), q: SearchText::parse("pot"), ..sorted(*sort) };
            let listing = service::list(&shelf.db, &query).await.unwrap();
            assert_eq!((listing.total, listing.last_page.get(), listing.page.get()), (50, 3, page));
            assert_eq!(listing.cards.len(), if page == 3 { 2 } else { 24 });
            seen.extend(listing.cards.into_iter().map(|card| card.id));
        }
        assert_eq!(seen.len(), 50, "{sort}");
    }
    let beyond = ListingQuery { page: PageNumber::from_query(Some("99")), ..ListingQuery::default() };
    let listing = service::list(&shelf.db, &beyond).await.unwrap();
    assert_eq!((listing.page.get(), listing.query.page.get(), listing.cards.len()), (3, 3, 2));
    let nowhere = ListingQuery::default().of_category(slug("no-such-category"));
    assert_eq!(service::list(&shelf.db, &nowhere).await, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn each_sort_does_what_it_says(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let vendor = shelf.vendor("kiln", "approved").await;
    for (name, price, hours, sold, count, sum) in [("A", "30", 3, 5, 1, 5), ("B", "10", 2, 9, 40, 192), ("C", "20", 1, 7, 2, 4)] {
        let id = shelf.product(vendor, &form(name, price, 1), hours).await;
        sqlx::query("update products set units_sold = $2, rating_count = $3, rating_sum = $4 where id = $1")
            .bind(id)
            .bind(i64::from(sold))
            .bind(count)
            .bind(i64::from(sum))
            .execute(&shelf.pool)
            .await
            .unwrap();
    }
    for (sort, order) in [
        (Sort::Newest, ["C", "B", "A"]),
        (Sort::Relevance, ["C", "B", "A"]),
        (Sort::PriceAsc, ["B", "C", "A"]),
        (Sort::PriceDesc, ["A", "C", "B"]),
        // One five-star rating does not beat forty of 4.8.
        (Sort::Rating, ["B", "A", "C"]),
        (Sort::BestSelling, ["B", "C", "A"]),
    ] {
        assert_eq!(shelf.names(&sorted(sort)).await, order, "{sort}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn search_finds_words_their_forms_and_their_beginnings(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let vendor = shelf.vendor("kiln", "approved").await;
    let mut bowl = form("Mixing bowl", "5", 1);
    bowl.tags = vec!["stoneware".into()];
    bowl.description = "It goes well with a teapot.".into();
    shelf.product(vendor, &bowl, 1).await;
    shelf.product(vendor, &form("Celadon teapot", "5", 1), 2).await;
    for (text, found) in [
        ("teapot", &["Celadon teapot", "Mixing bowl"][..]),
        ("teapots", &["Celadon teapot", "Mixing bowl"]),
        ("TEAPOT celadon", &["Celadon teapot"]),
        ("cela", &["Celadon teapot"]),
        ("cela tea", &["Celadon teapot"]),
        ("bowls", &["Mixing bowl"]),
        ("stonew", &["Mixing bowl"]),
        ("teapot -celadon", &["Mixing bowl"]),
        ("\"mixing bowl\"", &["Mixing bowl"]),
        ("anvil", &[]),
        ("the", &[]),
        ("'; drop table products; --", &[]),
        (":*&!|()<->\\'", &[]),
    ] {
        assert_eq!(shelf.names(&search(text)).await, found, "{text}");
    }
    let names = |text: &'static str| {
        let db = shelf.db.clone();
        async move { service::suggest(&db, text).await.unwrap().into_iter().map(|s| (s.url(), s.name)).collect::<Vec<_>>() }
    };
    let [bowl, pot] =
        [("/product/mixing-bowl", "Mixing bowl"), ("/product/celadon-teapot", "Celadon teapot")].map(|(a, b)| (a.into(), b.into()));
    assert_eq!(names("b").await, [bowl]);
    assert_eq!(names("tea").await, [("/category/tea".to_owned(), "Tea & Coffee".to_owned()), pot], "the bowl only mentions it");
    assert_eq!(names("kil").await, [("/shop/kiln".to_owned(), "kiln".to_owned())]);
    assert_eq!(names("").await, []);
    assert_eq!(names("'").await, []);
    for n in 0..12 {
        shelf.product(vendor, &form(&format!("Vase {n}"), "5", 1), 1).await;
    }
    assert_eq!(names("vase").await.len(), 8);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_held_for_others_is_not_available(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let vendor = shelf.vendor("kiln", "approved").await;
    let id = shelf.product(vendor, &form("Pot", "5", 10), 1).await;
    let variant: VariantId =
        sqlx::query_scalar("select id from product_variants where product_id = $1").bind(id).fetch_one(&shelf.pool).await.unwrap();
    let available = async || {
        let card = service::cards(&shelf.db, &[id]).await.unwrap().remove(0);
        let product = service::product(&shelf.db, &slug("pot")).await.unwrap();
        assert_eq!((card.available, card.default_variant), (product.variants[0].available, variant));
        card.available
    };
    assert_eq!(available().await, 10);
    let hold = async |quantity: i32, seconds: i32| {
        sqlx::query(
            "with o as (insert into orders (id, email, currency, items_minor, total_minor, ship_name, ship_line1, ship_city, ship_country_code, fingerprint)
               values (gen_random_uuid(), 'a@b.c', 'USD', 0, 0, 'A', 'B', 'C', 'US', sha256('x')) returning id)
             insert into stock_holds (order_id, variant_id, shopper_id, quantity, expires_at)
             select o.id, $1, (select id from users limit 1), $2, now() + $3 * interval '1 second' from o",
        )
        .bind(variant)
        .bind(quantity)
        .bind(seconds)
        .execute(&shelf.pool)
        .await
        .unwrap();
    };
    hold(3, 600).await;
    assert_eq!(available().await, 7);
    hold(2, -1).await;
    assert_eq!(available().await, 7, "an expired hold holds nothing");
    hold(20, 600).await;
    assert_eq!(available().await, 0, "never below zero");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_product_with_variants_shows_its_lowest_price_and_all_its_stock(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let vendor = shelf.vendor("kiln", "approved").await;
    let variant = |title: &str, price: &str, compare_at: &str, stock: &str| VariantForm {
        title: title.into(),
        sku: title.into(),
        price: price.into(),
        compare_at: compare_at.into(),
        stock: stock.into(),
    };
    let variants = vec![variant("Large", "30", "", "2"), variant("Small", "10", "15", "0"), variant("Medium", "20", "", "5")];
    let form = ProductForm { variants, ..form("Pot", "1", 1) };
    let id = shelf.product(vendor, &form, 1).await;
    let card = service::cards(&shelf.db, &[id]).await.unwrap().remove(0);
    assert_eq!((card.price.to_string(), card.compare_at.map(|m| m.to_string())), ("$10.00".into(), Some("$15.00".into())));
    assert_eq!((card.available, card.has_options), (7, true));
    assert_eq!(card.picture.unwrap().widths, [160, 320]);
    let product = service::product(&shelf.db, &slug("pot")).await.unwrap();
    assert_eq!(product.variants.iter().map(|v| v.title.as_str()).collect::<Vec<_>>(), ["Large", "Small", "Medium"]);
    assert_eq!(product.default_variant().unwrap().title, "Medium", "the cheapest that can be bought");
    assert_eq!(product.attributes[0].value, "Clay");
    assert_eq!(product.pictures[0].alt, "Seen from the side");
    assert_eq!(product.category.name, "Tea & Coffee");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn vendors_write_their_own_products_only(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let (mine, others) = (shelf.vendor("mine", "approved").await, shelf.vendor("others", "approved").await);
    let product = shelf.draft(others, &form("Pot", "5", 1)).await;
    let picture = StoredPicture { id: PictureId::new(), width: 320, height: 240, widths: vec![160, 320] };
    // In a vendor's transaction and in one that row-level security does not bind: each fence alone must hold.
    for fenced in [true, false] {
        let mut tx = if fenced { shelf.db.begin_as_vendor(mine.0).await.unwrap() } else { shelf.db.begin().await.unwrap() };
        let now = OffsetDateTime::now_utc();
        assert_eq!(service::publish(&mut tx, mine, product, now).await, Err(AppError::NotFound));
        assert_eq!(service::attach_picture(&mut tx, mine, product, &picture, "").await, Err(AppError::NotFound));
        tx.commit().await.unwrap();
    }
    let mut tx = shelf.db.begin_as_vendor(mine.0).await.unwrap();
    let new = form("Pot", "5", 1).parse(shelf.category, Currency::USD).unwrap();
    assert_eq!(service::create_product(&mut tx, mine, &new).await, Err(AppError::field("slug", FieldProblem::Taken)));
}
