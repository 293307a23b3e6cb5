//! Rules of the cart. The cart's row is locked first in every transaction that changes it; checkout and the finaliser do the same, so that
//! nobody waits in a circle.

use super::guard::CartOwner;
use super::store::PutRow;
use super::{Cart, CartSummary, Counts, MAX_LINES, Offer, Tally, merge, store};
use crate::accounts::guard::Customer;
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::platform::state::AppState;
use crate::values::{CartId, Currency, Money, ProductId, Quantity, UserId, VariantId};
use crate::wishlist;

/// Adds to a line or makes one.
///
/// # Errors
/// `Full`, `NotForSale`, `NotEnoughStock` when the whole line would exceed what is available.
pub async fn add(db: &Db, owner: &CartOwner, variant_id: VariantId, quantity: Quantity) -> Result<CartSummary, AppError> {
    put_alone(db, owner, variant_id, quantity, true).await
}

/// Sets a line's quantity, and makes the line if it is gone: another tab removed it, or its removal is undone.
///
/// # Errors
/// As [`add`].
pub async fn set_quantity(db: &Db, owner: &CartOwner, variant_id: VariantId, quantity: Quantity) -> Result<CartSummary, AppError> {
    put_alone(db, owner, variant_id, quantity, false).await
}

async fn put_alone(db: &Db, owner: &CartOwner, variant: VariantId, quantity: Quantity, on_top: bool) -> Result<CartSummary, AppError> {
    // Most customers bring no guest's cart, and asking costs a round trip.
    if owner.user_id().is_some() && owner.guest_hash().is_some() {
        merge_now(db, owner).await?;
    }
    let put = store::put(db.pool(), (owner.user_id(), owner.guest_hash()), variant, quantity, on_top).await?;
    Ok(summary(pieces_after(put, quantity, on_top)?))
}

/// What is bought of a product that comes in one variant alone.
///
/// # Errors
/// `Conflict(NotForSale)` for what is not on show, and for a product that one has to choose a variant of.
pub async fn only_variant(db: &Db, product: ProductId) -> Result<VariantId, AppError> {
    store::only_variant(db.pool(), product).await?.ok_or_else(|| Conflict::NotForSale.into())
}

/// Takes a line out, and says how many pieces it had; one that is not there counts as taken out.
///
/// # Errors
/// Only the database's.
pub async fn remove(db: &Db, owner: &CartOwner, variant_id: VariantId) -> Result<(CartSummary, Option<Quantity>), AppError> {
    let mut tx = db.begin().await?;
    let cart = open(&mut tx, owner).await?;
    let removed = store::delete_line(&mut *tx, cart, variant_id).await?;
    Ok((finish(tx, cart).await?, removed.map(|line| line.quantity)))
}

/// Moves a line to the wishlist, which knows products and no numbers. One that is not there was moved before.
///
/// # Errors
/// `NotFound` for a product that is not on show; `Full` when the wishlist is. The line then stays.
pub async fn save_for_later(db: &Db, customer: &Customer, variant_id: VariantId) -> Result<CartSummary, AppError> {
    let mut tx = db.begin().await?;
    let cart = open(&mut tx, &CartOwner::customer(customer)).await?;
    if let Some(line) = store::delete_line(&mut *tx, cart, variant_id).await? {
        wishlist::service::put(&mut tx, customer, line.product_id).await?;
    }
    finish(tx, cart).await
}

/// Moves goods from the wishlist to the cart, one piece; what the cart has already keeps its number. What is not on the wishlist was moved
/// before.
///
/// # Errors
/// As [`add`]. The goods then stay on the wishlist.
pub async fn move_from_wishlist(db: &Db, customer: &Customer, variant_id: VariantId) -> Result<CartSummary, AppError> {
    let mut tx = db.begin().await?;
    let owner = CartOwner::customer(customer);
    let cart = open(&mut tx, &owner).await?;
    if let Some(product) = store::product_of(&mut *tx, variant_id).await?
        && wishlist::service::take(&mut tx, customer, product).await?
        && !store::pieces(&mut *tx, cart).await?.iter().any(|(known, _)| *known == variant_id)
    {
        let put = store::put(&mut *tx, (owner.user_id(), None), variant_id, Quantity::ONE, false).await?;
        pieces_after(put, Quantity::ONE, false)?;
    }
    finish(tx, cart).await
}

/// The numbers of the header, in one statement unless carts have to be merged first.
///
/// # Errors
/// Only the database's.
pub async fn counts(db: &Db, owner: Option<&CartOwner>) -> Result<Counts, AppError> {
    let Some(owner) = owner else { return Ok(Counts::default()) };
    let mut row = store::counts(db.pool(), owner.user_id(), owner.guest_hash()).await?;
    if row.guest_waits {
        merge_now(db, owner).await?;
        row = store::counts(db.pool(), owner.user_id(), owner.guest_hash()).await?;
    }
    let tally = |count| Tally::from(u32::try_from(count).unwrap_or(u32::MAX));
    Ok(Counts { cart: tally(row.pieces), wishlist: tally(row.wishes) })
}

/// What can be had of a variant, if it is for sale.
///
/// # Errors
/// Only the database's.
pub async fn offer(db: &Db, owner: Option<&CartOwner>, variant_id: VariantId) -> Result<Option<Offer>, AppError> {
    Ok(store::offer(db.pool(), variant_id, owner.and_then(CartOwner::user_id)).await?)
}

/// The whole cart with today's prices and availability.
///
/// # Errors
/// Only the database's.
pub async fn view(db: &Db, owner: &CartOwner) -> Result<Cart, AppError> {
    let both = owner.user_id().is_some() && owner.guest_hash().is_some();
    if both && store::guest_cart_exists(db.pool(), owner.guest_hash()).await? {
        merge_now(db, owner).await?;
    }
    let cart = store::find_cart(db.pool(), owner.user_id(), owner.guest_hash()).await?;
    let rows = match cart {
        Some(cart) => store::lines(db.pool(), cart, owner.user_id()).await?,
        None => Vec::new(),
    };
    // Only a full cart leaves a guest's lines where they are.
    let full = both && rows.len() >= MAX_LINES;
    let waiting = if full { store::count_waiting(db.pool(), owner.guest_hash()).await? } else { 0 };
    let currency = store::currency(db.pool()).await?;
    Ok(Cart { waiting: u32::try_from(waiting).unwrap_or(u32::MAX), ..store::group_by_shop(rows, currency) })
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
    let (variants, quantities) = columns(bought);
    store::delete_bought(&mut **tx, cart, &variants, &quantities).await?;
    store::reduce_bought(&mut **tx, cart, &variants, &quantities).await?;
    Ok(())
}

/// The owner's cart, locked; made if there is none; a guest's cart is merged into the customer's on the way.
async fn open(tx: &mut Tx, owner: &CartOwner) -> Result<CartId, AppError> {
    let Some(user_id) = owner.user_id() else {
        return Ok(store::open_guest_cart(&mut **tx, CartId::new(), owner.guest_hash()).await?);
    };
    let cart = store::open_cart_of(&mut **tx, CartId::new(), user_id).await?;
    // Most customers bring no guest's cart, and asking costs a round trip.
    if let Some(hash) = owner.guest_hash()
        && let Some(guest_cart) = store::lock_guest_cart(&mut **tx, hash).await?
    {
        let own = store::pieces(&mut **tx, cart).await?;
        let guest = store::pieces(&mut **tx, guest_cart).await?;
        let come = merge(&own, &guest);
        let (variants, quantities) = columns(&come);
        store::copy_lines(&mut **tx, guest_cart, cart, &variants, &quantities).await?;
        if come.len() == guest.len() {
            store::delete_cart(&mut **tx, guest_cart).await?;
        } else {
            store::delete_lines(&mut **tx, guest_cart, &variants).await?;
        }
    }
    Ok(cart)
}

async fn merge_now(db: &Db, owner: &CartOwner) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    open(&mut tx, owner).await?;
    Ok(tx.commit().await?)
}

/// As two arrays of a statement.
fn columns(lines: &[(VariantId, Quantity)]) -> (Vec<VariantId>, Vec<i32>) {
    lines.iter().map(|(variant, quantity)| (*variant, quantity.as_i32())).unzip()
}

/// What the cart has after so many pieces were put into a line, on top of what was there or in its place; or why they were not.
fn pieces_after(row: PutRow, quantity: Quantity, on_top: bool) -> Result<i64, AppError> {
    // What was never there, is a draft, or was taken off the shelf: a stranger must not tell them apart.
    let available = row.available.ok_or(Conflict::NotForSale)?;
    let after = i64::from(quantity) + if on_top { row.line_before } else { 0 };
    if row.put {
        return Ok(row.cart_before - row.line_before + after);
    }
    let most = u32::try_from(available).unwrap_or(0).min(Quantity::MAX.get());
    // Goods that are short are said before a cart that is full, whose owner could make room for nothing.
    Err(if after > i64::from(most) { Conflict::NotEnoughStock { available: most }.into() } else { Conflict::Full.into() })
}

fn summary(pieces: i64) -> CartSummary {
    CartSummary { count: u32::try_from(pieces).unwrap_or(u32::MAX) }
}

async fn finish(mut tx: Tx, cart: CartId) -> Result<CartSummary, AppError> {
    let pieces = store::count_pieces(&mut *tx, cart).await?;
    tx.commit().await?;
    Ok(summary(pieces))
}

/// The cookie of a guest lives for two months; a cart that nobody has touched for three is out of reach.
const FORGOTTEN_AFTER_DAYS: i32 = 90;
/// Carts deleted in one statement, so that none of them holds its locks for long.
const BATCH: i64 = 1000;

/// Deletes the carts of guests who do not come back. A job.
///
/// # Errors
/// Only the database's.
pub async fn prune(state: AppState) -> Result<(), AppError> {
    while store::prune_guests(state.db.pool(), FORGOTTEN_AFTER_DAYS, BATCH).await? == BATCH as u64 {}
    Ok(())
}

/// Zero in the shop's currency.
///
/// # Errors
/// Only the database's.
pub async fn zero(db: &Db) -> Result<Money, AppError> {
    let currency: Currency = store::currency(db.pool()).await?;
    Ok(Money::zero(currency))
}
