//! F1–F6: the server is killed at each step of a purchase, and the next process on the same database makes up for it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use souk::values::{OrderId, VariantId};
use sqlx::PgPool;

use super::halt::Halt;
use super::process::{Process, SECRET_KEY};
use super::seed::Seed;
use crate::support::shop::{Buyer, VISA, signature};
use crate::support::smtp::{Mood, SmtpStub};
use crate::support::{App, Browser, Setup};

/// From the restart until nothing is left to be done.
const CONVERGES: Duration = Duration::from_secs(30);

/// A job's lease is as long, so what is then still to be done takes some of this as well.
const WORK: Duration = Duration::from_secs(5);

const STOCK: i32 = 100;

/// A shop in a process that can be killed, and those who outlive it: the buyers, the mail server, and `app`, a second instance without
/// background work, by whose payment sandbox a card is charged while the process is dead.
struct Scene {
    app: App,
    process: Process,
    mails: SmtpStub,
    cup: VariantId,
}

/// Somebody who buys one cup.
struct Purchase {
    buyer: Buyer,
    fingerprint: String,
}

impl Scene {
    async fn set(pool: &PgPool) -> Self {
        let app = App::start_with(pool.clone(), Setup { variables: &[SECRET_KEY], ..Setup::default() }).await;
        // The test itself is the gateway that sends them: how often, and to whom.
        app.switch(&[("webhooks", "drop")]).await;
        let cup = app.goods(app.vendor("shop").await, 1500, STOCK).await;
        let mails = SmtpStub::start(Mood::Accept).await;
        let by_mail = [("MAIL", "smtp"), ("SMTP_URL", mails.url.as_str()), ("MAIL_FROM", "Souk <shop@souk.example>")];
        let process = Process::start(&app, &pool.connect_options(), &by_mail).await;
        Self { app, process, mails, cup }
    }

    /// The cart is full and the review is read.
    async fn purchase(&self, name: &str) -> Purchase {
        let Buyer { browser, address_id } = self.app.buyer(name).await;
        let buyer = Buyer { browser: browser.at(&self.process.url), address_id };
        assert_eq!(buyer.add(self.cup, "1").await.status, 200);
        let fingerprint = buyer.fingerprint().await;
        Purchase { buyer, fingerprint }
    }

    /// The process dies where it was stopped, and takes what it had not committed with it.
    async fn kill_at(&self, mut halt: Halt) {
        halt.reached().await;
        self.process.kill().await;
        halt.bury().await;
    }

    /// The card is charged.
    async fn pay(&self, order: OrderId) {
        assert_eq!(self.app.confirm(order, VISA).await, 200);
    }

    /// The gateway tells of it. None if the server died before it could answer.
    async fn tell(&self, order: OrderId) -> Option<u16> {
        let event = self.app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await;
        let signature = signature(self.app.state.config.stripe.webhook_secrets[0].expose_secret(), &event);
        let request = Browser::new(self.process.url.clone()).request(http::Method::POST, "/webhooks/stripe");
        let answer = request.header("stripe-signature", signature).body(event).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    /// What a dead worker held is free when its leases have run out: 30 s for a job, 90 s for a mail. Nothing else happens by waiting, so
    /// they are moved instead; `f6_before_the_mail` waits.
    async fn leases_run_out(&self) {
        let jobs = "update job_leases set leased_until = now(), next_run_at = now() where leased_until > now()";
        let mails = "update outbox set leased_until = now() where leased_until > now()";
        for sql in [jobs, mails] {
            sqlx::query(sql).execute(self.app.pool()).await.unwrap();
        }
    }

    /// A new process, and everybody does again what was not answered: the customer asks for the order and pays it, the gateway tells of it.
    /// At the end so many orders are paid, each with one intent, one receipt and one cup.
    async fn converges(&self, purchase: &Purchase, orders: i32) {
        self.leases_run_out().await;
        self.process.start_again().await;
        self.converges_within(CONVERGES, purchase, orders).await;
    }

    async fn converges_within(&self, limit: Duration, purchase: &Purchase, orders: i32) {
        let start = Instant::now();
        let converged = async {
            let order = purchase.finish(self).await;
            // At least so many; then the last of them has to be noted.
            self.mails.until(2 * usize::try_from(orders).unwrap()).await;
            self.mails_are_sent().await;
            order
        };
        let order = tokio::time::timeout(limit, converged).await.expect("not within the time after the restart");
        println!("converged {:.1} s after the restart", start.elapsed().as_secs_f64());
        assert_eq!(self.app.status(order).await, "paid");
        self.assert_exactly(orders).await;
    }

    async fn mails_are_sent(&self) {
        while self.app.count("select count(*) from outbox where status <> 'sent'").await > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Exactly so many purchases, whatever was repeated.
    async fn assert_exactly(&self, orders: i32) {
        let count = i64::from(orders);
        assert_eq!(self.app.count("select count(*) from orders").await, count);
        assert_eq!(self.app.count("select count(*) from orders where status = 'paid'").await, count);
        assert_eq!(self.app.count("select count(*) from stripe_sandbox.objects where kind = 'payment_intent'").await, count);
        assert_eq!(self.app.stock(self.cup).await, STOCK - orders);
        for kind in ["receipt", "new_order"] {
            let sql = "select count(*) from outbox where kind = $1";
            assert_eq!(sqlx::query_scalar::<_, i64>(sql).bind(kind).fetch_one(self.app.pool()).await.unwrap(), count, "{kind}");
        }
        let ids = self.message_ids();
        let different: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(different.len(), 2 * usize::try_from(orders).unwrap(), "a receipt and the vendor's news for each: {ids:?}");
        self.app.assert_invariants().await;
    }

    /// Of all mails that arrived.
    fn message_ids(&self) -> Vec<String> {
        let id = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Message-ID: ").map(str::to_owned)).unwrap();
        self.mails.mails().iter().map(id).collect()
    }
}

impl Purchase {
    /// A click on "Place the order"; none if the server died before it could answer.
    async fn place(&self) -> Option<OrderId> {
        let fields = [("address_id", self.buyer.address_id.to_string()), ("fingerprint", self.fingerprint.clone())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let page = self.buyer.browser.try_call("/api/checkout/place-order", &fields).await.ok()?;
        assert!(page.status.is_success(), "{} {}", page.status, page.text);
        Some(page.json())
    }

    /// The rest of the purchase, from wherever it was left; each step may be one that is done already.
    async fn finish(&self, scene: &Scene) -> OrderId {
        let sql = "select o.id from orders o join addresses a on a.user_id = o.user_id where a.id = $1 and o.status <> 'pending'";
        let done: Option<OrderId> = sqlx::query_scalar(sql).bind(self.buyer.address_id).fetch_optional(scene.app.pool()).await.unwrap();
        let order = match done {
            Some(order) => order,
            None => self.place().await.unwrap(),
        };
        // Where it is paid, or says that it was.
        let page = self.buyer.browser.get(&format!("/checkout/{order}/pay")).await;
        assert!(page.status.is_success() || page.status.is_redirection(), "{}", page.status);
        if scene.app.status(order).await == "pending" {
            scene.pay(order).await;
        }
        assert_eq!(scene.tell(order).await, Some(200));
        order
    }

    /// All of it, until it is done or the server dies.
    async fn go(&self, scene: &Scene) -> Option<()> {
        let order = self.place().await?;
        scene.pay(order).await;
        scene.tell(order).await?;
        Some(())
    }
}

const ORDERS: &str = "select count(*) from orders";
const INTENTS: &str = "select count(*) from stripe_sandbox.objects where kind = 'payment_intent'";
const KNOWN_INTENTS: &str = "select count(*) from payments where intent_id is not null";

/// Killed while the order is being placed. Until then so much of it was kept: orders, intents at the gateway, intents that we know of.
async fn killed_while_placing(pool: PgPool, place: &str, kept: [i64; 3]) {
    let scene = Scene::set(&pool).await;
    let purchase = scene.purchase("ada").await;
    let halt = Halt::at(&pool, place).await;
    let (answer, ()) = tokio::join!(purchase.place(), scene.kill_at(halt));
    assert_eq!(answer, None, "nobody was told of an order");
    let mut found = [0; 3];
    for (n, query) in [ORDERS, INTENTS, KNOWN_INTENTS].into_iter().enumerate() {
        found[n] = scene.app.count(query).await;
    }
    assert_eq!(found, kept);
    scene.converges(&purchase, 1).await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f1_after_the_order_was_written_and_not_committed(pool: PgPool) {
    killed_while_placing(pool, "after insert on orders", [0, 0, 0]).await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f2_after_the_order_before_the_gateway_has_done_anything(pool: PgPool) {
    killed_while_placing(pool, "before insert on stripe_sandbox.objects when (new.kind = 'payment_intent')", [1, 0, 0]).await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f3_after_the_intent_was_made_before_its_id_is_kept(pool: PgPool) {
    killed_while_placing(pool, "before update of intent_id on payments", [1, 1, 0]).await;
}

/// A paid order of which the shop does not know yet that it is.
async fn charged(pool: &PgPool) -> (Scene, Purchase, OrderId) {
    let scene = Scene::set(pool).await;
    let purchase = scene.purchase("ada").await;
    let order = purchase.place().await.unwrap();
    scene.pay(order).await;
    (scene, purchase, order)
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f4_inside_the_transaction_of_the_webhook(pool: PgPool) {
    let (scene, purchase, order) = charged(&pool).await;
    // The goods are taken and the order is paid; the mails are not written yet.
    let halt = Halt::at(&pool, "after update on orders when (new.status = 'paid')").await;
    let (answer, ()) = tokio::join!(scene.tell(order), scene.kill_at(halt));
    assert_eq!((answer, scene.app.status(order).await.as_str(), scene.app.stock(scene.cup).await), (None, "pending", STOCK));
    assert_eq!(scene.app.count("select count(*) from stripe_events").await, 0, "so that the same event counts when it comes again");
    scene.converges(&purchase, 1).await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f5_after_the_commit_of_the_webhook(pool: PgPool) {
    let (scene, purchase, order) = charged(&pool).await;
    let kill = async {
        while scene.app.status(order).await != "paid" {
            tokio::task::yield_now().await;
        }
        scene.process.kill().await;
    };
    // Whether the answer went out before the end or not: the gateway never got it, and tells of it again.
    let (_lost, ()) = tokio::join!(scene.tell(order), kill);
    scene.converges(&purchase, 1).await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f6_before_the_mail(pool: PgPool) {
    let (scene, purchase, order) = charged(&pool).await;
    let halt = Halt::at(&pool, "before update on outbox when (new.leased_until > now())").await;
    let (_, ()) = tokio::join!(scene.tell(order), scene.kill_at(halt));
    assert_eq!(scene.mails.mails().len(), 0);
    // The real thing, for once: the job that sends mails is the dead process's for the rest of its lease.
    scene.process.start_again().await;
    scene.converges_within(CONVERGES + WORK, &purchase, 1).await;
    assert_eq!(scene.mails.mails().len(), 2, "none was repeated");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f6_after_the_mail_before_it_is_noted(pool: PgPool) {
    let (scene, purchase, order) = charged(&pool).await;
    let mut halt = Halt::at(&pool, "before update on outbox when (new.status = 'sent')").await;
    let kill = async {
        // Both have been taken by the mail server, which said so.
        halt.reached_by(2).await;
        scene.kill_at(halt).await;
    };
    let (_, ()) = tokio::join!(scene.tell(order), kill);
    assert_eq!(scene.mails.mails().len(), 2);
    scene.converges(&purchase, 1).await;
    assert_eq!(scene.mails.mails().len(), 4, "repeated, under the same Message-IDs");
}

/// Rows that a purchase writes, with those of the payment sandbox and of the mails; a few more or fewer by what jobs do meanwhile.
const WRITES: u64 = 36;
/// Every sixth of them in one run, beginning with a chance one: all of them take half a minute.
const STEP: u64 = 6;

/// F1–F6, at places that nobody thought of: before any row that a purchase writes.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn killed_before_any_row(pool: PgPool) {
    let scene = Scene::set(&pool).await;
    let first = 1 + Seed::take("killed_before_any_row").below(STEP);
    for (done, row) in (first..=WRITES).step_by(usize::try_from(STEP).unwrap()).enumerate() {
        let purchase = scene.purchase(&format!("buyer{row}")).await;
        println!("killed before row {row}");
        let mut halt = Halt::at_write(&pool, row.cast_signed()).await;
        let go = async {
            purchase.go(&scene).await;
            scene.mails_are_sent().await;
        };
        tokio::select! {
            () = halt.reached() => {}
            () = go => println!("the purchase has fewer rows"),
        }
        scene.process.kill().await;
        halt.bury().await;
        scene.converges(&purchase, 1 + i32::try_from(done).unwrap()).await;
    }
}
