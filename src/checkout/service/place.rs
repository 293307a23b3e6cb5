//! From a confirmed review to a pending order: one transaction, then the gateway.

use super::review::{fingerprint, hex};
use crate::accounts::guard::Customer;
use crate::accounts::service::users;
use crate::cart::Cart;
use crate::error::{AppError, Conflict};
use crate::platform::state::AppState;
use crate::platform::uncancelled::uncancelled;
use crate::values::{Address, AddressId, MAX_CHARGE_MINOR, OrderId};
use crate::{cart, catalogue, orders, payments};

/// Places what the review page showed. A second click or tab finds the same order. The payment intent is created afterwards; if the gateway
/// cannot be reached the order stands and the pay page tries again under the same key. An unpaid order of theirs for the same goods, placed
/// with another address, say, is replaced: nobody should be able to pay for both by mistake.
///
/// # Errors
/// `CartEmpty`; `CartChanged` when goods, prices, shipping or address differ from what was confirmed; `NotEnoughStock` and `NotForSale`;
/// `AmountNotChargeable`; `AlreadyPaid` and `PaymentUnderWay` when that is so of the order to be replaced; `Unauthenticated` for an account
/// that was closed just now. With any of them there is no order to pay.
pub async fn place(state: &AppState, customer: &Customer, address_id: AddressId, confirmed: &str) -> Result<OrderId, AppError> {
    let address = crate::accounts::service::address(&state.db, customer, address_id).await?;
    let (shop, buyer, confirmed) = (state.clone(), customer.clone(), confirmed.to_owned());
    // The visitor may be gone by now; the transaction goes on, and so does what follows from it.
    let order = uncancelled(async move {
        let Placed { order, replaces } = insert(&shop, &buyer, &address, &confirmed).await?;
        for earlier in replaces {
            replace(&shop, &buyer, earlier, order).await?;
        }
        Ok(order)
    })
    .await?;
    if let Err(error) = super::ensure_intent(state, order).await {
        tracing::warn!(%order, %error, "no payment intent yet; the pay page asks again");
    }
    Ok(order)
}

/// Closes an unpaid order for the same goods. If it turns out to be paid, or nearly so, it is the new one that goes. What is interrupted here is
/// done by the job that closes orders; until then the pay page of the earlier one offers no payment.
async fn replace(state: &AppState, customer: &Customer, earlier: OrderId, order: OrderId) -> Result<(), AppError> {
    match super::cancel_unpaid(state, customer, earlier).await {
        Err(error @ AppError::Conflict(_)) => {
            super::close_unpaid(state, order).await?;
            let mut tx = state.db.begin().await?;
            orders::service::hold(&mut tx, earlier, customer.user_id(), state.config.checkout_hold_minutes).await?;
            tx.commit().await?;
            Err(error)
        }
        Err(AppError::Offline) => Ok(()),
        closed => closed,
    }
}

/// An order that was placed, and those in whose place it comes.
struct Placed {
    order: OrderId,
    replaces: Vec<OrderId>,
}

async fn insert(state: &AppState, customer: &Customer, address: &Address, confirmed: &str) -> Result<Placed, AppError> {
    let (user, email) = (customer.user_id(), customer.email());
    let mut tx = state.db.begin().await?;
    users::keep_open(&mut tx, user).await?;
    let cart_id = cart::service::lock_for_checkout(&mut tx, user).await?;
    let variants = cart::service::variant_ids(&mut tx, cart_id).await?;
    catalogue::service::stock::lock(&mut tx, &variants).await?;
    let cart = cart::service::view_locked(&mut tx, cart_id, user).await?;
    let agreed = fingerprint(&cart, address);
    if cart.is_empty() {
        return Err(Conflict::CartEmpty.into());
    }
    if hex(&agreed) != confirmed {
        return Err(Conflict::CartChanged.into());
    }
    check_buyable(&cart)?;
    let order = match orders::service::find_same(&mut tx, user, &agreed).await? {
        Some(order) => order,
        None => {
            let order = orders::service::create(&mut tx, (user, email), &cart, address, &agreed).await?;
            payments::service::create(&mut tx, order, cart.total()).await?;
            order
        }
    };
    // The cart is locked: of two that are placed at once, one sees the other.
    let replaces = orders::service::replace(&mut tx, user, order).await?;
    orders::service::hold(&mut tx, order, user, state.config.checkout_hold_minutes).await?;
    tx.commit().await?;
    Ok(Placed { order, replaces })
}

fn check_buyable(cart: &Cart) -> Result<(), AppError> {
    for line in cart.lines() {
        if !line.for_sale {
            return Err(Conflict::NotForSale.into());
        }
        if line.quantity.get() > line.available {
            return Err(Conflict::NotEnoughStock { available: line.available }.into());
        }
    }
    let total = cart.total();
    if !(payments::minimum_charge_minor(total.currency)..=MAX_CHARGE_MINOR).contains(&total.amount_minor) {
        return Err(Conflict::AmountNotChargeable.into());
    }
    Ok(())
}
