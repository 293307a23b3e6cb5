//! What is wrong with a file, said at its line and column, and all of it at once.

use super::*;

const PLAIN: &str = "handle,name,category,price,stock";

/// A file, and where it is wrong.
type Bad = (&'static str, &'static str, u64, &'static str, &'static str);

/// What is wrong with files about products that are not there yet.
const BAD: &[Bad] = &[
    ("nothing", "", 1, "", "empty"),
    ("no rows", "handle,name\n", 1, "", "no rows"),
    ("no handle column", "name,price\nPot,5\n", 1, "handle", "missing"),
    ("an unknown column", "handle,colour\npot,blue\n", 1, "colour", "no such column"),
    ("a protected column", "handle,vendor_id\npot,1\n", 1, "vendor_id", "no such column"),
    ("another one", "handle,units_sold\npot,1\n", 1, "units_sold", "no such column"),
    ("a column twice", "handle,price,price\npot,5,6\n", 1, "price", "twice"),
    ("a row too short", "handle,name,category,price,stock\npot,Pot,tea,5\n", 2, "", "4 cells"),
    ("a row too long", "handle,name,category,price,stock\npot,Pot,tea,5,1,x\n", 2, "", "6 cells"),
    ("no handle", ",Pot,tea,5,1", 2, "handle", "fill this in"),
    ("capitals in a handle", "Pot,Pot,tea,5,1", 2, "handle", "small letters"),
    ("a path as handle", "../pot,Pot,tea,5,1", 2, "handle", "small letters"),
    ("no name", "pot, ,tea,5,1", 2, "name", "fill this in"),
    ("a category that is not there", "pot,Pot,coffee,5,1", 2, "category", "no such category"),
    ("no category", "pot,Pot,,5,1", 2, "category", "fill this in"),
    ("no price", "pot,Pot,tea,,1", 2, "price", "fill this in"),
    ("a price of nothing", "pot,Pot,tea,0,1", 2, "price", "out of range"),
    ("a price below nothing", "pot,Pot,tea,-5,1", 2, "price", ""),
    ("a price in words", "pot,Pot,tea,five,1", 2, "price", "amount"),
    ("a price with three decimals", "pot,Pot,tea,5.005,1", 2, "price", "amount"),
    ("NaN", "pot,Pot,tea,NaN,1", 2, "price", "amount"),
    ("a price beyond all", "pot,Pot,tea,99999999999999999999,1", 2, "price", "out of range"),
    ("a stock below nothing", "pot,Pot,tea,5,-1", 2, "stock", "out of range"),
    ("half a piece", "pot,Pot,tea,5,1.5", 2, "stock", "whole number"),
    ("a stock beyond all", "pot,Pot,tea,5,1000001", 2, "stock", "out of range"),
    ("a second row without options", "pot,Pot,tea,5,1\npot,,,6,1", 2, "option1_value", "fill this in"),
    ("two names for one product", "pot,Pot,tea,5,1\npot,Pan,tea,6,1", 3, "name", "differs"),
];

/// The same with all columns.
const BAD_IN_ALL: &[Bad] = &[
    ("an unknown status", "pot,Pot,tea,,,,sold,,,,,,5,,1", 2, "status", "draft, published or archived"),
    ("a price before below the price", "pot,Pot,tea,,,,,,,,,,5,4,1", 2, "compare_at", "out of range"),
    ("a value without an option", "pot,Pot,tea,,,,,,S,,,,5,,1", 2, "option1_value", "no option"),
    ("an option without a value", "pot,Pot,tea,,,,,Size,,,,,5,,1", 2, "option1_value", "fill this in"),
    ("a second option without a first", "pot,Pot,tea,,,,,,,Size,S,,5,,1", 2, "option2_name", "before this one"),
    ("the same option twice", "pot,Pot,tea,,,,,Size,S,size,M,,5,,1", 2, "option2_name", "already in use"),
    ("the same variant twice", "pot,Pot,tea,,,,,Size,S,,,,5,,1\npot,,,,,,,,s,,,,5,,1", 3, "option1_value", "same values above"),
    ("a comma in a value", "pot,Pot,tea,,,,,Size,\"S,M\",,,,5,,1", 2, "option1_value", "no comma"),
    ("a value too long", "pot,Pot,tea,,,,,Size,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,,,,5,,1", 2, "option1_value", "too long"),
    ("a number twice", "pot,Pot,tea,,,,,,,,,A1,5,,1\npan,Pan,tea,,,,,,,,,A1,5,,1", 3, "sku", "has this number"),
    ("too many tags", "pot,Pot,tea,,,\"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21\",,,,,,,5,,1", 2, "tags", "too long"),
];

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn each_bad_row_is_named(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    let before = crate::support::tables::contents(app.pool()).await;
    for (index, (what, rows, line, column, message)) in BAD.iter().chain(BAD_IN_ALL).enumerate() {
        let head = if index >= BAD.len() { HEAD } else { PLAIN };
        let csv = if rows.is_empty() || rows.starts_with("handle") || rows.starts_with("name") {
            (*rows).to_owned()
        } else {
            format!("{head}\n{rows}\n")
        };
        let id = sender.check(&csv).await;
        let found = found(&app, &id).await;
        assert_eq!((found.status.as_str(), found.products_new), ("refused", found.products_new), "{what}: {found:?}");
        let named = found
            .problems
            .0
            .iter()
            .any(|problem| (problem.line, problem.column.as_str()) == (*line, *column) && problem.message.contains(message));
        assert!(named, "{what}: {:?}", found.problems.0);
        // What is refused cannot be let in.
        sender.let_in(&id).await;
    }
    service::bring_in(app.state.clone()).await.unwrap();
    let changed = crate::support::tables::changed(&before, &crate::support::tables::contents(app.pool()).await);
    assert_eq!(changed, ["public.product_imports"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn all_problems_are_counted_and_the_first_are_shown(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    let rows: String = (0..300).map(|n| format!("pot-{n},,tea,free,1\n")).collect();
    let id = sender.check(&format!("{PLAIN}\n{rows}")).await;
    let found = found(&app, &id).await;
    assert_eq!((found.problem_count, found.problems.0.len()), (600, 200));
    assert!(found.problems.0.is_sorted_by_key(|problem| problem.line));
    let page = sender.browser.get(&format!("{IMPORT}/{id}")).await.text;
    assert!(page.contains("600 problems") && page.contains("The first 200 are shown") && !page.contains("Import now"));
    // More rows of one product than it may have variants are not compared with each other.
    let rows: String = (0..10_000).map(|n| format!("pot,,,,,,,Size,{n},,,,5,,1\n")).collect();
    let id = sender.check(&format!("{HEAD}\n{rows}")).await;
    assert_eq!(super::found(&app, &id).await.problems.0[0].line, 102);
    // What Postgres keeps in no text.
    assert_eq!(super::found(&app, &sender.check("handle,a\0b\npot,x\n").await).await.problems.0[0].column, "ab");
    assert_eq!(super::found(&app, &sender.check("handle,name\npot,a\0b\n").await).await.problems.0[0].column, "name");
    // Bytes that are no text are named by their line as well.
    let request = sender.browser.request(Method::POST, IMPORT).header(ACCEPT, "text/html").header("sec-fetch-site", "same-origin");
    let mut body = file_form("file", "goods.csv", &format!("{PLAIN}\npot,P@t,tea,5,1\n"));
    let at = body.windows(3).position(|bytes| bytes == b"P@t").unwrap() + 1;
    body[at] = 0xe4;
    let answer = sender.browser.send(request.header(CONTENT_TYPE, MULTIPART).body(body)).await;
    let id = answer.location().rsplit('/').next().unwrap().to_owned();
    let problem = super::found(&app, &id).await.problems.0.remove(0);
    assert_eq!((problem.line, problem.column.as_str()), (2, "name"));
    assert!(problem.message.contains("UTF-8"));
}

/// Of products that are there.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn bad_changes_are_named(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    sender.import(&app, &goods()).await;
    sqlx::query("update products set held_reason = 'No.', status = 'draft' where slug = 'bare'").execute(app.pool()).await.unwrap();
    for (csv, line, column, message) in [
        ("handle,status\ntick,draft\n", 2, "status", "cannot become draft"),
        ("handle,status\nbare,published\n", 2, "status", "taken down"),
        ("handle,name\npot,\n", 2, "name", "fill this in"),
        ("handle,price\npot,5\n", 2, "option1_value", "Which variant"),
        ("handle,sku,price\npot,NONE,5\n", 2, "option1_value", "Which variant"),
        ("handle,option1_name,option1_value,price\nbare,Size,S,5\n", 2, "option1_name", "no options"),
        ("handle,option1_name,option1_value,price\npot,Colour,Blue,5\n", 2, "option1_name", "Size, Colour"),
        ("handle,sku,price\npot,POT-S,5\npot,POT-S,6\n", 3, "option1_value", "same variant"),
        ("handle,sku\nbare,POT-S\n", 2, "sku", "has this number"),
        ("handle,stock\nbare,-1\n", 2, "stock", "out of range"),
        ("handle,price\nbare,0\n", 2, "price", "out of range"),
        ("handle,option1_name,option1_value,option2_name,option2_value,price\npot,Size,L,Colour,Blue,\n", 2, "price", "fill this in"),
    ] {
        let found = found(&app, &sender.check(csv).await).await;
        let named = found
            .problems
            .0
            .iter()
            .any(|problem| (problem.line, problem.column.as_str()) == (line, column) && problem.message.contains(message));
        assert!(named && found.status == "refused", "{csv}: {found:?}");
    }
}

/// Others' handles are taken, and their products stay as they are; others' imports are not there.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn nobody_reaches_anothers_goods(pool: PgPool) {
    let app = market(pool).await;
    let (mine, other) = (Sender::new(&app, "kiln", "approved").await, Sender::new(&app, "loom", "approved").await);
    mine.import(&app, &goods()).await;
    sqlx::query("update products set slug = 'new-pot' where slug = 'pot'").execute(app.pool()).await.unwrap();
    for handle in ["kanne", "new-pot", "pot"] {
        let found = found(&app, &other.check(&format!("{PLAIN}\n{handle},Mine now,tea,1,1\n")).await).await;
        assert_eq!((found.status.as_str(), found.problems.0[0].column.as_str()), ("refused", "handle"), "{handle}");
        assert!(found.problems.0[0].message.contains("already in use"));
    }
    // Its own address of before is no way in either.
    assert_eq!(found(&app, &mine.check("handle,price\npot,1\n").await).await.status, "refused");
    assert_eq!(other.export().await.lines().count(), 1);
    // The same number in two shops is no one's business.
    other.import(&app, &format!("{HEAD}\nteapot,Pot,tea,,,,,,,,,POT-S,5,,1\n")).await;

    let id = mine.check(&format!("{PLAIN}\nx,X,tea,1,1\n")).await;
    let path = format!("{IMPORT}/{id}");
    assert_eq!(other.browser.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.browser.call(RUN, &[("import_id", &id)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(found(&app, &id).await.status, "checked");
    assert_ne!(other.vendor, mine.vendor);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn who_may_not_publish_drafts(pool: PgPool) {
    let app = market(pool).await;
    let pending = Sender::new(&app, "kiln", "pending").await;
    let row = format!("{HEAD}\npot,Pot,tea,,,,published,,,,,,5,,1\n");
    let found = found(&app, &pending.check(&row).await).await;
    assert_eq!((found.status.as_str(), found.problems.0[0].column.as_str()), ("refused", "status"));
    pending.import(&app, &row.replace("published", "")).await;
    assert_eq!(text(&app, "select status from products").await, "draft");
    // Who closes the account withdraws the application, and its files are no reason to stay.
    sqlx::query("delete from products").execute(app.pool()).await.unwrap();
    sqlx::query("delete from vendors where status = 'pending'").execute(app.pool()).await.unwrap();
    assert_eq!(app.count("select count(*) from product_imports").await, 0);
    let suspended = Sender::new(&app, "loom", "suspended").await;
    assert_eq!(suspended.send(&row).await.status, StatusCode::FORBIDDEN);
    assert_eq!(suspended.browser.get(EXPORT).await.status, 200, "their goods are theirs");
    let customer = app.signed_in("ada@people.example", Role::Customer).await;
    assert_eq!(customer.get(EXPORT).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.browser().get(EXPORT).await.location(), "/sign-in?next=/vendor/products/export");
}
