//! Products as the vendor sees them who owns them.

use serde::{Deserialize, Serialize};

use crate::values::{CategoryId, Money, ProductId, Slug, VariantId};

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

/// One line of a vendor's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnedLine {
    pub id: ProductId,
    pub name: String,
    pub status: ProductStatus,
    /// The lowest among the variants.
    pub price: Option<Money>,
    /// Of all variants, with what is held for people who are paying now.
    pub stock: i64,
    pub has_options: bool,
}

/// All of a product that its vendor may edit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnedProduct {
    pub id: ProductId,
    pub slug: Slug,
    pub category_id: CategoryId,
    pub name: String,
    pub summary: String,
    pub description: String,
    pub tags: Vec<String>,
    pub status: ProductStatus,
    pub units_sold: i64,
    pub version: ProductVersion,
    /// In the vendor's order.
    pub variants: Vec<OwnedVariant>,
}

impl OwnedProduct {
    /// The one variant of a plain product; none where there are several to choose from.
    pub fn only_variant(&self) -> Option<&OwnedVariant> {
        match self.variants.as_slice() {
            [only] => Some(only),
            _ => None,
        }
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
    pub sku: String,
    pub price: Money,
    pub compare_at: Option<Money>,
    pub stock: i32,
}

/// What a vendor had before the eyes when editing began. Sales change the stock and are no edit, so they do not make a text stale; a stock
/// that was typed over counts only as long as nothing was sold in between.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProductVersion {
    /// Of the last edit, in microseconds.
    pub(super) edited_at: i64,
    /// Of all variants.
    pub(super) stock: i32,
}

/// A text that no version was ever written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a version")]
pub struct NotAVersion;

impl std::fmt::Display for ProductVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.edited_at, self.stock)
    }
}

impl std::str::FromStr for ProductVersion {
    type Err = NotAVersion;
    fn from_str(s: &str) -> Result<Self, NotAVersion> {
        let (edited_at, stock) = s.split_once('.').ok_or(NotAVersion)?;
        Ok(Self { edited_at: edited_at.parse().map_err(|_| NotAVersion)?, stock: stock.parse().map_err(|_| NotAVersion)? })
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
        let version = ProductVersion { edited_at: 1_790_000_000_123_456, stock: 7 };
        assert_eq!(version.to_string().parse(), Ok(version));
        for bad in ["", "1", "1.", ".1", "1.2.3", "x.1", "99999999999999999999.1"] {
            assert_eq!(bad.parse::<ProductVersion>(), Err(NotAVersion), "{bad}");
        }
    }
}
