//! `/product/{slug}/reviews`

use leptos::either::Either;
use leptos::prelude::*;

use super::dates::long;
use super::document::Document;
use super::{loaded, path_part, query};
use crate::catalogue::product_url;
use crate::platform::request;
use crate::reviews::ui::{RatingBars, ReviewList};
use crate::reviews::{Place, ReviewPage};
use crate::ui::{Breadcrumbs, Stars};
use crate::values::Slug;

/// Where all reviews of a product stand.
pub fn reviews_url(product: &Slug) -> String {
    format!("{}/reviews", product_url(product))
}

/// All that was said about one product, some at a time.
#[component]
pub fn ReviewsPage() -> impl IntoView {
    let slug = path_part::<Slug>("slug");
    // What is no place is the beginning.
    let after = query("after").and_then(|text| text.parse::<Place>().ok());
    loaded(async move {
        let slug = slug?;
        let state = request::state()?;
        let product = crate::catalogue::service::product(&state.db, &slug).await?;
        let page = crate::reviews::service::of_product(&mut state.db.reader().await?, product.id, after).await?;
        let ReviewPage { reviews, distribution, next } = page;
        let url = reviews_url(&slug);
        let trail = vec![("Home".to_owned(), "/".to_owned()), (product.name.clone(), product.url())];
        let first = after.map(|_| view! { <a class="button button-secondary" href=url.clone()>"Newest reviews"</a> });
        let on =
            next.map(|next| view! { <a class="button button-secondary" href=format!("{url}?after={next}") rel="next">"More reviews"</a> });
        let list = if reviews.is_empty() {
            Either::Left(view! { <p class="muted">"Nobody has written more about it."</p> })
        } else {
            Either::Right(view! { <ReviewList reviews=reviews date=long/> })
        };
        let title = format!("Reviews of {}", product.name);
        Ok(view! {
            <Document title=title.clone() canonical=url.clone() copy=after.is_some()/>
            <div class="wrap">
                <Breadcrumbs trail=trail here="Reviews"/>
                <header class="page-head"><h1>{title}</h1></header>
                <div class="reviews">
                    <div class="stack"><Stars count=i64::from(product.rating_count) sum=product.rating_sum/><RatingBars distribution=distribution/></div>
                    <div class="stack"><h2 class="visually-hidden">"Reviews"</h2>{list}<p class="cluster">{first}{on}</p></div>
                </div>
            </div>
        })
    })
}
