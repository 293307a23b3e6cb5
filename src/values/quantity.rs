use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// How many of one variant somebody wants: 1 to 999. Zero, negative and absurd numbers do not decode (CVE-2026-44826: a negative quantity
/// made a negative total).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(into = "i64")]
pub struct Quantity(u16);

impl Quantity {
    pub const ONE: Self = Self(1);
    pub const MAX: Self = Self(999);

    pub const fn get(self) -> u32 {
        self.0 as u32
    }

    /// For columns of type `integer`.
    pub const fn as_i32(self) -> i32 {
        self.0 as i32
    }

    /// The sum, held at the maximum.
    pub fn saturating_add(self, other: Self) -> Self {
        Self((self.0 + other.0).min(Self::MAX.0))
    }
}

/// Not a whole number from 1 to 999.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("quantity must be a whole number from 1 to 999")]
pub struct QuantityError;

impl TryFrom<i64> for Quantity {
    type Error = QuantityError;
    fn try_from(n: i64) -> Result<Self, QuantityError> {
        match u16::try_from(n) {
            Ok(n) if (1..=Self::MAX.0).contains(&n) => Ok(Self(n)),
            _ => Err(QuantityError),
        }
    }
}

/// From a number, or from the digits that a form field is.
impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Quantity;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number from 1 to 999")
            }
            fn visit_i64<E: Error>(self, n: i64) -> Result<Quantity, E> {
                Quantity::try_from(n).map_err(E::custom)
            }
            fn visit_u64<E: Error>(self, n: u64) -> Result<Quantity, E> {
                i64::try_from(n).map_err(E::custom).and_then(|n| self.visit_i64(n))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
                text.trim().parse::<i64>().map_err(E::custom).and_then(|n| self.visit_i64(n))
            }
        }
        deserializer.deserialize_any(Digits)
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        Self::from(quantity.0)
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_to_999_is_a_quantity() {
        for n in [i64::MIN, -1, 0, 1000, 1_000_000_000, 1 << 31, i64::MAX] {
            assert!(Quantity::try_from(n).is_err(), "{n}");
        }
        assert_eq!(Quantity::try_from(999).map(Quantity::get), Ok(999));
        for json in ["1.5", "\"x\"", "NaN", "null", "-1"] {
            assert!(serde_json::from_str::<Quantity>(json).is_err(), "{json}");
        }
    }
}
