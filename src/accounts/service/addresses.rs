//! A person's address book. Each statement names the owner: somebody else's address is one that does not exist (CVE-2026-22588).

use crate::accounts::guard::Customer;
use crate::accounts::store::addresses as store;
use crate::error::AppError;
use crate::platform::db::Db;
use crate::values::{Address, AddressId, FieldProblem};

/// Addresses in one book: more than people have, few enough to list.
const MAX_ADDRESSES: i64 = 50;

/// Newest first.
///
/// # Errors
/// Those of the database.
pub async fn addresses(db: &Db, customer: &Customer) -> Result<Vec<(AddressId, Address)>, AppError> {
    Ok(store::addresses(db.pool(), customer.user_id()).await?)
}

/// Keeps an address; one that is already in the book is not doubled.
///
/// # Errors
/// `Invalid` for a bad field, or at `name` when the book is full.
pub async fn add_address(db: &Db, customer: &Customer, address: Address) -> Result<AddressId, AppError> {
    let address = Address::parse(&address)?;
    let owner = customer.user_id();
    if let Some(id) = store::same_address(db.pool(), owner, &address).await? {
        return Ok(id);
    }
    // A soft bound: two requests at once may pass it by one, which harms nobody.
    if store::count_addresses(db.pool(), owner).await? >= MAX_ADDRESSES {
        return Err(AppError::field("name", FieldProblem::OutOfRange));
    }
    let id = AddressId::new();
    store::insert_address(db.pool(), id, owner, &address).await?;
    Ok(id)
}

/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn address(db: &Db, customer: &Customer, id: AddressId) -> Result<Address, AppError> {
    store::address(db.pool(), customer.user_id(), id).await?.ok_or(AppError::NotFound)
}

/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn delete_address(db: &Db, customer: &Customer, id: AddressId) -> Result<(), AppError> {
    match store::delete_address(db.pool(), customer.user_id(), id).await? {
        0 => Err(AppError::NotFound),
        _ => Ok(()),
    }
}
