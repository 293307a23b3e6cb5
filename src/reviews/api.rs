//! Writing, answering, reporting and moderating reviews. Plain forms: they answer with a redirect.

use leptos::prelude::*;

use super::Decision;
use crate::error::AppError;
use crate::values::{NothingElse, OrderLineId, ReviewId};

/// Writes or changes the review of a line of one's own order.
#[server(name = SaveReview, prefix = "/api", endpoint = "reviews/save")]
pub async fn save_review(
    line_id: OrderLineId,
    #[server(default)] rating: String,
    #[server(default)] title: String,
    #[server(default)] body: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let opinion = super::Opinion::parse(&rating, &title, &body)?;
    let order = super::service::writing::save(&crate::platform::request::state()?, &customer, line_id, &opinion).await?;
    leptos_axum::redirect(&format!("{}?done=saved", super::line_url(order, line_id)));
    Ok(())
}

/// Deletes it.
#[server(name = DeleteReview, prefix = "/api", endpoint = "reviews/delete")]
pub async fn delete_review(line_id: OrderLineId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let order = super::service::writing::delete(&crate::platform::request::state()?.db, &customer, line_id).await?;
    leptos_axum::redirect(&format!("{}?done=deleted", super::line_url(order, line_id)));
    Ok(())
}

/// Answers a review of one's own product, or corrects the answer.
#[server(name = SaveReply, prefix = "/api", endpoint = "reviews/reply")]
pub async fn save_reply(review_id: ReviewId, reply: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::ApprovedVendor::require().await?;
    super::service::replies::reply(&crate::platform::request::state()?, &vendor, review_id, &reply).await?;
    leptos_axum::redirect(&format!("/vendor/reviews/{review_id}?done=saved"));
    Ok(())
}

/// Takes the answer back.
#[server(name = RemoveReply, prefix = "/api", endpoint = "reviews/remove-reply")]
pub async fn remove_reply(review_id: ReviewId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::ApprovedVendor::require().await?;
    super::service::replies::remove_reply(&crate::platform::request::state()?.db, &vendor, review_id).await?;
    leptos_axum::redirect(&format!("/vendor/reviews/{review_id}?done=removed"));
    Ok(())
}

/// Tells the admins about a review.
#[server(name = ReportReview, prefix = "/api", endpoint = "reviews/report")]
pub async fn report_review(
    review_id: ReviewId,
    reason: String,
    #[server(default)] note: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    super::service::moderation::report(&crate::platform::request::state()?.db, &customer, review_id, &reason, &note).await?;
    leptos_axum::redirect(&format!("/reviews/{review_id}/report?done=reported"));
    Ok(())
}

/// Hides a review, keeps it, or shows it again. `seen` is the version of its text that was seen.
#[server(name = ModerateReview, prefix = "/api", endpoint = "reviews/moderate")]
pub async fn moderate_review(
    review_id: ReviewId,
    seen: i64,
    decision: Decision,
    #[server(default)] reason: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    let state = crate::platform::request::state()?;
    super::service::moderation::decide(&state, &admin, (review_id, seen), decision, &reason).await?;
    leptos_axum::redirect(&format!("/admin/reviews/{review_id}?done={decision}"));
    Ok(())
}
