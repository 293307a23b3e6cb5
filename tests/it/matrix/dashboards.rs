//! The dashboards' rows: what admins do about the machinery and the site.

use super::recipe::{Recipe, form, get};
use super::scene::Scene;
use super::things::{Made, Object, Sharing, Thing};

/// What the rows are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeskThing {
    /// A mail that was given up.
    FailedMail,
    /// An event that could not be applied, and is not about our orders.
    FailedEvent,
    /// One that has run on some instance.
    Job,
    /// There is one of them. Its version is its secret; so is that of a text.
    Settings,
    /// A text as admins write it. What is sent is always the same: saving what stands there already is no conflict.
    Text,
    /// An order with a refund that does not get through.
    HangingRefund,
    /// One that everybody can read, or that nobody has written.
    WrittenText,
}

const MAIL: Thing = Thing::Desk(DeskThing::FailedMail);
const EVENT: Thing = Thing::Desk(DeskThing::FailedEvent);
const JOB: Thing = Thing::Desk(DeskThing::Job);
const SETTINGS: Thing = Thing::Desk(DeskThing::Settings);
const TEXT: Thing = Thing::Desk(DeskThing::Text);

pub const RECIPES: &[Recipe] = &[
    get("/pages/{page}").about(Thing::Desk(DeskThing::WrittenText)),
    get("/admin"),
    get("/admin/mails"),
    get("/admin/mails/{mail}").about(MAIL),
    get("/admin/events"),
    get("/admin/events/{event}").about(EVENT),
    get("/admin/jobs"),
    get("/admin/audit"),
    get("/admin/health"),
    get("/admin/settings"),
    get("/admin/settings/pages/{page}").about(TEXT),
    form("/api/checkout/given-back-elsewhere", &[("order_id", "{id}"), ("how", "By a transfer.")])
        .about(Thing::Desk(DeskThing::HangingRefund))
        .leads_to(&["/admin/orders/*"]),
    form("/api/dashboard/retry-mail", &[("mail_id", "{id}")]).about(MAIL).leads_to(&["/admin/mails/*"]),
    form("/api/dashboard/leave-mail", &[("mail_id", "{id}")]).about(MAIL).leads_to(&["/admin/mails/*"]),
    form("/api/dashboard/replay-event", &[("event_id", "{id}")]).about(EVENT).leads_to(&["/admin/events/*"]),
    form("/api/dashboard/give-up-event", &[("event_id", "{id}")]).about(EVENT).leads_to(&["/admin/events/*"]),
    form("/api/dashboard/run-job", &[("job", "{id}")]).about(JOB).leads_to(&["/admin/jobs"]),
    form(
        "/api/dashboard/save-settings",
        &[
            ("version", "{secret}"),
            ("shop_name", "Souk"),
            ("tagline", "Goods."),
            ("sender_name", ""),
            ("sender_address", ""),
            ("footer_note", ""),
            ("footer_links", "Help: /pages/contact"),
        ],
    )
    .about(SETTINGS)
    .leads_to(&["/admin/settings"]),
    form("/api/dashboard/save-page", &[("page", "{id}"), ("version", "{secret}"), ("body", "# Terms")])
        .about(TEXT)
        .leads_to(&["/admin/settings/pages/*"]),
];

impl DeskThing {
    pub fn sharing(self) -> Sharing {
        if self == Self::WrittenText { Sharing::OnShow } else { Sharing::Common }
    }

    pub async fn make(self, scene: &Scene, object: Object) -> Made {
        let statement = match (self, object) {
            (Self::FailedMail, _) => {
                "insert into outbox (id, kind, dedupe_key, recipient, subject, body_text, body_html, status, attempts, last_error)
                 select id, 'receipt', 'mail:' || id, 'ada@people.example', 'Your order', 'Thank you.', '<p>Thank you.', 'dead', 3, '550 nobody'
                 from (select gen_random_uuid() as id) new returning id::text, ''"
            }
            (Self::FailedEvent, _) => {
                r#"insert into stripe_events (id, type, payload, outcome, last_error)
                   select id, 'customer.created', '{"id":"' || id || '","object":"event","type":"customer.created","livemode":false,'
                     || '"created":1790000000,"api_version":"2026-09-30.endive","pending_webhooks":1,"request":null,'
                     || '"data":{"object":{"id":"cus_1","object":"customer"}}}', 'failed', 'Not yet.'
                   from (select 'evt_' || replace(gen_random_uuid()::text, '-', '') as id) new returning id, ''"#
            }
            (Self::Job, _) => {
                "insert into job_leases (name, next_run_at) values ('job-' || gen_random_uuid(), now() + interval '1 day') returning name, ''"
            }
            (Self::HangingRefund, _) => {
                "insert into refunds (id, order_id, payment_id, amount_minor, currency, reason, attempts, next_attempt_at)
                 select gen_random_uuid(), p.order_id, p.id, 1, 'USD', 'amount_differs', 9, now() + interval '1 hour'
                 from (select id, order_id from payments p where status = 'succeeded'
                     and amount_minor > coalesce((select sum(amount_minor) from refunds where payment_id = p.id), 0)
                   order by id desc limit 1 for update) p
                 returning order_id::text, ''"
            }
            (Self::Settings, _) => "select '', version::text from site_settings",
            (Self::Text, _) => "select slug, version::text from site_pages where slug = 'terms'",
            (Self::WrittenText, Object::Own) => {
                "update site_pages set body = 'We.', body_html = '<p>We.</p>' where slug = 'imprint' returning slug, ''"
            }
            (Self::WrittenText, _) => "select slug, '' from site_pages where slug = 'privacy'",
        };
        let (id, secret) = sqlx::query_as(statement).fetch_one(scene.app.pool()).await.unwrap();
        Made { id, secret }
    }
}
