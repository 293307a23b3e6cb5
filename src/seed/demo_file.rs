//! `catalogue.json` as its README describes it.

use std::path::Path;

use serde::Deserialize;

use crate::catalogue::Attribute;
use crate::error::AppError;
use crate::values::{Email, Slug};

/// What the file says it is.
const FORMAT: &str = "souk-demo-catalogue";
const VERSION: u32 = 1;

#[derive(Deserialize)]
pub struct DemoFile {
    format: String,
    version: u32,
    pub currency: String,
    pub categories: Vec<DemoCategory>,
    pub vendors: Vec<DemoVendor>,
    pub products: Vec<DemoProduct>,
    pub reviews: Vec<DemoReview>,
    pub customers: Vec<DemoCustomer>,
}

#[derive(Deserialize)]
pub struct DemoCategory {
    pub slug: Slug,
    pub name: String,
    pub description: String,
    pub sort: i32,
}

#[derive(Deserialize)]
pub struct DemoVendor {
    pub slug: Slug,
    pub name: String,
    pub tagline: String,
    pub story: String,
    pub city: String,
    pub country_code: String,
    pub email: Email,
    pub status: String,
    pub status_reason: Option<String>,
}

#[derive(Deserialize)]
pub struct DemoProduct {
    pub slug: Slug,
    pub name: String,
    pub vendor: Slug,
    pub category: Slug,
    pub status: String,
    pub summary: String,
    pub description: String,
    pub attributes: Vec<Attribute>,
    pub price_cents: i64,
    pub compare_at_cents: Option<i64>,
    pub stock: u32,
    pub tags: Vec<String>,
    pub images: Vec<DemoImage>,
}

#[derive(Deserialize)]
pub struct DemoImage {
    pub file: String,
    pub alt: String,
}

#[derive(Deserialize)]
pub struct DemoReview {
    pub product: Slug,
    pub reviewer: String,
    pub rating: u8,
    pub title: String,
    pub body: String,
    pub days_ago: u32,
}

#[derive(Deserialize)]
pub struct DemoCustomer {
    pub name: String,
    pub email: Email,
    pub address: DemoAddress,
}

#[derive(Deserialize)]
pub struct DemoAddress {
    pub name: String,
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    pub region: Option<String>,
    pub postal_code: String,
    pub country_code: String,
}

/// # Errors
/// `Internal` when there is no such file or it is another one.
pub async fn read(folder: &Path) -> Result<DemoFile, AppError> {
    let path = folder.join("catalogue.json");
    let cannot_read = |cause: String| AppError::internal(format!("cannot read the demo catalogue {}: {cause}", path.display()));
    let bytes = tokio::fs::read(&path).await.map_err(|error| cannot_read(error.to_string()))?;
    let file: DemoFile = serde_json::from_slice(&bytes).map_err(|error| cannot_read(error.to_string()))?;
    if file.format != FORMAT || file.version != VERSION {
        return Err(cannot_read(format!("it is {} version {}", file.format, file.version)));
    }
    Ok(file)
}
