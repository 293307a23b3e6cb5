//! `/addresses`: where a customer's parcels may go.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::body::{Body, Named};
use super::listed::Listed;
use super::problem::Problem;
use crate::accounts::SavedAddress;
use crate::accounts::service;
use crate::platform::state::AppState;
use crate::values::{Address, AddressId};

/// An address as it is written on a parcel.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressView {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(min_length = 1, max_length = 120)]
    line1: String,
    #[serde(default)]
    #[schema(max_length = 120)]
    line2: String,
    #[schema(min_length = 1, max_length = 80)]
    city: String,
    #[serde(default)]
    #[schema(max_length = 80)]
    region: String,
    #[serde(default)]
    #[schema(max_length = 20)]
    postal_code: String,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$", examples("GB"))]
    country_code: String,
}

impl From<Address> for AddressView {
    fn from(address: Address) -> Self {
        let Address { name, line1, line2, city, region, postal_code, country_code } = address;
        Self { name, line1, line2, city, region, postal_code, country_code }
    }
}

impl From<AddressView> for Address {
    fn from(view: AddressView) -> Self {
        let AddressView { name, line1, line2, city, region, postal_code, country_code } = view;
        Self { name, line1, line2, city, region, postal_code, country_code }
    }
}

#[derive(Serialize, ToSchema)]
pub struct SavedAddressView {
    id: AddressId,
    address: AddressView,
    /// The one that a checkout begins with.
    default: bool,
}

/// The book has its default first.
fn view((index, saved): (usize, SavedAddress)) -> SavedAddressView {
    SavedAddressView { id: saved.id, address: saved.address.into(), default: index == 0 }
}

async fn book(state: &AppState, customer: &crate::accounts::guard::Customer) -> Result<Vec<SavedAddressView>, Problem> {
    let addresses = service::addresses(&state.db, customer).await?;
    Ok(addresses.into_iter().filter(|address| address.kept).enumerate().map(view).collect())
}

/// The address book, the default first.
#[utoipa::path(get, path = "/addresses", tag = "Shopping", responses((status = 200, body = Listed<SavedAddressView>)))]
pub async fn list(State(state): State<AppState>, Bearer(customer): Bearer) -> Result<Json<Listed<SavedAddressView>>, Problem> {
    Ok(Json(Listed::whole(book(&state, &customer).await?)))
}

#[derive(Serialize, ToSchema)]
pub struct AddressCreated {
    id: AddressId,
}

/// Keeps an address; one that the book has already is not doubled, and the first becomes the default.
#[utoipa::path(post, path = "/addresses", tag = "Shopping", request_body = AddressView, responses((status = 201, body = AddressCreated)))]
pub async fn add(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Body(body): Body<AddressView>,
) -> Result<(StatusCode, Json<AddressCreated>), Problem> {
    let id = service::add_address(&state.db, &customer, &body.into(), true).await?;
    Ok((StatusCode::CREATED, Json(AddressCreated { id })))
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressChange {
    name: Option<String>,
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country_code: Option<String>,
    /// Only `true`: another address becomes the default in its place.
    default: Option<bool>,
}

/// Changes an address. Orders keep theirs.
#[utoipa::path(patch, path = "/addresses/{id}", tag = "Shopping", request_body = AddressChange, responses((status = 204)))]
pub async fn change(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Named(id): Named<AddressId>,
    Body(body): Body<AddressChange>,
) -> Result<StatusCode, Problem> {
    let known = service::address(&state.db, &customer, id).await?;
    let AddressChange { name, line1, line2, city, region, postal_code, country_code, default } = body;
    let typed = Address {
        name: name.unwrap_or(known.name),
        line1: line1.unwrap_or(known.line1),
        line2: line2.unwrap_or(known.line2),
        city: city.unwrap_or(known.city),
        region: region.unwrap_or(known.region),
        postal_code: postal_code.unwrap_or(known.postal_code),
        country_code: country_code.unwrap_or(known.country_code),
    };
    service::save_address(&state.db, &customer, id, &typed).await?;
    if default == Some(true) {
        service::choose_default(&state.db, &customer, id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an address out of the book.
#[utoipa::path(delete, path = "/addresses/{id}", tag = "Shopping", responses((status = 204)))]
pub async fn delete(State(state): State<AppState>, Bearer(customer): Bearer, Named(id): Named<AddressId>) -> Result<StatusCode, Problem> {
    service::delete_address(&state.db, &customer, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
