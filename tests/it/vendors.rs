//! The life of a shop: applied for, approved or rejected, suspended and back; and who may not decide about it.

use http::StatusCode;
use souk::accounts::Role;
use souk::notifications::service::{mailbox, send_due};
use sqlx::PgPool;

use crate::support::shop::VISA;
use crate::support::{App, Browser, Page};

const APPLY: &str = "/api/vendors/apply";
const DECIDE: &str = "/api/vendors/decide";

const APPLICATION: &[(&str, &str)] = &[
    ("shop_name", "Tide & Timber"),
    ("tagline", ""),
    ("story", "Boats, and what is left of them."),
    ("city", "Porto"),
    ("country_code", "PT"),
];

struct Shop {
    app: App,
    admin: Browser,
    vendor: Browser,
}

impl Shop {
    /// An admin, and somebody who wants to sell.
    async fn start(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let admin = app.signed_in("admin@example.com", Role::Admin).await;
        let vendor = app.signed_in("vera@example.com", Role::Customer).await;
        Self { app, admin, vendor }
    }

    async fn apply(&self) {
        let page = self.vendor.submit("/sell/apply", APPLY, APPLICATION).await;
        assert!(page.location().ends_with("/vendor"), "{page:?}");
    }

    async fn id(&self) -> String {
        sqlx::query_scalar("select id::text from vendors").fetch_one(self.app.pool()).await.unwrap()
    }

    async fn decide(&self, who: &Browser, seen: &str, next: &str, reason: &str) -> Page {
        who.call(DECIDE, &[("vendor_id", &self.id().await), ("seen", seen), ("next", next), ("reason", reason)]).await
    }

    async fn status(&self) -> String {
        sqlx::query_scalar("select status from vendors").fetch_one(self.app.pool()).await.unwrap()
    }

    /// Subjects of all mails, sorted: several go out at once.
    async fn mails(&self) -> Vec<String> {
        send_due(self.app.state.clone()).await.unwrap();
        let mut subjects: Vec<_> = mailbox(&self.app.state.db, 50).await.unwrap().into_iter().map(|mail| mail.subject).collect();
        subjects.sort();
        subjects
    }

    async fn actions(&self) -> Vec<String> {
        sqlx::query_scalar("select action from audit_log order by id").fetch_all(self.app.pool()).await.unwrap()
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn from_application_to_open_to_suspended_and_back(pool: PgPool) {
    let shop = Shop::start(pool).await;
    shop.apply().await;
    assert_eq!(shop.status().await, "pending");
    let role: String =
        sqlx::query_scalar("select role from users where email = 'vera@example.com'").fetch_one(shop.app.pool()).await.unwrap();
    assert_eq!(role, "vendor");
    assert!(shop.vendor.get("/vendor").await.text.contains("Your application is in"));
    assert_eq!(shop.vendor.get("/shop/tide-timber").await.status, StatusCode::NOT_FOUND, "nobody sees a shop that waits");
    assert!(shop.admin.get("/admin/vendors").await.text.contains("Tide &amp; Timber"));
    assert!(shop.admin.get("/admin/vendors?q=timb").await.text.contains("Tide &amp; Timber"));
    for strange in ["loom", "%25"] {
        let found = shop.admin.get(&format!("/admin/vendors?q={strange}")).await.text;
        assert!(found.contains("No such shop") && !found.contains("Tide &amp; Timber"), "{strange}: {found}");
    }

    let page = shop.decide(&shop.admin, "pending", "approved", "").await;
    assert!(page.status.is_redirection() || page.status.is_success(), "{page:?}");
    assert!(shop.vendor.get("/vendor").await.text.contains("See the shop"));
    assert_eq!(shop.vendor.get("/shop/tide-timber").await.status, StatusCode::OK);

    assert_eq!(shop.decide(&shop.admin, "approved", "suspended", " ").await.status, StatusCode::UNPROCESSABLE_ENTITY, "needs a reason");
    assert_eq!(shop.decide(&shop.admin, "approved", "suspended", &"x".repeat(1001)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(shop.status().await, "approved");
    shop.decide(&shop.admin, "approved", "suspended", "Parcels do not arrive.").await;
    assert!(shop.vendor.get("/vendor").await.text.contains("Parcels do not arrive."));
    assert_eq!(shop.vendor.get("/shop/tide-timber").await.status, StatusCode::NOT_FOUND);
    let again = shop.vendor.submit("/sell/apply", APPLY, APPLICATION).await;
    assert!(!again.location().ends_with("/vendor") || shop.status().await == "suspended", "a new application is no way around it");
    shop.decide(&shop.admin, "suspended", "approved", "").await;
    assert_eq!(shop.vendor.get("/shop/tide-timber").await.status, StatusCode::OK);

    let subjects =
        ["Tide & Timber is open again", "Tide & Timber is suspended", "Welcome: Tide & Timber is open", "Your application: Tide & Timber"];
    assert_eq!(shop.mails().await, subjects);
    assert_eq!(shop.actions().await, ["vendor.applied", "vendor.approved", "vendor.suspended", "vendor.reinstated"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_rejection_says_why_and_leaves_a_second_try(pool: PgPool) {
    let shop = Shop::start(pool).await;
    shop.apply().await;
    let preview = shop.admin.get(&format!("/admin/vendors/{}?reason=Tell+us+more", shop.id().await)).await;
    assert!(
        preview.text.contains("Tell us more") && preview.text.contains("cannot approve it as it is"),
        "the mail is read before it is sent"
    );
    shop.decide(&shop.admin, "pending", "rejected", "Tell us more").await;
    let form = shop.vendor.get("/sell/apply").await.text;
    assert!(form.contains("Tell us more") && form.contains("Boats, and what is left of them."), "nothing typed is lost");

    shop.apply().await;
    assert_eq!(shop.status().await, "pending");
    let reason: Option<String> = sqlx::query_scalar("select status_reason from vendors").fetch_one(shop.app.pool()).await.unwrap();
    assert_eq!(reason, None);
    assert_eq!(shop.actions().await, ["vendor.applied", "vendor.rejected", "vendor.applied"]);
}

/// A form that was sent twice, and one that corrects another before anybody decided.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_application_sent_again_is_still_one(pool: PgPool) {
    let shop = Shop::start(pool).await;
    futures::future::join_all((0..8).map(|_| shop.apply())).await;
    let corrected = [&APPLICATION[..3], &[("city", "Lisboa"), ("country_code", "PT")]].concat();
    shop.vendor.submit("/sell/apply", APPLY, &corrected).await;
    let cities: Vec<String> = sqlx::query_scalar("select city from vendors").fetch_all(shop.app.pool()).await.unwrap();
    assert_eq!(cities, ["Lisboa"]);
    assert_eq!(shop.actions().await, ["vendor.applied"]);
    assert_eq!(shop.mails().await.len(), 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn of_many_decisions_at_once_one_counts(pool: PgPool) {
    let shop = Shop::start(pool).await;
    shop.apply().await;
    let next = |n: u32| if n.is_multiple_of(2) { "approved" } else { "rejected" };
    let pages = futures::future::join_all((0..20).map(|n| shop.decide(&shop.admin, "pending", next(n), "No."))).await;
    let taken = pages.iter().filter(|page| page.status != StatusCode::CONFLICT).count();
    assert_eq!(taken, 1);
    assert_eq!((shop.actions().await.len(), shop.mails().await.len()), (2, 2));
    // And no way that is not in the graph, however it is asked for.
    let now = shop.status().await;
    for seen in ["pending", "approved", "rejected", "suspended"] {
        for next in ["pending", "approved", "rejected", "suspended"] {
            if seen != now {
                assert_eq!(shop.decide(&shop.admin, seen, next, "No.").await.status, StatusCode::CONFLICT, "{seen} → {next}");
            }
        }
    }
    assert_eq!(shop.status().await, now);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn only_admins_decide_and_only_about_what_is_there(pool: PgPool) {
    let shop = Shop::start(pool).await;
    shop.apply().await;
    let customer = shop.app.signed_in("carl@example.com", Role::Customer).await;
    for (who, refusal) in
        [(&shop.app.browser(), StatusCode::UNAUTHORIZED), (&customer, StatusCode::FORBIDDEN), (&shop.vendor, StatusCode::FORBIDDEN)]
    {
        assert_eq!(shop.decide(who, "pending", "approved", "").await.status, refusal);
        for path in ["/admin/vendors".to_owned(), format!("/admin/vendors/{}", shop.id().await)] {
            let page = who.get(&path).await;
            assert!(page.status == StatusCode::FORBIDDEN || page.location().contains("/sign-in"), "{path}: {page:?}");
            assert!(!page.text.contains("Tide"), "{path}");
        }
    }
    assert_eq!(shop.status().await, "pending");
    let unknown = [("vendor_id", "01990000-0000-7000-8000-000000000000"), ("seen", "pending"), ("next", "approved"), ("reason", "")];
    assert_eq!(shop.admin.call(DECIDE, &unknown).await.status, StatusCode::NOT_FOUND);
    let own = shop.admin.call(APPLY, APPLICATION).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "who approves shops has none");
}

/// What an application may not bring along, and what must be in it.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_application_holds_what_it_asks_for_and_no_more(pool: PgPool) {
    let shop = Shop::start(pool).await;
    for smuggled in
        ["status", "role", "owner_id", "id", "slug", "contact_email", "status_reason", "shipping_flat_minor", "vendor[status]", "approved"]
    {
        let page = shop.vendor.call(APPLY, &[APPLICATION, &[(smuggled, "approved")]].concat()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{smuggled}");
    }
    for (field, bad) in
        [("shop_name", " "), ("shop_name", &*"x".repeat(81)), ("story", ""), ("city", ""), ("country_code", "XX"), ("country_code", "pt")]
    {
        let fields: Vec<_> = APPLICATION.iter().map(|&(name, value)| (name, if name == field { bad } else { value })).collect();
        let page = shop.vendor.call(APPLY, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={bad}");
        assert!(page.text.contains(field), "{}", page.text);
    }
    assert_eq!(shop.app.count("select count(*) from vendors").await, 0);
    assert_eq!(shop.app.count("select count(*) from users where role = 'vendor'").await, 0, "a refused application changes nobody's role");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn two_shops_do_not_share_a_name(pool: PgPool) {
    let shop = Shop::start(pool).await;
    shop.apply().await;
    let other = shop.app.signed_in("otto@example.com", Role::Customer).await;
    let page = other.call(APPLY, APPLICATION).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("taken"), "{}", page.text);
    // A name in letters that no address can hold still makes a shop.
    let fields: Vec<_> = APPLICATION.iter().map(|&(name, value)| (name, if name == "shop_name" { "木の店" } else { value })).collect();
    assert!(other.submit("/sell/apply", APPLY, &fields).await.location().ends_with("/vendor"));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn goods_of_a_suspended_shop_cannot_be_bought_from_a_cart_either(pool: PgPool) {
    let shop = Shop::start(pool).await;
    let vendor = shop.app.vendor("kiln").await;
    let cup = shop.app.goods(vendor, 1500, 5).await;
    let buyer = shop.app.buyer("ada").await;
    buyer.add(cup, "1").await;
    let fingerprint = buyer.fingerprint().await;
    let suspend = [("vendor_id", vendor.to_string()), ("seen", "approved".into()), ("next", "suspended".into()), ("reason", "No.".into())];
    let fields: Vec<_> = suspend.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let decided = shop.admin.call(DECIDE, &fields).await;
    assert!(!decided.status.is_client_error(), "{decided:?}");

    assert_eq!(buyer.place(&fingerprint).await.status, StatusCode::CONFLICT);
    assert_eq!(shop.app.count("select count(*) from orders").await, 0);
    assert!(buyer.browser.get("/cart").await.text.contains("no longer"), "the cart says so");
    let lift = [("vendor_id", vendor.to_string()), ("seen", "suspended".into()), ("next", "approved".into())];
    let fields: Vec<_> = lift.iter().map(|(name, value)| (*name, value.as_str())).collect();
    shop.admin.call(DECIDE, &fields).await;
    let order = buyer.order(&[]).await;
    assert_eq!(shop.app.confirm(order, VISA).await, 200);
}
