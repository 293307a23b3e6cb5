//! The embedded PostgreSQL: rows survive kill -9, stale traces do not stop it, and it goes away with its last user.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use souk::platform::db::embedded::{Cluster, Durability, EmbeddedError};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("souk-test-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn cluster(&self) -> PathBuf {
        self.0.join("postgres")
    }

    fn data(&self) -> PathBuf {
        self.cluster().join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn open(folder: &Folder) -> Cluster {
    Cluster::open(&folder.cluster(), Durability::Durable).await.unwrap()
}

async fn connect(cluster: &Cluster) -> PgConnection {
    cluster.options().connect().await.unwrap()
}

async fn rows(cluster: &Cluster) -> i64 {
    sqlx::query_scalar("select count(*) from kept").fetch_one(&mut connect(cluster).await).await.unwrap()
}

fn kill(pid: u32) {
    rustix::process::kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
}

/// Living processes of the cluster that lies in `folder`, by its tag in their command line.
fn processes_of(folder: &Folder) -> Vec<PathBuf> {
    let data = folder.data().canonicalize().unwrap_or_else(|_| folder.data());
    let names_it = |process: &Path| {
        let postgres = std::fs::read_to_string(process.join("comm")).is_ok_and(|name| name.trim() == "postgres");
        postgres && process.join("cwd").read_link().is_ok_and(|cwd| cwd == data)
    };
    Path::new("/proc").read_dir().unwrap().flatten().map(|entry| entry.path()).filter(|process| names_it(process)).collect()
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited too long until {what}");
        tokio::task::yield_now().await;
    }
}

/// The server dies under its owner's hands, its backends with it; the owner itself is gone without a word.
async fn die(cluster: Cluster) {
    let pid = cluster.server_pid().unwrap();
    kill(pid);
    until("the server is dead", || cluster.server_pid().is_none()).await;
    // As after a kill -9: the locks go, nothing else is tidied up.
    drop(cluster);
}

#[tokio::test]
async fn rows_survive_kill_9_of_server_and_owner() {
    let folder = Folder::new("kill");
    let cluster = open(&folder).await;
    let mut connection = connect(&cluster).await;
    connection.execute("create table kept (n int)").await.unwrap();
    for n in 0..100 {
        connection.execute(AssertSqlSafe(format!("insert into kept values ({n})"))).await.unwrap();
    }
    // Not acknowledged: must be gone afterwards.
    connection.execute("begin; insert into kept values (1000)").await.unwrap();
    die(cluster).await;
    assert!(folder.data().join("postmaster.pid").exists(), "the kill left its traces");

    let again = open(&folder).await;
    assert_eq!(rows(&again).await, 100);
    again.close().await;
}

#[tokio::test]
async fn a_pid_file_that_names_a_stranger_does_not_stop_the_start() {
    let folder = Folder::new("stale");
    let cluster = open(&folder).await;
    connect(&cluster).await.execute("create table kept (n int); insert into kept values (1)").await.unwrap();
    die(cluster).await;
    until("its backends are gone", || processes_of(&folder).is_empty()).await;
    // The id went to another program: to this one.
    let file = folder.data().join("postmaster.pid");
    let old = std::fs::read_to_string(&file).unwrap();
    let rest = old.split_once('\n').unwrap().1;
    std::fs::write(&file, format!("{}\n{rest}", std::process::id())).unwrap();

    let again = open(&folder).await;
    assert_eq!(rows(&again).await, 1);
    again.close().await;
}

#[tokio::test]
async fn two_folders_are_two_clusters() {
    let (one, two) = (Folder::new("one"), Folder::new("two"));
    let (first, second) = tokio::join!(open(&one), open(&two));
    assert_ne!(first.server_pid(), second.server_pid());
    connect(&first).await.execute("create table kept (n int)").await.unwrap();
    assert!(connect(&second).await.execute("select from kept").await.is_err());
    second.close().await;
    assert_eq!(rows(&first).await, 0, "closing one leaves the other alone");
    first.close().await;
}

#[tokio::test]
async fn a_second_opener_shares_and_the_last_one_stops() {
    let folder = Folder::new("share");
    // Both at once, on a folder with nothing in it: one sets up, the other waits and joins.
    let (first, second) = tokio::join!(open(&folder), open(&folder));
    let pid = first.server_pid().unwrap();
    assert_eq!(second.server_pid(), Some(pid));
    // Whoever closes first leaves it to the other, even the one that started it.
    first.close().await;
    assert_eq!(second.server_pid(), Some(pid));
    connect(&second).await.ping().await.unwrap();
    second.close().await;
    assert!(processes_of(&folder).is_empty());
}

#[tokio::test]
async fn a_clean_stop_leaves_no_process_and_the_next_start_finds_the_rows() {
    let folder = Folder::new("stop");
    let cluster = open(&folder).await;
    // A session in the middle of something must not hold the stop up.
    let mut connection = connect(&cluster).await;
    connection.execute("create table kept (n int); insert into kept values (1)").await.unwrap();
    connection.execute("begin; insert into kept values (2)").await.unwrap();
    cluster.close().await;
    assert!(processes_of(&folder).is_empty());
    assert!(!folder.data().join("postmaster.pid").exists());

    let again = open(&folder).await;
    assert_eq!(rows(&again).await, 1);
    again.close().await;
}

#[tokio::test]
async fn the_shop_is_no_superuser_and_may_act_as_a_vendor() {
    let folder = Folder::new("roles");
    let cluster = open(&folder).await;
    let mut connection = connect(&cluster).await;
    let (name, bound, may_create): (String, bool, bool) =
        sqlx::query_as("select rolname::text, not (rolsuper or rolbypassrls), rolcreatedb from pg_roles where rolname = current_user")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!((name.as_str(), bound, may_create), ("souk", true, true));
    connection.execute("set role souk_vendor").await.unwrap();
    // The address for other programs leads to the same place.
    let mut other = PgConnection::connect(&cluster.url()).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, String>("select current_user::text").fetch_one(&mut other).await.unwrap(), "souk");
    cluster.close().await;
}

#[tokio::test]
async fn data_of_another_version_are_refused_with_a_way_out() {
    let folder = Folder::new("version");
    std::fs::create_dir_all(folder.data()).unwrap();
    std::fs::write(folder.data().join("PG_VERSION"), "9\n").unwrap();
    let error = Cluster::open(&folder.cluster(), Durability::Durable).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::OtherVersion { .. }), "{error}");
    assert!(error.to_string().contains("PG_BIN_DIR"), "{error}");
}

#[tokio::test]
async fn a_throwaway_cluster_leaves_nothing_behind() {
    let folder = Folder::new("throwaway");
    let cluster = Cluster::open(&folder.cluster(), Durability::Throwaway).await.unwrap();
    connect(&cluster).await.ping().await.unwrap();
    let pid = cluster.server_pid().unwrap();
    let sockets = cluster.options().get_socket().unwrap().clone();
    cluster.remove().await;
    assert!(!sockets.exists());
    assert!(!folder.cluster().exists());
    assert!(!Path::new("/proc").join(pid.to_string()).exists());
}
