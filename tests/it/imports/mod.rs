//! Products as files: what leaves comes back as it was, what is wrong is said at its line, and a file comes in as a whole or not at all.

mod refused;
mod whole;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, StatusCode};
use souk::accounts::Role;
use souk::catalogue::exchange::{LineProblem, service};
use souk::values::VendorId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::files::{MULTIPART, file_form};
use crate::support::{App, Browser, Page};

const IMPORT: &str = "/vendor/products/import";
const EXPORT: &str = "/vendor/products/export";
const RUN: &str = "/api/catalogue/run-import";
const HEAD: &str =
    "handle,name,category,summary,description,tags,status,option1_name,option1_value,option2_name,option2_value,sku,price,compare_at,stock";

/// A shop with somebody who sends files.
struct Sender {
    browser: Browser,
    vendor: VendorId,
}

/// What was found in a file.
#[derive(sqlx::FromRow, Debug)]
struct Found {
    status: String,
    products_new: i32,
    products_changed: i32,
    products_same: i32,
    problem_count: i32,
    problems: sqlx::types::Json<Vec<LineProblem>>,
}

async fn market(pool: PgPool) -> App {
    let app = App::start(pool).await;
    sqlx::query("insert into categories (id, slug, name) values (gen_random_uuid(), 'tea', 'Tea'), (gen_random_uuid(), 'cups', 'Cups')")
        .execute(app.pool())
        .await
        .unwrap();
    app
}

impl Sender {
    async fn new(app: &App, name: &str, status: &str) -> Self {
        let browser = app.signed_in(&format!("{name}@people.example"), Role::Vendor).await;
        let statement = "insert into vendors (id, owner_id, slug, name, contact_email, status, status_reason)
                         select gen_random_uuid(), id, $1, $1, email, $2, 'Because.' from users where email = $1 || '@people.example' returning id";
        let vendor: Uuid = sqlx::query_scalar(statement).bind(name).bind(status).fetch_one(app.pool()).await.unwrap();
        Self { browser, vendor: VendorId(vendor) }
    }

    async fn send(&self, csv: &str) -> Page {
        let request = self.browser.request(Method::POST, IMPORT).header(ACCEPT, "text/html").header("sec-fetch-site", "same-origin");
        self.browser.send(request.header(CONTENT_TYPE, MULTIPART).body(file_form("file", "goods.csv", csv))).await
    }

    /// Sends a file; the import's id.
    async fn check(&self, csv: &str) -> String {
        let answer = self.send(csv).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        answer.location().strip_prefix("/vendor/products/import/").unwrap_or_else(|| panic!("{answer:?}")).to_owned()
    }

    async fn let_in(&self, id: &str) -> Page {
        self.browser.submit(&format!("{IMPORT}/{id}"), RUN, &[("import_id", id)]).await
    }

    /// All the way; what became of it.
    async fn import(&self, app: &App, csv: &str) -> Found {
        let id = self.check(csv).await;
        let found = found(app, &id).await;
        assert_eq!((found.status.as_str(), found.problem_count), ("checked", 0), "{found:?}");
        self.let_in(&id).await;
        service::bring_in(app.state.clone()).await.unwrap();
        found_at_end(app, &id).await
    }

    async fn export(&self) -> String {
        let answer = self.browser.get(EXPORT).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"products.csv\"");
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        // `text()` of the client takes the mark off.
        answer.text.trim_start_matches('\u{feff}').to_owned()
    }
}

async fn found(app: &App, id: &str) -> Found {
    let statement =
        "select status, products_new, products_changed, products_same, problem_count, problems from product_imports where id = $1::uuid";
    sqlx::query_as(statement).bind(id).fetch_one(app.pool()).await.unwrap()
}

async fn found_at_end(app: &App, id: &str) -> Found {
    let found = found(app, id).await;
    assert!(!["queued", "running"].contains(&found.status.as_str()), "{found:?}");
    app.assert_invariants().await;
    found
}

async fn text(app: &App, statement: &'static str) -> String {
    sqlx::query_scalar(statement).fetch_one(app.pool()).await.unwrap()
}

/// Everything that cells are made of: quotes, commas, lines, other scripts, formulas, options, and what spreadsheets would run.
fn goods() -> String {
    [
        HEAD,
        "pot,\"A \"\"big\"\" pot, blue\",tea,For two.,\"**Strong**\n\nand heavy\",\"tea, blue\",published,Size,S,Colour,Blue,POT-S,48.50,60,3",
        "pot,,,,,,,,S,,Rose,,48.5,,0",
        "pot,,,,,,,,M,,Blue,POT-M,52,,7",
        "kanne,茶壺,tea,=1+1,@SUM(A1:A9),,draft,,,,,'=cmd,12,,5",
        "tick,'tis a cup,cups,-5 degrees,+ and -,\"x\",archived,,,,,,0.5,,1000000",
        "bare,Bare,cups,,,,,,,,,,1,,",
    ]
    .join("\n")
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_leaves_comes_back_as_it_was(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    let done = sender.import(&app, &goods()).await;
    assert_eq!((done.status.as_str(), done.products_new, done.problem_count), ("done", 4, 0));
    assert_eq!(text(&app, "select name from products where slug = 'pot'").await, "A \"big\" pot, blue");
    let html = text(&app, "select description_html from products where slug = 'pot'").await;
    assert_eq!(html, "<p><strong>Strong</strong></p>\n<p>and heavy</p>");
    let statuses = text(&app, "select string_agg(slug || ' ' || status, ', ' order by slug) from products").await;
    assert_eq!(statuses, "bare draft, kanne draft, pot published, tick archived");
    let variants = text(
        &app,
        "select string_agg(v.title || ' ' || v.sku || ' ' || v.price_minor || ' ' || v.stock, ', ' order by v.position)
                               from product_variants v join products p on p.id = v.product_id where p.slug = 'pot'",
    )
    .await;
    assert_eq!(variants, "S / Blue POT-S 4850 3, S / Rose  4850 0, M / Blue POT-M 5200 7");
    let options = text(&app, "select options::text from products where slug = 'pot'").await;
    assert_eq!(options, r#"[{"name": "Size", "values": ["S", "M"]}, {"name": "Colour", "values": ["Blue", "Rose"]}]"#);

    let export = sender.export().await;
    let id = sender.check(&export).await;
    let again = found(&app, &id).await;
    assert_eq!(
        (again.status.as_str(), again.products_new, again.products_changed, again.products_same),
        ("checked", 0, 0, 4),
        "{export}\n{again:?}"
    );
    assert!(sender.browser.get(&format!("{IMPORT}/{id}")).await.text.contains("nothing to import"));
    // Let in nevertheless, it touches nothing.
    let marks = "select string_agg(xmin::text || ctid::text, ',' order by id) from products";
    let before = text(&app, marks).await;
    sender.let_in(&id).await;
    service::bring_in(app.state.clone()).await.unwrap();
    assert_eq!(found_at_end(&app, &id).await.status, "done");
    assert_eq!(text(&app, marks).await, before);
    assert_eq!(sender.export().await, export);
    // With the separators of other countries, and with the mark in front.
    let id = sender.check("\u{feff}handle;price\r\nbare;1,00\r\n").await;
    assert_eq!(found(&app, &id).await.problems.0[0].column, "price", "a decimal comma is no amount");
    let id = sender.check("\u{feff}handle;price\r\nbare;1.00\r\n").await;
    assert_eq!(found(&app, &id).await.products_same, 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn no_spreadsheet_runs_what_somebody_typed(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    sender.import(&app, &goods()).await;
    let export = sender.export().await;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(export.as_bytes());
    let mut guarded = 0;
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            guarded += usize::from(cell.starts_with('\''));
        }
    }
    // Four formulas, and a name that begins with an apostrophe anyway.
    assert_eq!(guarded, 6, "{export}");
    assert_eq!(text(&app, "select summary from products where slug = 'kanne'").await, "=1+1");
    assert_eq!(text(&app, "select sku from product_variants where sku like '%cmd'").await, "=cmd");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_the_file_does_not_say_stays(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    sender.import(&app, &goods()).await;
    sqlx::query("update products set attributes = '[{\"name\": \"a:b\", \"value\": \"c\"}]' where slug = 'pot'")
        .execute(app.pool())
        .await
        .unwrap();
    let all = "select string_agg(p::text, ',' order by id) from (select id, slug, category_id, name, summary, description, tags, attributes, status, options from products) p";
    let before = text(&app, all).await;
    // Prices by number alone, in any order; a stock that is empty.
    let done = sender.import(&app, "stock,price,sku,handle\n,53,POT-M,pot\n9,49,POT-S,pot\n").await;
    assert_eq!((done.status.as_str(), done.products_changed), ("done", 1));
    assert_eq!(text(&app, all).await, before);
    let stock = text(
        &app,
        "select string_agg(sku || ' ' || price_minor || ' ' || stock, ', ' order by sku) from product_variants where sku like 'POT%'",
    )
    .await;
    assert_eq!(stock, "POT-M 5300 7, POT-S 4900 9");
    let ledger =
        text(&app, "select string_agg(kind || ' ' || delta || ' ' || reason, ', ') from stock_movements where kind <> 'initial'").await;
    assert_eq!(ledger, "correction 6 Imported from a file");
    // A new variant, two that exchange their numbers, a status, and a summary that goes.
    let csv = "handle,summary,status,option1_name,option1_value,option2_name,option2_value,sku,price,stock\n\
               pot,,draft,Size,M,Colour,Blue,POT-S,53,\npot,,,,S,,Blue,POT-M,49,\npot,,,,L,,Blue,POT-L,60,2\n";
    let done = sender.import(&app, csv).await;
    assert_eq!((done.status.as_str(), done.products_changed), ("done", 1), "{done:?}");
    let variants = text(
        &app,
        "select string_agg(v.title || ' ' || v.sku || ' ' || v.stock, ', ' order by v.position)
                               from product_variants v join products p on p.id = v.product_id where p.slug = 'pot'",
    )
    .await;
    assert_eq!(variants, "S / Blue POT-M 9, S / Rose  0, M / Blue POT-S 7, L / Blue POT-L 2");
    assert_eq!(
        text(&app, "select status || summary || (options -> 0 ->> 'values') from products where slug = 'pot'").await,
        r#"draft["S", "M", "L"]"#
    );
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_pages_say_what_happens_without_javascript(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    let page = sender.browser.get(IMPORT).await;
    assert!(page.text.contains("enctype=\"multipart/form-data\"") && page.text.contains("type=\"file\""), "{}", page.text);
    let request = sender.browser.request(Method::POST, IMPORT).header(ACCEPT, "text/html").header("sec-fetch-site", "same-origin");
    let body = file_form("file", "", "");
    let nothing = sender.browser.send(request.header(CONTENT_TYPE, MULTIPART).body(body)).await;
    assert_eq!(nothing.location(), "/vendor/products/import?missing=1");
    assert!(sender.browser.get(nothing.location()).await.text.contains("Please choose a file."));

    let id = sender.check(&goods()).await;
    let path = format!("{IMPORT}/{id}");
    let checked = sender.browser.get(&path).await.text;
    assert!(checked.contains("Import now") && checked.contains("4 new products") && checked.contains("3 variants"), "{checked}");
    assert_eq!(app.count("select count(*) from products").await, 0, "nothing is written yet");
    let sent = sender.let_in(&id).await;
    assert_eq!(sent.location(), path);
    let waiting = sender.browser.get(&path).await.text;
    assert!(
        waiting.contains("http-equiv=\"refresh\"") && waiting.contains("role=\"status\"") && waiting.contains("0 of 4 products"),
        "{waiting}"
    );
    // Twice is once.
    sender.let_in(&id).await;
    assert!(sender.browser.get(&path).await.text.contains("changed in the meantime"));
    service::bring_in(app.state.clone()).await.unwrap();
    let done = sender.browser.get(&path).await.text;
    assert!(done.contains("Imported. ") && !done.contains("http-equiv=\"refresh\""), "{done}");
    assert!(sender.browser.get(IMPORT).await.text.contains(&path));
    assert_eq!(app.count("select count(*) from product_imports where octet_length(file) > 0").await, 0, "the file is not kept");
}
