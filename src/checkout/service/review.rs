//! What the customer is asked to confirm.

use sha2::{Digest, Sha256};

use crate::accounts::guard::Customer;
use crate::cart::Cart;
use crate::cart::guard::CartOwner;
use crate::checkout::Review;
use crate::error::{AppError, Conflict};
use crate::platform::db::Db;
use crate::values::{Address, AddressId};

/// The cart with today's prices, where it goes, and what it costs.
///
/// # Errors
/// `CartEmpty`; `NotFound` for an address that is not the customer's (CVE-2026-22588).
pub async fn review(db: &Db, customer: &Customer, address_id: AddressId) -> Result<Review, AppError> {
    let address = crate::accounts::service::address(db, customer, address_id).await?;
    let cart = crate::cart::service::view(db, &CartOwner::customer(customer)).await?;
    if cart.is_empty() {
        return Err(Conflict::CartEmpty.into());
    }
    let fingerprint = hex(&fingerprint(&cart, &address));
    Ok(Review { cart, address_id, address, fingerprint })
}

/// SHA-256 over everything the customer agrees to. Lines are taken in id order, so that the order on the page does not matter.
pub(super) fn fingerprint(cart: &Cart, address: &Address) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        // The length in front keeps neighbouring fields apart.
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for text in [&address.name, &address.line1, &address.line2, &address.city, &address.region, &address.postal_code, &address.country_code]
    {
        field(text.as_bytes());
    }
    field(cart.zero.currency.code().as_bytes());
    let mut lines: Vec<_> = cart.lines().collect();
    lines.sort_by_key(|line| line.variant_id);
    for line in lines {
        field(line.variant_id.0.as_bytes());
        field(&line.quantity.get().to_be_bytes());
        field(&line.unit_price.amount_minor.to_be_bytes());
    }
    let mut shops: Vec<_> = cart.shops.iter().collect();
    shops.sort_by_key(|shop| shop.vendor_id);
    for shop in shops {
        field(shop.vendor_id.0.as_bytes());
        field(&shop.shipping(cart.zero).amount_minor.to_be_bytes());
    }
    hash.finalize().into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
