//! Reviews as things of the matrix.

use uuid::Uuid;

use super::actors::Me;
use super::scene::Scene;
use super::things::{Made, Object, owner, paid_order, product_of_shop};

/// A line of an order that has arrived. Order and line have one id.
pub async fn delivered_line(scene: &Scene, object: Object, me: &Me) -> Made {
    let product = product_of_shop(scene, Object::Others, me, "published").await.id;
    paid_order(scene, owner(scene, object, me).await, &product, "delivered").await
}

/// The same, with its review.
pub async fn reviewed_line(scene: &Scene, object: Object, me: &Me) -> Made {
    let line = delivered_line(scene, object, me).await;
    let statement = "with r as (insert into reviews (id, product_id, order_line_id, user_id, author_name, rating)
                       select gen_random_uuid(), l.product_id, l.id, o.user_id, 'Ada L.', 5
                       from order_lines l join orders o on o.id = l.order_id where l.id = $1::uuid returning product_id)
                     update products p set rating_count = rating_count + 1, rating_sum = rating_sum + 5 from r where p.id = r.product_id";
    sqlx::query(statement).bind(&line.id).execute(scene.app.pool()).await.unwrap();
    line
}

/// A review of a shop's product; the version of its text is its secret.
pub async fn review_of_shop(scene: &Scene, object: Object, me: &Me) -> Made {
    let product = product_of_shop(scene, object, me, "published").await.id.parse().unwrap();
    review(scene, product, false).await
}

/// A review as strangers find it: shown, or hidden.
pub async fn shown_review(scene: &Scene, object: Object) -> Made {
    review(scene, scene.shown.product_id.0, object != Object::Own).await
}

async fn review(scene: &Scene, product: Uuid, hidden: bool) -> Made {
    let statement = "with r as (insert into reviews (id, product_id, author_name, rating, imported, hidden_at, hidden_reason)
                       values (gen_random_uuid(), $1, 'Ines', 4, true, case when $2 then now() end, case when $2 then 'No.' end) returning *),
                     p as (update products p set rating_count = rating_count + 1, rating_sum = rating_sum + 4 from r where p.id = $1 and not $2)
                     select id::text, ((extract(epoch from created_at) * 1000000)::bigint)::text from r";
    let (id, secret) = sqlx::query_as(statement).bind(product).bind(hidden).fetch_one(scene.app.pool()).await.unwrap();
    Made { id, secret }
}
