//! Products as those see them who may edit them: their vendor and admins.

use serde::{Deserialize, Serialize};

use super::{Attribute, ProductOption};
use crate::values::{CategoryId, Money, ProductId, Slug, VariantId, VendorId};

/// A variant with this many or fewer runs low, unless its vendor has said otherwise: about what sells in a few days.
pub const LOW_STOCK: i32 = 5;

crate::text_enum! {
    /// Where a product stands. A published one is for sale while its shop is approved.
    pub enum ProductStatus {
        Draft => "draft",
        Published => "published",
        Archived => "archived",
    }
}

impl ProductStatus {
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft | Self::Archived, Self::Published)
                | (Self::Published, Self::Draft)
                | (Self::Draft | Self::Published, Self::Archived)
        )
    }

    /// One word for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Published => "Published",
            Self::Archived => "Archived",
        }
    }
}

/// All of a product that its vendor may edit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OwnedProduct {
    pub id: ProductId,
    pub vendor_id: VendorId,
    pub slug: Slug,
    pub category_id: CategoryId,
    pub name: String,
    pub summary: String,
    /// Markdown.
    pub description: String,
    pub attributes: Vec<Attribute>,
    pub tags: Vec<String>,
    pub status: ProductStatus,
    /// Why an admin took it down; while there is a reason nobody publishes it.
    pub held_reason: Option<String>,
    pub units_sold: i64,
    pub version: ProductVersion,
    pub options: Vec<ProductOption>,
    /// In the vendor's order; those that are offered.
    pub variants: Vec<OwnedVariant>,
    /// Those that are not offered any more, and stay because of their orders.
    pub retired: Vec<OwnedVariant>,
}

impl OwnedProduct {
    /// The one variant of a plain product; none where there are several to choose from.
    pub fn only_variant(&self) -> Option<&OwnedVariant> {
        match self.variants.as_slice() {
            [only] if self.options.is_empty() => Some(only),
            _ => None,
        }
    }

    /// What a variant is called, also of one that is not offered any more.
    pub fn title_of(&self, variant: VariantId) -> String {
        self.variants.iter().chain(&self.retired).find(|known| known.id == variant).map(|known| known.title.clone()).unwrap_or_default()
    }

    pub fn url(&self) -> String {
        super::product_url(&self.slug)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OwnedVariant {
    pub id: VariantId,
    /// Empty for a product without options.
    pub title: String,
    /// One for each of the product's options.
    pub option_values: Vec<String>,
    pub sku: String,
    pub price: Money,
    pub compare_at: Option<Money>,
    pub stock: i32,
    /// From which count on the vendor is warned; none: from [`LOW_STOCK`].
    pub low_stock_at: Option<i32>,
}

impl OwnedVariant {
    pub fn is_low(&self) -> bool {
        self.stock <= self.low_stock_at.unwrap_or(LOW_STOCK)
    }
}

/// What an editor had before the eyes when editing began. Sales and corrections change the stock and are no edit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProductVersion {
    /// Of the last edit, in microseconds.
    pub(super) edited_at: i64,
}

/// A text that no version was ever written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a version")]
pub struct NotAVersion;

impl std::fmt::Display for ProductVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.edited_at.fmt(f)
    }
}

impl std::str::FromStr for ProductVersion {
    type Err = NotAVersion;
    fn from_str(s: &str) -> Result<Self, NotAVersion> {
        s.parse().map(|edited_at| Self { edited_at }).map_err(|_| NotAVersion)
    }
}

impl TryFrom<String> for ProductVersion {
    type Error = NotAVersion;
    fn try_from(s: String) -> Result<Self, NotAVersion> {
        s.parse()
    }
}

impl From<ProductVersion> for String {
    fn from(version: ProductVersion) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_moves_along_the_graph_alone() {
        use ProductStatus::{Archived, Draft, Published};
        let allowed = [(Draft, Published), (Archived, Published), (Published, Draft), (Draft, Archived), (Published, Archived)];
        for &from in ProductStatus::ALL {
            for &to in ProductStatus::ALL {
                assert_eq!(from.may_become(to), allowed.contains(&(from, to)), "{from} → {to}");
            }
        }
    }

    #[test]
    fn a_version_survives_a_form() {
        let version = ProductVersion { edited_at: 1_790_000_000_123_456 };
        assert_eq!(version.to_string().parse(), Ok(version));
        for bad in ["", "1.", ".1", "1.2", "x", "99999999999999999999"] {
            assert_eq!(bad.parse::<ProductVersion>(), Err(NotAVersion), "{bad}");
        }
    }
}
