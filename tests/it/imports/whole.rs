//! All of a file or nothing, whatever comes in between.

use std::time::{Duration, Instant};

use super::*;

fn many(products: usize, variants: usize) -> String {
    let mut csv = "handle,name,category,description,option1_name,option1_value,sku,price,stock\n".to_owned();
    for product in 0..products {
        for variant in 0..variants {
            let (name, category, text, option) =
                if variant == 0 { ("Pot", "tea", "**Strong** and heavy.", "Size") } else { ("", "", "", "") };
            csv.push_str(&format!("pot-{product},{name},{category},{text},{option},{variant},S{product}-{variant},12.50,3\n"));
        }
    }
    csv
}

/// Ends the worker in the middle of a file: nothing of it is there. Another one brings all of it in.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_worker_that_dies_leaves_nothing_behind(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    let id = sender.check(&many(400, 2)).await;
    sender.let_in(&id).await;
    let worker = tokio::spawn(service::bring_in(app.state.clone()));
    let progress = "select progress::bigint from product_imports";
    while app.count(progress).await < 100 {
        assert!(!worker.is_finished(), "it was too quick to be stopped");
        tokio::task::yield_now().await;
    }
    let page = sender.browser.get(&format!("{IMPORT}/{id}")).await.text;
    assert!(page.contains(" of 400 products") && !page.contains("0 of 400 products\n"), "{page}");
    worker.abort();
    let _ = worker.await;
    assert_eq!(app.count("select count(*) from products").await, 0);
    assert_eq!(found(&app, &id).await.status, "running");
    // Nobody takes it while the lease holds.
    service::bring_in(app.state.clone()).await.unwrap();
    assert_eq!(app.count("select count(*) from products").await, 0);
    sqlx::query("update product_imports set leased_until = now() - interval '1 second'").execute(app.pool()).await.unwrap();
    service::bring_in(app.state.clone()).await.unwrap();
    assert_eq!(found_at_end(&app, &id).await.status, "done");
    assert_eq!(app.count("select count(*) from product_variants").await, 800);
}

/// A worker that was thought dead and was not writes nothing any more.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn two_workers_bring_a_file_in_once(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    let id = sender.check(&many(200, 1)).await;
    sender.let_in(&id).await;
    let slow = tokio::spawn(service::bring_in(app.state.clone()));
    while app.count("select progress::bigint from product_imports").await < 50 && !slow.is_finished() {
        tokio::task::yield_now().await;
    }
    sqlx::query("update product_imports set leased_until = now() - interval '1 second' where status = 'running'")
        .execute(app.pool())
        .await
        .unwrap();
    let (quick, slow) = tokio::join!(service::bring_in(app.state.clone()), slow);
    // One may have had to wait for the other's rows, and finds them taken or its number out of date.
    quick.unwrap();
    slow.unwrap().unwrap();
    assert_eq!(app.count("select count(*) from products").await, 200);
    let ended = found_at_end(&app, &id).await;
    assert!(["done", "refused"].contains(&ended.status.as_str()), "{ended:?}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_edited_since_the_check_is_not_written_over(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    sender.import(&app, &goods()).await;
    let csv = "handle,sku,price\nnew-one,NEW,5\nkanne,'=cmd,99\n".replace("handle,sku,price\nnew-one,NEW,5\n", "handle,sku,price\n");
    let id = sender.check(&csv).await;
    assert_eq!(found(&app, &id).await.products_changed, 1);
    sqlx::query("update products set name = 'Edited', updated_at = clock_timestamp() where slug = 'kanne'")
        .execute(app.pool())
        .await
        .unwrap();
    sender.let_in(&id).await;
    service::bring_in(app.state.clone()).await.unwrap();
    let ended = found_at_end(&app, &id).await;
    assert_eq!((ended.status.as_str(), ended.problem_count, ended.problems.0[0].line), ("refused", 1, 2), "{ended:?}");
    assert!(ended.problems.0[0].message.contains("edited"));
    assert_eq!(text(&app, "select name || ' ' || price_minor from products where slug = 'kanne'").await, "Edited 1200");

    // A handle that was taken in between, and a shop that was suspended.
    let id = sender.check("handle,name,category,price\nfresh,Fresh,tea,5\n").await;
    let other = Sender::new(&app, "loom", "approved").await;
    other.import(&app, "handle,name,category,price\nfresh,Mine,tea,5\n").await;
    sender.let_in(&id).await;
    service::bring_in(app.state.clone()).await.unwrap();
    assert_eq!(found_at_end(&app, &id).await.problems.0[0].column, "handle");
    let id = sender.check("handle,price\nbare,5\n").await;
    sender.let_in(&id).await;
    sqlx::query("update vendors set status = 'suspended' where slug = 'kiln'").execute(app.pool()).await.unwrap();
    service::bring_in(app.state.clone()).await.unwrap();
    assert_eq!(found_at_end(&app, &id).await.status, "refused");
    assert_eq!(text(&app, "select price_minor::text from products where slug = 'bare'").await, "100");
}

/// A count is a difference to what was there when the file was checked: what is sold meanwhile stays sold.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_sale_between_check_and_import_is_kept(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    sender.import(&app, &goods()).await;
    let id = sender.check("handle,stock\nkanne,12\n").await;
    let moved = "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
                 select gen_random_uuid(), v.id, v.vendor_id, 'correction', -2, 'Gone' from product_variants v join products p on p.id = v.product_id
                 where p.slug = 'kanne'";
    sqlx::query(moved).execute(app.pool()).await.unwrap();
    sender.let_in(&id).await;
    service::bring_in(app.state.clone()).await.unwrap();
    assert_eq!(found_at_end(&app, &id).await.status, "done");
    let stock = "select v.stock::text from product_variants v join products p on p.id = v.product_id where p.slug = 'kanne'";
    assert_eq!(text(&app, stock).await, "10");
    // More gone than would be left.
    let id = sender.check("handle,stock\nkanne,1\n").await;
    sqlx::query(moved).execute(app.pool()).await.unwrap();
    sender.let_in(&id).await;
    service::bring_in(app.state.clone()).await.unwrap();
    let ended = found_at_end(&app, &id).await;
    assert_eq!((ended.status.as_str(), ended.problems.0[0].column.as_str()), ("refused", "stock"));
    assert_eq!(text(&app, stock).await, "8");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn ten_thousand_rows_come_in_and_one_more_does_not(pool: PgPool) {
    let app = market(pool).await;
    let sender = Sender::new(&app, "kiln", "approved").await;
    let csv = many(2_000, 5);
    assert_eq!(csv.lines().count(), 10_001);
    let started = Instant::now();
    let id = sender.check(&csv).await;
    let checked = started.elapsed();
    sender.let_in(&id).await;
    service::bring_in(app.state.clone()).await.unwrap();
    let done = found_at_end(&app, &id).await;
    eprintln!("10,000 rows: checked in {checked:?}, all in {:?}", started.elapsed());
    assert_eq!((done.status.as_str(), done.products_new), ("done", 2_000));
    assert!(started.elapsed() < Duration::from_secs(120));
    let id = sender.check(&format!("{csv}one-more,Pot,tea,,,,,5,1\n")).await;
    assert!(found(&app, &id).await.problems.0.iter().any(|problem| problem.line == 10_002 && problem.message.contains("10,000 rows")));
    // 5 MB is much for a table and little for a server.
    let large = format!("handle,description\npot,{}\n", "x".repeat(5 * 1024 * 1024));
    let id = sender.check(&large).await;
    assert!(found(&app, &id).await.problems.0[0].message.contains("5 MB"));
    assert_eq!(sender.send(&large.repeat(2)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}
