//! What a request smuggles beside the fields of its form changes nothing: a role, a status, a price, a date, somebody's id.
//!
//! CVE-2025-11457, CVE-2013-2506: a role chosen at sign-up became admin. OWASP API3:2023. The forms are those of the authorization matrix, so
//! a new row in `matrix/requests.rs` is tested here by itself.

use std::collections::BTreeMap;

use futures::StreamExt;
use futures::stream::iter;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use sqlx::PgPool;

use crate::matrix::requests::{self, Body};
use crate::matrix::scene::Scene;
use crate::matrix::{Ready, for_nobody};
use crate::policy::{POLICY, Row};
use crate::support::App;
use crate::support::tables::{changed, contents, holding};

/// Values that stand nowhere but in what is smuggled.
const SMUGGLED: &str = r"0bad0bad|smuggled|7770077|1971-01-0[12]";
const ID: &str = "0bad0bad-0bad-7bad-8bad-0bad0bad0bad";
const LONG_AGO: &str = "1971-01-02T00:00:00Z";

/// Columns that no form sets, and names under which others have taken them in.
const PROTECTED: &[(&str, &str)] = &[
    // users
    ("role", "admin"),
    ("roles", "admin"),
    ("user_role", "admin"),
    ("is_admin", "true"),
    ("isAdmin", "1"),
    ("admin", "on"),
    ("permissions", "*"),
    ("id", ID),
    ("user_id", ID),
    ("email_key", "smuggled@evil.example"),
    ("email_verified", "true"),
    ("email_verified_at", LONG_AGO),
    ("disabled_at", ""),
    ("password_hash", "$argon2id$smuggled"),
    ("created_at", LONG_AGO),
    // vendors
    ("status", "approved"),
    ("vendor_status", "approved"),
    ("approved", "true"),
    ("is_approved", "true"),
    ("owner_id", ID),
    ("slug", "smuggled"),
    ("contact_email", "smuggled@evil.example"),
    ("status_reason", "smuggled"),
    ("shipping_flat_minor", "7770077"),
    // products and their variants
    ("price", "7770077"),
    ("price_minor", "7770077"),
    ("unit_price", "7770077"),
    ("unit_price_minor", "7770077"),
    ("seen_price_minor", "7770077"),
    ("stock", "7770077"),
    ("published_at", LONG_AGO),
    // orders and payments
    ("total", "7770077"),
    ("total_minor", "7770077"),
    ("items_minor", "7770077"),
    ("discount", "7770077"),
    ("discount_minor", "7770077"),
    ("tax_minor", "0"),
    ("currency", "JPY"),
    ("paid_at", LONG_AGO),
    ("fulfilment", "delivered"),
    // what the argument that takes no others is called
    ("rest", "smuggled"),
];

/// Spellings of a forbidden field in a form, ready encoded. `FIELD` stands for a field that the form has.
const SPELLINGS: &[&str] = &[
    "role[]=admin",
    "role[0]=admin",
    "role[$ne]=admin",
    "role[role]=admin",
    "user[role]=admin",
    "user[0][role]=admin",
    "user.role=admin",
    "user%5Brole%5D=admin",
    "FIELD[role]=admin",
    "FIELD.role=admin",
    "FIELD[]=smuggled",
    "rest[role]=admin",
    "vendor[status]=approved",
    "order[total_minor]=7770077",
    "__proto__[role]=admin",
    "__proto__.role=admin",
    "constructor[prototype][role]=admin",
    "Role=admin",
    "ROLE=admin",
    "rOlE=admin",
    "role+=admin",
    "+role=admin",
    "role%00=admin",
    "%EF%BB%BFrole=admin",
    // Cyrillic o, full width letters, a zero width space, a combining accent
    "r%D0%BEle=admin",
    "%EF%BD%92%EF%BD%8F%EF%BD%8C%EF%BD%85=admin",
    "ro%E2%80%8Ble=admin",
    "role%CC%81=admin",
    "role=customer&role=admin",
    "role=admin&role=customer",
    "role=admin&status=approved&price_minor=7770077",
    "role",
    "role=",
    "=admin",
];

/// The same for members of a JSON object.
const MEMBERS: &[&str] = &[
    r#""role":["admin"]"#,
    r#""role":{"set":"admin"}"#,
    r#""role":null"#,
    r#""role":true"#,
    r#""role":1"#,
    r#""user":{"role":"admin"}"#,
    r#""user.role":"admin""#,
    r#""user[role]":"admin""#,
    r#""users":[{"role":"admin"}]"#,
    r#""vendor":{"status":"approved"}"#,
    r#""__proto__":{"role":"admin"}"#,
    r#""constructor":{"prototype":{"role":"admin"}}"#,
    r#""Role":"admin""#,
    r#""ROLE":"admin""#,
    r#""rol\u0065":"admin""#,
    r#""role ":"admin""#,
    r#""role\u0000":"admin""#,
    r#""rоle":"admin""#,
    r#""ｒｏｌｅ":"admin""#,
    r#""role":"customer","role":"admin""#,
    r#""role":"admin","status":"approved","price_minor":7770077"#,
    r#""":"admin""#,
];

/// One smuggled thing.
#[derive(Clone, Debug)]
enum Payload {
    /// Added to the body of the form.
    Pair(String),
    Member(String),
    /// In place of the body: its type, and what it is.
    Instead(&'static str, String),
    Query(String),
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The names of the fields that the request has anyway.
fn own_fields(ready: &Ready) -> Vec<String> {
    match &ready.filled.raw {
        None => ready.filled.fields.iter().map(|(name, _)| name.clone()).collect(),
        Some((_, body)) => {
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).unwrap();
            object.keys().cloned().collect()
        }
    }
}

/// All that is tried on a request.
fn payloads(ready: &Ready) -> Vec<Payload> {
    let own = own_fields(ready);
    let foreign = || PROTECTED.iter().filter(|(name, _)| !own.iter().any(|own| own == name));
    let pairs = || foreign().map(|(name, value)| format!("{name}={}", encoded(value)));
    let mut all = Vec::new();
    if let Some((_, body)) = &ready.filled.raw {
        let body = String::from_utf8(body.clone()).unwrap();
        all.extend(foreign().map(|(name, value)| Payload::Member(format!("\"{name}\":\"{value}\""))));
        all.extend(MEMBERS.iter().map(|member| Payload::Member((*member).to_owned())));
        all.extend(own.iter().map(|name| Payload::Member(format!("\"{name}\":\"smuggled\""))));
        all.push(Payload::Instead("application/json", format!("[{body}]")));
        all.push(Payload::Instead("application/json", format!("{body}{{\"role\":\"admin\"}}")));
        all.push(Payload::Instead("text/plain", body.clone()));
        all.push(Payload::Instead("application/x-www-form-urlencoded", "role=admin".to_owned()));
        all.push(Payload::Instead("multipart/form-data; boundary=x", multipart(ready)));
    } else {
        all.extend(pairs().map(Payload::Pair));
        let field = own.first().map_or("name", String::as_str);
        all.extend(SPELLINGS.iter().map(|spelling| Payload::Pair(spelling.replace("FIELD", field))));
        all.extend(own.iter().map(|name| Payload::Pair(format!("{name}=smuggled"))));
        all.push(Payload::Instead("application/json", json(ready)));
        all.push(Payload::Instead("multipart/form-data; boundary=x", multipart(ready)));
        all.push(Payload::Instead("text/plain", "role=admin".to_owned()));
    }
    all.extend(pairs().map(Payload::Query));
    all.extend(["role[]=admin", "user[role]=admin", "__proto__[role]=admin"].map(|pair| Payload::Query(pair.to_owned())));
    all
}

/// The form as a JSON object, with a role.
fn json(ready: &Ready) -> String {
    let fields = ready.filled.fields.iter().map(|(name, value)| (name.clone(), value.clone().into()));
    serde_json::Value::Object(fields.chain([("role".to_owned(), "admin".into())]).collect()).to_string()
}

/// The form in parts, with a role.
fn multipart(ready: &Ready) -> String {
    let role = ("role".to_owned(), "admin".to_owned());
    let part = |(name, value): &(String, String)| format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    ready.filled.fields.iter().chain([&role]).map(part).collect::<String>() + "--x--\r\n"
}

async fn send(scene: &Scene, ready: &Ready, payload: &Payload) -> u16 {
    let mut request = ready.request(scene).build().unwrap();
    let body = request.body().and_then(|body| body.as_bytes()).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()).unwrap_or_default();
    let instead = match payload {
        Payload::Pair(pair) if body.is_empty() => Some(pair.clone()),
        Payload::Pair(pair) => Some(format!("{body}&{pair}")),
        Payload::Member(member) => Some(body.replacen('{', &format!("{{{member},"), 1)),
        Payload::Instead(kind, body) => {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            Some(body.clone())
        }
        Payload::Query(query) => {
            request.url_mut().set_query(Some(query));
            None
        }
    };
    if let Some(body) = instead {
        *request.body_mut() = Some(body.into());
    }
    scene.http.execute(request).await.unwrap().status().as_u16()
}

/// How many rows have which values in protected columns.
async fn protected(pool: &PgPool) -> BTreeMap<String, i64> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select concat_ws(' ', 'users', role, email_verified_at is not null, disabled_at is not null), count(*) from users group by 1
         union all select concat_ws(' ', 'vendors', status, status_reason, shipping_flat_minor, shipping_free_from_minor), count(*) from vendors group by 1
         union all select concat_ws(' ', 'products', status, price_minor, of_shop), count(*)
           from (select *, count(*) over (partition by vendor_id) as of_shop from products) p group by 1
         union all select concat_ws(' ', 'variants', price_minor, stock, currency), count(*) from product_variants group by 1
         union all select concat_ws(' ', 'carts', seen_price_minor, quantity), count(*) from cart_items group by 1
         union all select concat_ws(' ', 'orders', status, total_minor, discount_minor, currency, paid_at), count(*) from orders group by 1
         union all select concat_ws(' ', 'lines', unit_price_minor, quantity), count(*) from order_lines group by 1
         union all select concat_ws(' ', 'payments', status, amount_minor, currency), count(*) from payments group by 1
         union all select 'older than an hour', count(*) from users where created_at < now() - interval '1 hour'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    rows.into_iter().collect()
}

/// What a request did to protected columns.
async fn effect(scene: &Scene, row: &Row, payload: Option<&Payload>) -> (u16, BTreeMap<String, i64>) {
    let ready = Ready::to_succeed(scene, row).await;
    let before = protected(scene.app.pool()).await;
    let status = match payload {
        Some(payload) => send(scene, &ready, payload).await,
        None => scene.send(ready.request(scene)).await.status,
    };
    let mut effect = protected(scene.app.pool()).await;
    for (values, count) in before {
        *effect.entry(values).or_default() -= count;
    }
    effect.retain(|_, count| *count != 0);
    (status, effect)
}

/// Tries everything on one row; says how many requests that were, and what is wrong.
async fn run(scene: &Scene, row: &Row) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    scene.forget_attempts().await;
    let (status, control) = effect(scene, row, None).await;
    if status >= 400 && !for_nobody(row) {
        wrong.push(format!("{}: {status} without anything smuggled", row.path));
    }
    let ready = Ready::to_succeed(scene, row).await;
    // Where the body is a form or an object nobody reads the query, so there is nothing to refuse.
    let (ignored, refused): (Vec<_>, Vec<_>) = payloads(&ready).into_iter().partition(|payload| matches!(payload, Payload::Query(_)));
    let before = contents(scene.app.pool()).await;
    let ready = &ready;
    let answers = iter(refused.iter().map(|payload| async move { (payload, send(scene, ready, payload).await) }));
    let answers: Vec<_> = answers.buffer_unordered(8).collect().await;
    // Refused for what they hold: 401, 403 or 429 would say nothing about it.
    let taken = answers.iter().filter(|(_, status)| ![400, 415, 422].contains(status));
    wrong.extend(taken.map(|(payload, status)| format!("{}: {status} for {payload:?}", row.path)));
    let differ = changed(&before, &contents(scene.app.pool()).await);
    if !differ.is_empty() {
        wrong.push(format!("{}: a refused request changed {differ:?}", row.path));
    }
    // The control: the very request that was refused so often is done without the addition.
    let status = scene.send(ready.request(scene)).await.status;
    if status >= 400 && !for_nobody(row) {
        wrong.push(format!("{}: {status} at the end without anything smuggled", row.path));
    }
    for payload in &ignored {
        scene.forget_attempts().await;
        let (status, effect) = effect(scene, row, Some(payload)).await;
        let nothing = status >= 400 && effect.is_empty();
        if !nothing && (effect != control || status >= 400) {
            wrong.push(format!("{}: {payload:?} did {effect:?} in place of {control:?} ({status})", row.path));
        }
    }
    (answers.len() + ignored.len(), wrong)
}

fn takes_input(row: &Row) -> bool {
    row.path.starts_with("/api/") && requests::of(row).is_some_and(|recipe| matches!(recipe.body, Body::Form(_) | Body::Json(_)))
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_a_request_smuggles_changes_nothing(pool: PgPool) {
    let scene = Scene::set(App::start(pool).await).await;
    let (mut forms, mut sent, mut problems) = (0, 0, Vec::new());
    for row in POLICY.iter().filter(|row| takes_input(row)) {
        let (tried, wrong) = run(&scene, row).await;
        assert!(tried >= 60, "{}: {tried}", row.path);
        (forms, sent) = (forms + 1, sent + tried);
        problems.extend(wrong);
    }
    let kept = holding(scene.app.pool(), SMUGGLED).await;
    assert!(kept.is_empty(), "something smuggled is in {kept:?}\n{}", problems.join("\n"));
    eprintln!("mass assignment: {sent} requests to {forms} forms");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// The comparison can fail: each of these would be an effect, or be found afterwards.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_smuggled_would_be_seen(pool: PgPool) {
    let app = App::start(pool).await;
    let buyer = app.buyer("ada").await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    buyer.order(&[(cup, 1)]).await;
    let bowl = app.goods(app.vendor("other").await, 1500, 5).await;
    sqlx::query("delete from product_variants where id = $1").bind(bowl).execute(app.pool()).await.unwrap();
    for change in [
        "update users set role = 'admin'",
        "update users set email_verified_at = now()",
        "update users set created_at = now() - interval '1 year'",
        "update vendors set status = 'suspended', status_reason = 'No.'",
        "update vendors set shipping_flat_minor = 1",
        "update products set vendor_id = (select vendor_id from product_variants)",
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
           select gen_random_uuid(), id, vendor_id, 'correction', 1, 'x' from product_variants",
        "update product_variants set price_minor = 1",
        "update cart_items set seen_price_minor = 1",
        "update payments set amount_minor = 1",
    ] {
        let before = protected(app.pool()).await;
        sqlx::query(change).execute(app.pool()).await.unwrap();
        assert_ne!(protected(app.pool()).await, before, "{change}");
    }
    assert!(holding(app.pool(), SMUGGLED).await.is_empty());
    sqlx::query("update addresses set name = 'smuggled'").execute(app.pool()).await.unwrap();
    assert_eq!(holding(app.pool(), SMUGGLED).await, ["public.addresses"]);
}
