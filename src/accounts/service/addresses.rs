//! A person's address book. Each statement names the owner: somebody else's address is one that does not exist (CVE-2026-22588). Orders copy
//! their address, so what happens here changes none of them. Whoever changes a book locks it first: its bound is exact, and of two equal
//! addresses that are sent at once one is kept.

use std::time::Duration;

use crate::accounts::SavedAddress;
use crate::accounts::guard::Customer;
use crate::accounts::store::addresses as store;
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::values::{Address, AddressId, FieldProblem, UserId};

/// Addresses in one book: more than people have, few enough to list.
pub const MAX_ADDRESSES: i64 = 50;

/// How long an address stays that is not kept: the order it was typed for is placed by then, or never.
const PASSING: Duration = Duration::from_secs(24 * 60 * 60);

/// The default first, then the newest.
///
/// # Errors
/// Those of the database.
pub async fn addresses(db: &Db, customer: &Customer) -> Result<Vec<SavedAddress>, AppError> {
    Ok(store::addresses(db.pool(), customer.user_id()).await?)
}

/// Keeps an address in the book, or only for the order that is being made; the first one in the book becomes the default. What is already
/// there is not doubled.
///
/// # Errors
/// `Invalid` for a bad field; `Full` when the book is.
pub async fn add_address(db: &Db, customer: &Customer, typed: &Address, keep: bool) -> Result<AddressId, AppError> {
    let address = Address::parse(typed)?;
    let owner = customer.user_id();
    let mut tx = open(db, owner).await?;
    let id = match store::same_address(&mut *tx, owner, &address).await? {
        Some((id, kept)) if kept || !keep => id,
        same if keep => {
            if store::count_kept(&mut *tx, owner).await? >= MAX_ADDRESSES {
                return Err(Conflict::Full.into());
            }
            match same {
                Some((id, _)) => store::keep_address(&mut *tx, owner, id).await?,
                None => store::insert_address(&mut *tx, AddressId::new(), owner, &address).await?,
            }
        }
        _ => store::put_passing_address(&mut *tx, AddressId::new(), owner, &address).await?,
    };
    finish(tx, owner).await?;
    Ok(id)
}

/// Changes an address of the book.
///
/// # Errors
/// `Invalid` for a bad field, or when the book has the same address already; `NotFound`, also for somebody else's.
pub async fn save_address(db: &Db, customer: &Customer, id: AddressId, typed: &Address) -> Result<(), AppError> {
    let address = Address::parse(typed)?;
    let owner = customer.user_id();
    let mut tx = open(db, owner).await?;
    if store::same_address(&mut *tx, owner, &address).await?.is_some_and(|(same, kept)| kept && same != id) {
        return Err(AppError::field("line1", FieldProblem::Taken));
    }
    if !store::update_address(&mut *tx, owner, id, &address).await? {
        return Err(AppError::NotFound);
    }
    finish(tx, owner).await
}

/// Makes an address of the book the one that a checkout begins with.
///
/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn choose_default(db: &Db, customer: &Customer, id: AddressId) -> Result<(), AppError> {
    let owner = customer.user_id();
    let mut tx = open(db, owner).await?;
    if !store::set_default(&mut *tx, owner, id).await? {
        return Err(AppError::NotFound);
    }
    Ok(tx.commit().await?)
}

/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn address(db: &Db, customer: &Customer, id: AddressId) -> Result<Address, AppError> {
    store::address(db.pool(), customer.user_id(), id).await?.ok_or(AppError::NotFound)
}

/// Takes an address out of the book; after the default it is the newest one's turn.
///
/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn delete_address(db: &Db, customer: &Customer, id: AddressId) -> Result<(), AppError> {
    let owner = customer.user_id();
    let mut tx = open(db, owner).await?;
    if !store::delete_address(&mut *tx, owner, id).await? {
        return Err(AppError::NotFound);
    }
    finish(tx, owner).await
}

/// A book that nobody else can change meanwhile.
async fn open(db: &Db, owner: UserId) -> Result<Tx, AppError> {
    let mut tx = db.begin().await?;
    store::lock_book(&mut *tx, owner).await?;
    // One that was filled without choosing begins with the newest, and keeps beginning with it.
    store::default_to_newest(&mut *tx, owner).await?;
    Ok(tx)
}

/// A book with something in it has a default.
async fn finish(mut tx: Tx, owner: UserId) -> Result<(), AppError> {
    store::default_to_newest(&mut *tx, owner).await?;
    Ok(tx.commit().await?)
}

/// Forgets what was typed for one order alone. Part of a job.
///
/// # Errors
/// Those of the database.
pub async fn prune(db: &Db) -> Result<(), AppError> {
    Ok(store::delete_passing(db.pool(), PASSING).await?)
}
