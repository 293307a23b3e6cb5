//! Accounts, shops and addresses of the demo.

use std::collections::HashMap;

use super::demo_file::{DemoAddress, DemoFile};
use super::{Added, DEMO_ADMIN, DEMO_CUSTOMER, DEMO_PASSWORD, store};
use crate::accounts::service::{NewUser, create_user, find_user};
use crate::accounts::{Password, Role};
use crate::error::AppError;
use crate::platform::db::Db;
use crate::values::{Address, Email, Slug, UserId, VendorId};

/// Makes who is missing; returns the shops by slug.
pub async fn import(db: &Db, file: &DemoFile, added: &mut Added) -> Result<HashMap<Slug, VendorId>, AppError> {
    ensure_user(db, &demo_email(DEMO_ADMIN)?, "Demo Admin", Role::Admin, added).await?;
    let customer = ensure_user(db, &demo_email(DEMO_CUSTOMER)?, "Demo Customer", Role::Customer, added).await?;
    store::insert_only_address(db.pool(), customer, &demo_address()).await?;
    for customer in &file.customers {
        let user = ensure_user(db, &customer.email, &customer.name, Role::Customer, added).await?;
        store::insert_only_address(db.pool(), user, &Address::parse(&address(&customer.address))?).await?;
    }
    let mut vendors = HashMap::new();
    for (index, vendor) in (0..).zip(&file.vendors) {
        let owner = ensure_user(db, &vendor.email, &vendor.name, Role::Vendor, added).await?;
        if store::insert_vendor(db.pool(), owner, vendor, index).await? {
            added.shops += 1;
        }
        vendors.insert(vendor.slug.clone(), store::vendor_id(db.pool(), &vendor.slug).await?);
    }
    Ok(vendors)
}

async fn ensure_user(db: &Db, email: &Email, name: &str, role: Role, added: &mut Added) -> Result<UserId, AppError> {
    if let Some(user) = find_user(db, email).await? {
        return Ok(user.id);
    }
    let new = NewUser { email: email.clone(), name: name.to_owned(), password: Password::new(DEMO_PASSWORD), role };
    let id = create_user(db, new).await?;
    added.people += 1;
    Ok(id)
}

fn demo_email(text: &str) -> Result<Email, AppError> {
    text.parse().map_err(AppError::internal)
}

fn address(raw: &DemoAddress) -> Address {
    Address {
        name: raw.name.clone(),
        line1: raw.line1.clone(),
        line2: raw.line2.clone().unwrap_or_default(),
        city: raw.city.clone(),
        region: raw.region.clone().unwrap_or_default(),
        postal_code: raw.postal_code.clone(),
        country_code: raw.country_code.clone(),
    }
}

fn demo_address() -> Address {
    Address {
        name: "Demo Customer".to_owned(),
        line1: "12 Orchard Lane".to_owned(),
        line2: String::new(),
        city: "Portland".to_owned(),
        region: "OR".to_owned(),
        postal_code: "97209".to_owned(),
        country_code: "US".to_owned(),
    }
}
