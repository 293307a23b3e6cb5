//! What is shown instead of a page: not found, not allowed, not working.

use http::StatusCode;
use http::header::RETRY_AFTER;
use leptos::prelude::*;

use super::document::Document;
use super::here;
use crate::accounts::with_next;
use crate::error::AppError;
use crate::ui::{ButtonLink, EmptyState, Look};

fn set_status(error: &AppError) {
    if let (Some(response), Ok(status)) = (use_context::<leptos_axum::ResponseOptions>(), StatusCode::from_u16(error.status_code())) {
        response.set_status(status);
        if let Some(seconds) = error.retry_after_s() {
            response.insert_header(RETRY_AFTER, seconds.into());
        }
    }
}

/// The first page of the dashboard that an address lies in, and the words of the way back to it.
fn desk(address: &str) -> Option<(&'static str, &'static str)> {
    let within = |first: &str| address.strip_prefix(first).is_some_and(|rest| rest.starts_with(['/', '?']));
    [("/vendor", "Back to your shop"), ("/admin", "Back to the administration")].into_iter().find(|(first, _)| within(first))
}

/// The page of an error, with its status. Who is not signed in is sent to sign in, and back afterwards.
pub fn view(error: AppError) -> impl IntoView {
    if error == AppError::Unauthenticated {
        leptos_axum::redirect(&with_next("/sign-in", &here()));
        return ().into_any();
    }
    set_status(&error);
    let desk = desk(&here()).filter(|_| error != AppError::Forbidden);
    let (icon, title, text) = match &error {
        AppError::NotFound if desk.is_some() => {
            ("search", "This page is not here".to_owned(), "It may have moved, or what it showed is no more.".to_owned())
        }
        AppError::NotFound => (
            "search",
            "This page is not here".to_owned(),
            "It may have moved, or the product may have been taken off the shelf.".to_owned(),
        ),
        AppError::Forbidden => {
            ("lock", "This page is not for your account".to_owned(), "You are signed in, but with another kind of account.".to_owned())
        }
        AppError::TwoStepRequired => ("lock", "Two-step sign-in comes first".to_owned(), error.to_string()),
        AppError::Offline | AppError::TimedOut | AppError::TooManyRequests { .. } => {
            ("clock", "Just a moment, please".to_owned(), error.to_string())
        }
        AppError::Conflict(_) | AppError::Invalid(_) => ("info", "This does not work any more".to_owned(), error.to_string()),
        AppError::Internal { .. } | AppError::Unauthenticated => ("alert", "Something went wrong".to_owned(), error.to_string()),
    };
    let (href, way) = match desk {
        _ if error == AppError::TwoStepRequired => ("/account/two-step", "Set it up"),
        Some(desk) => desk,
        None => ("/products", "Browse everything"),
    };
    view! {
        <Document title=title.clone()/>
        <div class="wrap">
            <EmptyState icon=icon title=title text=text whole_page=true>
                <div class="cluster">
                    <ButtonLink href=href>{way}</ButtonLink>
                    <ButtonLink href="/" look=Look::Secondary>"Home page"</ButtonLink>
                </div>
            </EmptyState>
        </div>
    }
    .into_any()
}

/// For addresses that no route has.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view(AppError::NotFound)
}
