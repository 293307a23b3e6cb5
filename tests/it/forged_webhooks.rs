//! Everything that is not signed by the gateway, at the endpoint itself: refused, and not a row of the database is another one.

use http::header::CONTENT_TYPE;
use http::{HeaderName, Method};
use secrecy::ExposeSecret;
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::VISA;
use crate::support::tables::{changed, contents};
use crate::webhook_signature::{forgeries, header, payload_about};

const SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");
const PATH: &str = "/webhooks/stripe";

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn hundreds_of_forgeries_change_nothing(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    // The money is there: a forgery that got through would bring the goods.
    assert_eq!(app.confirm(order, VISA).await, 200);
    let secret = app.state.config.stripe.webhook_secrets[0].expose_secret().to_owned();
    let payload = payload_about(&app.intent_id(order).await, order);
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let before = contents(app.pool()).await;

    let cases = forgeries(&payload, &secret);
    assert!(cases.len() >= 300, "{}", cases.len());
    for (name, body, signature) in &cases {
        let mut request =
            app.browser().request(Method::POST, PATH).header(CONTENT_TYPE, "application/json; charset=utf-8").body(body.clone());
        if let Some(signature) = signature {
            request = request.header(SIGNATURE, signature);
        }
        assert_eq!(request.send().await.unwrap().status(), 400, "{name}");
    }

    let stranger = header(&payload, "whsec_of_somebody_else", now);
    for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/octet-stream", ""] {
        let request = app.browser().request(Method::POST, PATH).header(CONTENT_TYPE, kind).header(SIGNATURE, &stranger);
        assert_eq!(request.body(payload.clone()).send().await.unwrap().status(), 400, "{kind}");
    }
    let genuine = header(&payload, &secret, now);
    for second in [&genuine, &stranger] {
        let request = app.browser().request(Method::POST, PATH).header(SIGNATURE, &genuine).header(SIGNATURE, second);
        assert_eq!(request.body(payload.clone()).send().await.unwrap().status(), 400, "two headers are none");
    }
    for elsewhere in ["Authorization", "X-Stripe-Signature", "Stripe_Signature"] {
        let request = app.browser().request(Method::POST, PATH).header(elsewhere, &genuine);
        assert_eq!(request.body(payload.clone()).send().await.unwrap().status(), 400, "signed in {elsewhere}");
    }
    let live = payload.replace("\"livemode\":false", "\"livemode\":true");
    assert_eq!(app.webhook_signed(&live, &header(&live, &secret, now)).await, 400, "signed, but of the other mode");
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let request = app.browser().request(method.clone(), PATH).header(SIGNATURE, &genuine);
        assert_eq!(request.body(payload.clone()).send().await.unwrap().status(), 405, "{method}");
    }

    assert_eq!(changed(&before, &contents(app.pool()).await), [""; 0]);
    // The control: the same message with nothing wrong.
    assert_eq!(app.webhook_signed(&payload, &header(&payload, &secret, now)).await, 200);
    assert_eq!(app.status(order).await, "paid");
    app.assert_invariants().await;
}
