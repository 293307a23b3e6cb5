//! One file per URL (or pair of URLs). A page loads what it shows, composes components and islands, and has no rules of its own.

pub mod account;
mod addresses;
pub mod admin;
pub mod api_docs;
pub mod cart;
pub mod checkout;
pub mod confirm_email;
mod dashboard;
mod dates;
mod document;
mod facets;
mod figures;
pub mod frame;
mod goods;
mod history;
pub mod home;
pub mod listing;
pub mod mailbox;
pub mod memo;
pub mod problem;
pub mod product;
pub mod report;
pub mod reset_password;
pub mod reviews;
pub mod sell;
pub mod shop;
pub mod sign_in;
pub mod sign_up;
pub mod site;
pub mod thanks;
mod totals;
pub mod vendor;
pub mod wishlist;

use std::future::Future;

use futures::TryFutureExt;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos_router::params::ParamsMap;
use tokio::task::JoinError;
use tokio_util::task::AbortOnDropHandle;

use crate::error::AppError;
use crate::platform::request;

/// Runs a load as a task of its own, in the context of the component that asks for it.
///
/// Leptos polls each part of a page once and then waits for them one after the other: a part that waits for its turn is not polled. If it
/// holds something that the part in front needs (the place in the queue of a fair lock, a connection of the pool), both wait for ever. A task
/// is driven by the runtime whoever waits for it.
pub fn driven<T: Send + 'static>(
    load: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = Result<T, JoinError>> + Send + 'static {
    // Boxed, or each hand it goes through copies it, twice as large as the one before (5 kB became 47).
    let load = ScopedFuture::new_untracked(Box::pin(load));
    // Begun when first polled, since the list of routes is made without polling anything.
    async move { AbortOnDropHandle::new(tokio::spawn(load)).await }
}

/// Renders what `load` yields, or the page of its error with the right status. Nothing is sent before it is done: pages are rendered in
/// `SsrMode::Async`, so that a status and a redirect can still be set.
pub fn loaded<V: IntoView + 'static>(load: impl Future<Output = Result<V, AppError>> + Send + 'static) -> impl IntoView {
    let load = driven(load.map_ok(|view| view.into_any()));
    let page = Suspend::new(async move {
        match load.await {
            Ok(Ok(view)) => view,
            Ok(Err(error)) => problem::view(error).into_any(),
            Err(failure) => problem::view(AppError::internal(failure)).into_any(),
        }
    });
    view! { <Suspense fallback=|| ()>{page}</Suspense> }
}

/// Path and query of this request.
pub fn here() -> String {
    // Without a request there is one reader alone: the list of routes, made when the server starts.
    request::of_parts(|parts| parts.uri.path_and_query().map(ToString::to_string)).flatten().unwrap_or_else(|| "/".to_owned())
}

/// One parameter of the query.
pub fn query(name: &str) -> Option<String> {
    leptos_router::hooks::use_query_map().with_untracked(|query| query.get(name))
}

/// All parameters of the query, for what is read once the page has begun to load.
pub fn queries() -> ParamsMap {
    leptos_router::hooks::use_query_map().get_untracked()
}

/// One part of the path, if it is there and reads as what it must be.
///
/// # Errors
/// `NotFound` otherwise: there is no such page.
pub fn path_part<T: std::str::FromStr>(name: &str) -> Result<T, AppError> {
    let text = leptos_router::hooks::use_params_map().with_untracked(|params| params.get(name));
    text.and_then(|text| text.parse().ok()).ok_or(AppError::NotFound)
}
