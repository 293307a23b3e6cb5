//! What vendors make for their programs, as things of the matrix.

use uuid::Uuid;

use super::actors::Me;
use super::scene::Scene;
use super::things::{Made, Object, any_shop};

/// What the rows are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProgramThing {
    ApiToken,
    WebhookEndpoint,
    WebhookDelivery,
}

pub async fn make(scene: &Scene, thing: ProgramThing, object: Object, me: &Me) -> Made {
    match thing {
        ProgramThing::ApiToken => api_token(scene, object, me).await,
        ProgramThing::WebhookEndpoint => webhook_endpoint(scene, object, me).await,
        ProgramThing::WebhookDelivery => webhook_delivery(scene, object, me).await,
    }
}

/// A token of a shop's owner.
async fn api_token(scene: &Scene, object: Object, me: &Me) -> Made {
    let statement = "insert into api_tokens (id, user_id, name, hash, beginning, scopes)
                     select gen_random_uuid(), owner_id, 'Stock', sha256(gen_random_uuid()::text::bytea), 'souk_api_', '{orders:read}'
                     from vendors where id = $1 returning id::text";
    made(scene, statement, any_shop(scene, object, me).await.0).await
}

/// An address that is told what happens.
async fn webhook_endpoint(scene: &Scene, object: Object, me: &Me) -> Made {
    let statement = "insert into webhook_endpoints (id, vendor_id, url, sealed_secret)
                     values (gen_random_uuid(), $1, 'https://hooks.example/' || gen_random_uuid(), decode(repeat('00', 40), 'hex')) returning id::text";
    made(scene, statement, any_shop(scene, object, me).await.0).await
}

/// A message that was sent there.
async fn webhook_delivery(scene: &Scene, object: Object, me: &Me) -> Made {
    let endpoint = webhook_endpoint(scene, object, me).await.id.parse().unwrap();
    let statement = "insert into webhook_deliveries (id, endpoint_id, vendor_id, event, dedupe_key, payload, status)
                     select gen_random_uuid(), id, vendor_id, 'order.paid', 'x', '{}', 'delivered' from webhook_endpoints where id = $1
                     returning id::text";
    made(scene, statement, endpoint).await
}

async fn made(scene: &Scene, statement: &'static str, of: Uuid) -> Made {
    let id = sqlx::query_scalar(statement).bind(of).fetch_one(scene.app.pool()).await.unwrap();
    Made { id, secret: String::new() }
}
