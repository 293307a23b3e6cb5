//! What may be charged at once, by currency.

use super::refusal::Refusal;
use crate::values::{Currency, MAX_CHARGE_MINOR, Money};

/// Least charges in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. Those after ZAR are not in Stripe's
/// table (there the equivalent of the settlement currency's minimum counts) and are near half a dollar.
const MINIMUMS: [(&str, i64); 36] = [
    ("USD", 50),
    ("AED", 200),
    ("AUD", 50),
    ("BGN", 100),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 1500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 400),
    ("HUF", 17_500),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 1000),
    ("MYR", 200),
    ("NOK", 300),
    ("NZD", 50),
    ("PLN", 200),
    ("RON", 200),
    ("SEK", 300),
    ("SGD", 50),
    ("THB", 1000),
    ("ZAR", 1000),
    ("CLP", 500),
    ("COP", 200_000),
    ("IDR", 800_000),
    ("ILS", 200),
    ("ISK", 7000),
    ("KRW", 700),
    ("KWD", 160),
    ("PHP", 3000),
    ("TRY", 2000),
    ("TWD", 1600),
    ("VND", 13_000),
];

/// # Errors
/// An unknown currency, or an amount outside what it allows.
pub(super) fn check(amount: i64, currency: &str) -> Result<(), Refusal> {
    let minimum = MINIMUMS.iter().find(|(code, _)| code.eq_ignore_ascii_case(currency));
    let (Some((code, minimum)), Ok(currency)) = (minimum, currency.parse::<Currency>()) else {
        return Err(Refusal::invalid("Invalid currency: the sandbox does not know it.", "currency"));
    };
    if amount < 1 {
        return Err(Refusal::invalid("This value must be greater than or equal to 1.", "amount").code("parameter_invalid_integer"));
    }
    if amount < *minimum {
        let message = format!("Amount must be at least {} {}", Money::new(*minimum, currency), code.to_ascii_lowercase());
        return Err(Refusal::invalid(&message, "amount").code("amount_too_small"));
    }
    if amount > MAX_CHARGE_MINOR {
        let message = format!("Amount must be no more than {}", Money::new(MAX_CHARGE_MINOR, currency));
        return Err(Refusal::invalid(&message, "amount").code("amount_too_large"));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::check;

    #[test]
    fn each_currency_has_its_own_least_amount() {
        let code = |amount, currency| check(amount, currency).unwrap_err().body()["error"]["code"].clone();
        check(50, "usd").unwrap();
        check(99_999_999, "USD").unwrap();
        assert_eq!(code(49, "usd"), "amount_too_small");
        assert_eq!(code(29, "gbp"), "amount_too_small");
        assert_eq!(code(100_000_000, "usd"), "amount_too_large");
        assert_eq!(code(0, "usd"), "parameter_invalid_integer");
        assert_eq!(code(-1, "usd"), "parameter_invalid_integer");
        check(50, "jpy").unwrap();
        assert!(check(5000, "xxx").is_err());
        assert!(check(5000, "dollars").is_err());
    }
}
