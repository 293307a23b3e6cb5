//! Rules of the cart. The cart's row is locked first in every transaction that changes it; checkout and the finaliser do the same, so that
//! nobody waits in a circle.

use super::guard::CartOwner;
use super::{Cart, CartSummary, MAX_LINES, store};
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::values::{CartId, Currency, Money, Quantity, UserId, VariantId};

/// Adds to a line or makes one.
///
/// # Errors
/// `Full`, `NotForSale`, `NotEnoughStock` when the whole line would exceed what is available.
pub async fn add(db: &Db, owner: &CartOwner, variant_id: VariantId, quantity: Quantity) -> Result<CartSummary, AppError> {
    let mut tx = db.begin().await?;
    let cart = open(&mut tx, owner).await?;
    let before = store::quantity(&mut *tx, cart, variant_id).await?;
    if before.is_none() && store::count_lines(&mut *tx, cart).await? >= MAX_LINES {
        return Err(Conflict::Full.into());
    }
    let wanted = i64::from(quantity.get()) + i64::from(before.unwrap_or(0));
    put(&mut tx, owner, cart, variant_id, wanted).await?;
    finish(tx, cart).await
}

/// Sets a line's quantity, and makes the line if it is gone (another tab removed it).
///
/// # Errors
/// As [`add`].
pub async fn set_quantity(db: &Db, owner: &CartOwner, variant_id: VariantId, quantity: Quantity) -> Result<CartSummary, AppError> {
    let mut tx = db.begin().await?;
    let cart = open(&mut tx, owner).await?;
    put(&mut tx, owner, cart, variant_id, i64::from(quantity)).await?;
    finish(tx, cart).await
}

/// Takes a line out; one that is not there counts as taken out.
///
/// # Errors
/// Only the database's.
pub async fn remove(db: &Db, owner: &CartOwner, variant_id: VariantId) -> Result<CartSummary, AppError> {
    let mut tx = db.begin().await?;
    let cart = open(&mut tx, owner).await?;
    store::delete_line(&mut *tx, cart, variant_id).await?;
    finish(tx, cart).await
}

/// The figure in the header.
///
/// # Errors
/// Only the database's.
pub async fn summary(db: &Db, owner: &CartOwner) -> Result<CartSummary, AppError> {
    merge_if_both(db, owner).await?;
    let count = store::count_pieces(db.pool(), owner.user_id(), owner.guest_hash()).await?;
    Ok(CartSummary { count: u32::try_from(count).unwrap_or(u32::MAX) })
}

/// The whole cart with today's prices and availability.
///
/// # Errors
/// Only the database's.
pub async fn view(db: &Db, owner: &CartOwner) -> Result<Cart, AppError> {
    merge_if_both(db, owner).await?;
    let cart = store::find_cart(db.pool(), owner.user_id(), owner.guest_hash()).await?;
    let rows = match cart {
        Some(cart) => store::lines(db.pool(), cart, owner.user_id()).await?,
        None => Vec::new(),
    };
    let currency = store::currency(db.pool()).await?;
    Ok(store::group_by_shop(rows, currency))
}

/// Inside checkout's transaction: the customer's cart, locked.
///
/// # Errors
/// `CartEmpty` if there is none.
pub async fn lock_for_checkout(tx: &mut Tx, user_id: UserId) -> Result<CartId, AppError> {
    store::lock_cart_of(&mut **tx, user_id).await?.ok_or_else(|| Conflict::CartEmpty.into())
}

/// Variants in a locked cart, in id order.
///
/// # Errors
/// Only the database's.
pub async fn variant_ids(tx: &mut Tx, cart: CartId) -> Result<Vec<VariantId>, AppError> {
    Ok(store::variant_ids(&mut **tx, cart).await?)
}

/// The cart read inside checkout's transaction, after its rows were locked.
///
/// # Errors
/// Only the database's.
pub async fn view_locked(tx: &mut Tx, cart: CartId, user_id: UserId) -> Result<Cart, AppError> {
    let rows = store::lines(&mut **tx, cart, Some(user_id)).await?;
    let currency = store::currency(&mut **tx).await?;
    Ok(store::group_by_shop(rows, currency))
}

/// Locks a customer's cart before stock rows are locked, if there is one.
///
/// # Errors
/// Only the database's.
pub async fn lock(tx: &mut Tx, user_id: UserId) -> Result<Option<CartId>, AppError> {
    Ok(store::lock_cart_of(&mut **tx, user_id).await?)
}

/// Takes out what was bought and no more: what was added after checkout stays (I9).
///
/// # Errors
/// Only the database's.
pub async fn take_out_bought(tx: &mut Tx, cart: CartId, bought: &[(VariantId, Quantity)]) -> Result<(), AppError> {
    let variants: Vec<VariantId> = bought.iter().map(|(variant, _)| *variant).collect();
    let quantities: Vec<i32> = bought.iter().map(|(_, quantity)| quantity.as_i32()).collect();
    store::delete_bought(&mut **tx, cart, &variants, &quantities).await?;
    store::reduce_bought(&mut **tx, cart, &variants, &quantities).await?;
    Ok(())
}

/// The owner's cart, locked; made if there is none; a guest's cart is merged into the customer's on the way.
async fn open(tx: &mut Tx, owner: &CartOwner) -> Result<CartId, AppError> {
    let Some(user_id) = owner.user_id() else {
        store::insert_cart(&mut **tx, CartId::new(), None, owner.guest_hash()).await?;
        return store::lock_guest_cart(&mut **tx, owner.guest_hash()).await?.ok_or(AppError::NotFound);
    };
    store::insert_cart(&mut **tx, CartId::new(), Some(user_id), None).await?;
    let cart = store::lock_cart_of(&mut **tx, user_id).await?.ok_or(AppError::NotFound)?;
    if let Some(guest_cart) = store::lock_guest_cart(&mut **tx, owner.guest_hash()).await? {
        // The larger of two quantities: adding them up would double what was put in twice.
        store::copy_lines(&mut **tx, guest_cart, cart).await?;
        store::delete_cart(&mut **tx, guest_cart).await?;
    }
    Ok(cart)
}

async fn merge_if_both(db: &Db, owner: &CartOwner) -> Result<(), AppError> {
    if owner.user_id().is_some() && owner.guest_hash().is_some() && store::guest_cart_exists(db.pool(), owner.guest_hash()).await? {
        let mut tx = db.begin().await?;
        open(&mut tx, owner).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn put(tx: &mut Tx, owner: &CartOwner, cart: CartId, variant_id: VariantId, wanted: i64) -> Result<(), AppError> {
    let offer = store::offer(&mut **tx, variant_id, owner.user_id()).await?;
    // What was never there, is a draft, or was taken off the shelf: a stranger must not tell them apart.
    let offer = offer.filter(|offer| offer.for_sale).ok_or(Conflict::NotForSale)?;
    let available = u32::try_from(offer.available).unwrap_or(0);
    let quantity = Quantity::try_from(wanted).ok().filter(|quantity| quantity.get() <= available);
    let quantity = quantity.ok_or(Conflict::NotEnoughStock { available: available.min(Quantity::MAX.get()) })?;
    store::upsert_line(&mut **tx, cart, variant_id, quantity, offer.price_minor).await?;
    Ok(())
}

async fn finish(mut tx: Tx, cart: CartId) -> Result<CartSummary, AppError> {
    let count = store::touch_and_count(&mut *tx, cart).await?;
    tx.commit().await?;
    Ok(CartSummary { count: u32::try_from(count).unwrap_or(u32::MAX) })
}

/// Zero in the shop's currency.
///
/// # Errors
/// Only the database's.
pub async fn zero(db: &Db) -> Result<Money, AppError> {
    let currency: Currency = store::currency(db.pool()).await?;
    Ok(Money::zero(currency))
}
