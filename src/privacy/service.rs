//! Export and erasure, composed of what each noun knows about a person.

use serde_json::{Value, json};

use crate::accounts::guard::Customer;
use crate::accounts::service::{Caller, addresses, reauthenticate, sessions, users};
use crate::accounts::{Password, Session};
use crate::error::{AppError, Conflict};
use crate::platform::db::Db;
use crate::platform::state::AppState;
use crate::vendors::VendorStatus;
use crate::{audit, catalogue, notifications, orders, reviews, vendors, wishlist};

/// All that the shop knows about somebody (GDPR, articles 15 and 20). Passwords and the secrets of the second step are no data about them.
///
/// # Errors
/// Those of the database.
pub async fn export(db: &Db, customer: &Customer) -> Result<Value, AppError> {
    let user = customer.user();
    let addresses: Vec<_> = addresses(db, customer).await?.into_iter().map(|saved| saved.address).collect();
    let sessions: Vec<_> = sessions::list(db, customer)
        .await?
        .into_iter()
        .map(|Session { device, opened_at, seen_at, .. }| json!({ "device": device, "opened_at": opened_at, "seen_at": seen_at }))
        .collect();
    let shop = vendors::service::find_by_owner(db, user.id).await?.map(|shop| {
        json!({ "name": shop.profile.name, "slug": shop.slug.to_string(), "tagline": shop.profile.tagline, "story": shop.profile.story,
            "city": shop.profile.city, "country_code": shop.profile.country_code, "contact_email": shop.profile.contact_email,
            "status": shop.status, "applied_at": shop.applied_at })
    });
    Ok(json!({
        "account": { "id": user.id, "email": user.email, "email_confirmed": user.email_verified, "name": user.name, "role": user.role, "two_step": user.two_step },
        "addresses": addresses,
        "sessions": sessions,
        "wishlist": wishlist::service::saved(db, customer).await?,
        "orders": orders::service::export(db, customer).await?,
        "reviews": reviews::service::export(db, customer).await?,
        "shop": shop,
    }))
}

/// Deletes the account. Orders keep their figures and reviews their words, and both lose what names a person; applications that never became
/// a shop go along.
///
/// # Errors
/// `Invalid` for a wrong password; `Conflict` while a shop stands, an order is open, or nobody else could administer.
pub async fn close_account(state: &AppState, customer: &Customer, password: &Password, caller: &Caller) -> Result<(), AppError> {
    reauthenticate(state, customer, password, caller).await?;
    let id = customer.user_id();
    // Before the transaction, which must not wait for a second connection; what changes meanwhile `withdraw` finds out.
    let shop = vendors::service::find_by_owner(&state.db, id).await?;
    if shop.as_ref().is_some_and(|shop| matches!(shop.status, VendorStatus::Approved | VendorStatus::Suspended)) {
        return Err(Conflict::ShopOpen.into());
    }
    let mut tx = state.db.begin().await?;
    // First of all: an order that is being placed is found below, and none is placed after that.
    users::lock_to_delete(&mut tx, id).await?;
    orders::service::forget_customer(&mut tx, id).await?;
    reviews::service::forget_author(&mut tx, id).await?;
    if let Some(shop) = shop {
        catalogue::service::delete_unsold(&mut tx, shop.id).await?;
        vendors::service::withdraw(&mut tx, shop.id).await?;
        audit::service::forget(&mut tx, "vendor", shop.id.0).await?;
    }
    audit::service::forget(&mut tx, "user", id.0).await?;
    notifications::service::forget_recipient(&mut tx, customer.email()).await?;
    users::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}
