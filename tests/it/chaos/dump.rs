//! F29: a shop is saved in the way that the README names, and set up again from that.

use std::path::PathBuf;
use std::process::{Output, Stdio};

use souk::analytics::invariants;
use souk::checkout::jobs;
use souk::platform::db::Db;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool};
use tokio::process::Command;

use crate::support::shop::VISA;
use crate::support::tables::contents;
use crate::support::{App, Setup};

/// Where Debian and Ubuntu put them, one folder for each major version.
const PACKAGED: &str = "/usr/lib/postgresql";

/// Like the server itself, from where we were told, from the system's folder, or from the path. The npm package that serves where nothing
/// can be installed has neither of the two.
fn program(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("PG_BIN_DIR").map(PathBuf::from);
    let mut packaged: Vec<PathBuf> =
        std::fs::read_dir(PACKAGED).into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    packaged.sort_by_key(|bin| std::cmp::Reverse(bin.parent().and_then(|major| major.file_name()?.to_str()?.parse::<u32>().ok())));
    let path = std::env::var_os("PATH").unwrap_or_default();
    named.into_iter().chain(packaged).chain(std::env::split_paths(&path)).map(|bin| bin.join(name)).find(|program| program.is_file())
}

/// The program, with the database's address in the form that PostgreSQL's own programs understand.
fn command(program: PathBuf, database: &PgConnectOptions) -> Command {
    let mut command = Command::new(program);
    let host = database.get_socket().map_or_else(|| database.get_host().to_owned(), |socket| socket.display().to_string());
    command.env("PGHOST", host).env("PGPORT", database.get_port().to_string()).env("PGUSER", database.get_username());
    command.env("PGDATABASE", database.get_database().unwrap()).stderr(Stdio::piped());
    let url = database.to_url_lossy();
    if let Some(password) = url.password() {
        command.env("PGPASSWORD", password);
    }
    command
}

fn assert_done(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Two sales, and money given back to the third customer, for whom nothing was left.
async fn busy_shop(pool: PgPool) -> App {
    let app = App::start_with(pool, Setup { variables: &[("CHECKOUT_HOLD_MINUTES", "0")], ..Setup::default() }).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 2).await;
    let mut orders = Vec::new();
    for name in ["ada", "bob", "eve"] {
        orders.push(app.buyer(name).await.order(&[(cup, 1)]).await);
    }
    for order in orders {
        assert_eq!(app.confirm(order, VISA).await, 200);
        assert_eq!(app.webhook(&app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await).await, 200);
    }
    jobs::send_refunds(app.state.clone()).await.unwrap();
    assert_eq!(app.count("select count(*) from orders where status = 'refunded'").await, 1);
    app.assert_invariants().await;
    app
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f29_a_dump_restored_is_the_same_shop(pool: PgPool) {
    let (Some(pg_dump), Some(psql)) = (program("pg_dump"), program("psql")) else {
        println!("not shown: this machine has no pg_dump and psql");
        return;
    };
    let app = busy_shop(pool.clone()).await;
    let before = contents(&pool).await;
    let dump = command(pg_dump, &pool.connect_options()).stdout(Stdio::piped()).output().await.unwrap();
    assert_done(&dump);

    let name = format!("souk_restored_{}", std::process::id());
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&pool).await.unwrap();
    let restored = (*pool.connect_options()).clone().database(&name);
    let file = app.dir().join("backup.sql");
    std::fs::create_dir_all(app.dir()).unwrap();
    std::fs::write(&file, &dump.stdout).unwrap();
    let arguments = ["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file"];
    assert_done(&command(psql, &restored).args(arguments).arg(&file).stdout(Stdio::null()).output().await.unwrap());

    let db = Db::connect(restored, 2).await.unwrap();
    let (after, violations) = (contents(db.pool()).await, invariants::check(&db).await.unwrap());
    db.pool().close().await;
    sqlx::query(AssertSqlSafe(format!("drop database {name}"))).execute(&pool).await.unwrap();
    assert!(before.len() > 20 && before["public.orders"].starts_with("3:"), "{before:?}");
    assert_eq!(after, before);
    assert!(violations.is_empty(), "{violations:#?}");
}
