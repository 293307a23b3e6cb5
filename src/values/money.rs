use serde::{Deserialize, Serialize};

use super::grouped;

/// The most a single charge may be, in minor units: Stripe's own limit of eight digits.
pub const MAX_CHARGE_MINOR: i64 = 99_999_999;

/// Currencies without a minor unit, and those with three decimals (ISO 4217). Everything else has two.
/// Multiplying by 100 everywhere charges a Japanese customer a hundredfold.
const ZERO_DECIMAL: [&str; 16] =
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];
const THREE_DECIMAL: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// An ISO 4217 code: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    pub const USD: Self = Self(*b"USD");

    /// The code in capitals, as ISO 4217 and our tables have it.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Number of decimals in an amount as people write it.
    pub fn exponent(&self) -> u32 {
        if ZERO_DECIMAL.contains(&self.code()) {
            0
        } else if THREE_DECIMAL.contains(&self.code()) {
            3
        } else {
            2
        }
    }

    fn symbol(&self) -> Option<&'static str> {
        match &self.0 {
            b"USD" => Some("$"),
            b"EUR" => Some("€"),
            b"GBP" => Some("£"),
            b"JPY" => Some("¥"),
            _ => None,
        }
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Currency {
    type Err = MoneyError;
    fn from_str(s: &str) -> Result<Self, MoneyError> {
        let bytes: [u8; 3] = s.as_bytes().try_into().map_err(|_| MoneyError::UnknownCurrency)?;
        let upper = bytes.map(|b| b.to_ascii_uppercase());
        if upper.iter().all(u8::is_ascii_uppercase) { Ok(Self(upper)) } else { Err(MoneyError::UnknownCurrency) }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(s: String) -> Result<Self, MoneyError> {
        s.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// Why an amount could not be computed or read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MoneyError {
    #[error("amounts of different currencies")]
    CurrencyMismatch,
    #[error("amount out of range")]
    Overflow,
    #[error("not a currency code")]
    UnknownCurrency,
    #[error("not an amount")]
    NotAnAmount,
}

/// An amount in minor units (cents for USD, yen for JPY) of one currency. Arithmetic is checked; there are no floats on the way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    pub const fn is_zero(&self) -> bool {
        self.amount_minor == 0
    }

    /// # Errors
    /// `CurrencyMismatch` or `Overflow`.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let amount_minor = self.amount_minor.checked_add(other.amount_minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount_minor, ..self })
    }

    /// # Errors
    /// `Overflow`.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let amount_minor = self.amount_minor.checked_mul(i64::from(quantity)).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount_minor, ..self })
    }

    /// Splits the amount in the ratio of the weights without losing a minor unit: what rounding leaves over goes to the first parts.
    /// With no positive weight all of it goes to the first part.
    pub fn split(self, weights: &[u32]) -> Vec<Self> {
        let total: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        let mut rest = self.amount_minor;
        let mut parts: Vec<Self> = weights
            .iter()
            .map(|&weight| {
                let share = if total == 0 { 0 } else { i128::from(self.amount_minor) * i128::from(weight) / total };
                // A share lies between zero and the amount, so it fits.
                let share = i64::try_from(share).unwrap_or(0);
                rest -= share;
                Self { amount_minor: share, ..self }
            })
            .collect();
        let step = rest.signum();
        let mut next = 0;
        while rest != 0 && !parts.is_empty() {
            if total == 0 {
                parts[0].amount_minor += rest;
                break;
            }
            let index = next % parts.len();
            if weights[index] > 0 {
                parts[index].amount_minor += step;
                rest -= step;
            }
            next += 1;
        }
        parts
    }

    /// As a human would type it: `12.50`. The other way round it is [`Self::parse`].
    pub fn plain(&self) -> String {
        self.to_string().chars().filter(|c| c.is_ascii_digit() || *c == '.').collect()
    }

    /// Reads what a human types: `12`, `12.5`, `12.50`. No sign, no grouping, no more decimals than the currency has.
    ///
    /// # Errors
    /// `NotAnAmount`, `Overflow`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let decimals = currency.exponent() as usize;
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > decimals || text.ends_with('.') {
            return Err(MoneyError::NotAnAmount);
        }
        let amount_minor = format!("{whole}{fraction:0<decimals$}").parse().map_err(|_| MoneyError::Overflow)?;
        Ok(Self { amount_minor, currency })
    }
}

/// `$1,234.50`, `¥1,234`, `1,234.500 KWD`.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = 10_u64.pow(self.currency.exponent());
        let amount = self.amount_minor.unsigned_abs();
        let (whole, fraction) = (amount / unit, amount % unit);
        if self.amount_minor < 0 {
            f.write_str("−")?;
        }
        let symbol = self.currency.symbol();
        f.write_str(symbol.unwrap_or(""))?;
        f.write_str(&grouped(whole))?;
        if unit > 1 {
            write!(f, ".{fraction:0width$}", width = self.currency.exponent() as usize)?;
        }
        if symbol.is_none() {
            write!(f, " {}", self.currency.code())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const JPY: Currency = Currency(*b"JPY");
    const KWD: Currency = Currency(*b"KWD");

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(Money::new(123_450, Currency::USD).to_string(), "$1,234.50");
        assert_eq!(Money::new(1234, JPY).to_string(), "¥1,234");
        assert_eq!(Money::new(1_234_500, KWD).to_string(), "1,234.500 KWD");
        assert_eq!(Money::new(-5, Currency::USD).to_string(), "−$0.05");
        assert_eq!(Money::parse("12.5", Currency::USD), Ok(Money::new(1250, Currency::USD)));
        assert_eq!(Money::parse("12", JPY), Ok(Money::new(12, JPY)));
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", "-1", "1.234", "1e9", "NaN", "1,000", ".5", "5.", "０", "99999999999999999999"] {
            assert!(Money::parse(text, Currency::USD).is_err(), "{text}");
        }
        assert!(Money::parse("1.5", JPY).is_err());
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(Money::new(1, JPY).plus(Money::new(1, KWD)), Err(MoneyError::CurrencyMismatch));
        assert_eq!(Money::new(i64::MAX, JPY).times(2), Err(MoneyError::Overflow));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]

        /// Nothing is lost, nobody owes, and each part is within one minor unit of its exact share.
        #[test]
        fn splitting_loses_nothing(amount in 0..=MAX_CHARGE_MINOR, weights in proptest::collection::vec(0_u32..1000, 1..12)) {
            let parts = Money::new(amount, Currency::USD).split(&weights);
            prop_assert_eq!(parts.iter().map(|part| part.amount_minor).sum::<i64>(), amount);
            prop_assert!(parts.iter().all(|part| part.amount_minor >= 0));
            let all: i64 = weights.iter().map(|&weight| i64::from(weight)).sum();
            for (part, &weight) in parts.iter().zip(&weights).filter(|_| all > 0) {
                prop_assert!((part.amount_minor * all - amount * i64::from(weight)).abs() <= all, "{} of {amount} by {weight} in {all}", part.amount_minor);
            }
        }

        /// Sums and multiples are exact or refused: never wrapped, never in another currency.
        #[test]
        fn sums_are_exact_or_refused(a in any::<i64>(), b in any::<i64>(), pieces in any::<u32>()) {
            let exact = i128::from(a) + i128::from(b);
            let sum = Money::new(a, JPY).plus(Money::new(b, JPY));
            prop_assert_eq!(sum.map(|sum| i128::from(sum.amount_minor)).ok(), i64::try_from(exact).ok().map(i128::from));
            let exact = i128::from(a) * i128::from(pieces);
            let product = Money::new(a, KWD).times(pieces);
            prop_assert_eq!(product.map(|product| i128::from(product.amount_minor)).ok(), i64::try_from(exact).ok().map(i128::from));
        }

        #[test]
        fn display_and_parse_agree(amount in 0..=MAX_CHARGE_MINOR) {
            for currency in [Currency::USD, JPY, KWD] {
                let money = Money::new(amount, currency);
                prop_assert_eq!(Money::parse(&money.plain(), currency), Ok(money));
            }
        }
    }
}
