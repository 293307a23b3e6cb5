//! The authorization matrix: every row of the policy × everybody × one's own, somebody else's and what is not there.
//!
//! A new row in `policy::POLICY` needs one line in `requests.rs`: the row's path with the fields of a valid request, or this test fails with
//! the row's name. Guards speak after the arguments are decoded, so a bad body would look like a refusal; the line is known to be good since
//! each row must have a cell that succeeds. `.about(Thing)` says what the placeholder or the id field names, and with it whose it is; a thing
//! that is not there yet is one arm in `things.rs`. `.with_cart()`, `.url(…)` and `.leads_to(…)` are for rows that need them. Who may is
//! said by the row alone; a new kind of `Who` is one arm in `verdict.rs`.
//!
//! Cells that are to be refused run first, and the whole database is compared before and after: a refusal changes nothing.

pub mod actors;
mod dashboards;
mod figures;
pub mod fill;
mod programs;
mod recipe;
pub mod requests;
mod rest;
mod reviewed;
pub mod scene;
pub mod things;
mod verdict;

use std::collections::BTreeMap;
use std::time::Instant;

use futures::StreamExt;
use futures::stream::iter;
use sqlx::PgPool;

use actors::{Actor, EVERYBODY, Me, enter};
use fill::{Door, Filled, fill};
use requests::Recipe;
use scene::{Answer, Scene};
use things::{Made, Object, fill_cart, make};
use verdict::{Cell, NOBODY, Outcome, alike, expected, verdict};

use crate::policy::{POLICY, Row, Who};
use crate::support::tables::{changed, contents};
use crate::support::{App, PRODUCTION, Setup};

/// As many as a small machine has use for.
const AT_ONCE: usize = 8;

/// A cell, ready to be asked.
pub struct Ready {
    cell: Cell,
    pub me: Me,
    made: Made,
    pub filled: Filled,
}

impl Ready {
    /// The request of somebody whom the row lets in, about something they may have: it succeeds.
    pub async fn to_succeed(scene: &Scene, row: &Row) -> Self {
        let recipe = requests::of(row).unwrap_or_else(|| panic!("{}: no request for it in tests/it/matrix/requests.rs", row.path));
        let actor = match row.who {
            Who::Admin => Actor::Admin,
            Who::ShopOwner | Who::DraftingVendor | Who::ApprovedVendor | Who::ProductEditor | Who::ProductPublisher => {
                Actor::ApprovedVendor
            }
            _ => Actor::Customer,
        };
        let cell = Cell { actor, object: recipe.thing.objects()[0], door: Door::of(recipe)[0] };
        prepare(scene, recipe, cell, None).await
    }

    pub fn request(&self, scene: &Scene) -> reqwest::RequestBuilder {
        self.filled.request(scene, &self.me, self.cell.door)
    }
}

/// Who asks for a row, beside everybody.
fn actors(row: &Row) -> Vec<Actor> {
    let special = match row.who {
        Who::Operator => Some(Actor::Elsewhere),
        Who::Signer => Some(Actor::Signer),
        Who::SandboxKey => Some(Actor::SandboxKey),
        _ => row.path.starts_with("/api/v1/").then_some(Actor::CookiesAlone),
    };
    EVERYBODY.into_iter().chain(special).collect()
}

fn cells(row: &Row, recipe: &Recipe) -> Vec<Cell> {
    let mut cells = Vec::new();
    for actor in actors(row) {
        for &object in recipe.thing.objects() {
            cells.extend(Door::of(recipe).iter().map(|&door| Cell { actor, object, door }));
        }
    }
    cells
}

/// Makes the actor and the thing for one cell. `shared` is a thing that nobody can change without the key, so that it is made but once.
async fn prepare(scene: &Scene, recipe: &Recipe, cell: Cell, shared: Option<&Made>) -> Ready {
    let me = enter(&scene.app, cell.actor).await;
    let made = match shared {
        Some(made) if cell.object != Object::Missing && cell.actor != Actor::SandboxKey => made.clone(),
        _ => make(scene, recipe.thing, cell.object, &me).await,
    };
    if let Some(user) = me.user_id.filter(|_| recipe.cart) {
        fill_cart(scene, user).await;
    }
    let filled = fill(scene, recipe, &made).await;
    Ready { cell, me, made, filled }
}

async fn ask<'a>(scene: &Scene, cells: &[&'a Ready]) -> Vec<(&'a Ready, Answer)> {
    let requests = cells.iter().map(|&ready| async move { (ready, scene.send(ready.request(scene)).await) });
    iter(requests).buffer_unordered(AT_ONCE).collect().await
}

/// Asks all cells of a row; says how many there are, and what is wrong.
async fn run(scene: &Scene, row: &Row, recipe: &Recipe) -> (usize, Vec<String>) {
    let shared = match row.who {
        Who::SandboxKey => {
            let nobody = enter(&scene.app, Actor::Anonymous).await;
            Some(make(scene, recipe.thing, recipe.thing.objects()[0], &nobody).await)
        }
        _ => None,
    };
    let cells = cells(row, recipe);
    let all: Vec<Ready> = iter(cells.iter().map(|&cell| prepare(scene, recipe, cell, shared.as_ref()))).buffered(AT_ONCE).collect().await;
    let (allowed, refused): (Vec<&Ready>, Vec<&Ready>) =
        all.iter().partition(|ready| expected(row, recipe.thing, ready.cell) == Outcome::Allowed);

    scene.forget_attempts().await;
    let before = contents(scene.app.pool()).await;
    let mut answers = ask(scene, &refused).await;
    let differ = changed(&before, &contents(scene.app.pool()).await);
    answers.extend(ask(scene, &allowed).await);

    let mut problems = Vec::new();
    if !differ.is_empty() {
        problems.push(format!("{} {}: one of the refused changed {differ:?}", row.method, row.path));
    }
    let verdicts = answers.iter().map(|(ready, answer)| verdict(row, recipe, ready.cell, answer));
    let succeeded = answers
        .iter()
        .zip(verdicts.clone())
        .any(|((ready, _), verdict)| verdict.is_ok() && expected(row, recipe.thing, ready.cell) == Outcome::Allowed);
    problems.extend(verdicts.filter_map(Result::err));
    problems.extend(told_apart(row, recipe, &answers));
    let for_nobody = for_nobody(row);
    if succeeded == for_nobody {
        problems.push(format!("{} {}: no cell succeeds, or one of a row that is for nobody", row.method, row.path));
    }
    (cells.len(), problems)
}

/// Compares what is somebody else's with what is missing, wherever both should answer alike.
fn told_apart(row: &Row, recipe: &Recipe, answers: &[(&Ready, Answer)]) -> Vec<String> {
    let by_cell: BTreeMap<Cell, (&Answer, [&str; 2])> =
        answers.iter().map(|(ready, answer)| (ready.cell, (answer, [&*ready.made.id, &*ready.me.email]))).collect();
    let mut problems = Vec::new();
    for (&cell, (others, known)) in by_cell.iter().filter(|(cell, _)| cell.object == Object::Others) {
        let twin = Cell { object: Object::Missing, ..cell };
        if expected(row, recipe.thing, cell) == expected(row, recipe.thing, twin) {
            let (missing, known_there) = &by_cell[&twin];
            problems.extend(alike(row, cell, (others, known), (missing, known_there)).err());
        }
    }
    problems
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn everybody_gets_what_the_policy_says_and_no_more(pool: PgPool) {
    let started = Instant::now();
    let scene = Scene::set(App::start(pool).await).await;
    let (mut count, mut problems) = (0, Vec::new());
    for row in POLICY {
        let Some(recipe) = requests::of(row) else {
            problems.push(format!("{} {}: no request for it in tests/it/matrix/requests.rs", row.method, row.path));
            continue;
        };
        let (cells, wrong) = run(&scene, row, recipe).await;
        count += cells;
        problems.extend(wrong);
    }
    eprintln!("matrix: {count} cells over {} routes in {:.1} s", POLICY.len(), started.elapsed().as_secs_f64());
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// Whether no request of the matrix gets anything from the row.
pub fn for_nobody(row: &Row) -> bool {
    NOBODY.iter().any(|(method, path, ..)| (*method, *path) == (row.method, row.path))
}

/// What is for development, and the payment sandbox with all its routes, does not exist where real money moves, for admins neither.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn production_has_nothing_that_is_for_development(pool: PgPool) {
    let app = App::start_with(pool, Setup { variables: &PRODUCTION, ..Setup::default() }).await;
    let admin = enter(&app, Actor::Admin).await;
    let browser = app.browser();
    browser.set_cookie("__Host-souk_access", &admin.access.unwrap());
    assert_eq!(browser.get("/account").await.status, 200, "the control: signed in");
    let gone = |row: &&Row| row.who == Who::Development || row.path.starts_with("/_stripe/");
    for row in POLICY.iter().filter(gone) {
        let path = row.path.replace(['{', '}', '*'], "");
        let [answer, nowhere] = [&*path, "/no/such/place"].map(|path| {
            let request = browser.request(row.method.parse().unwrap(), path).header("sec-fetch-site", "same-origin");
            browser.send(request)
        });
        let (answer, nowhere) = (answer.await.status, nowhere.await.status);
        assert!(answer == nowhere && answer.is_client_error(), "{} {path}: {answer}", row.method);
    }
}
