//! What may be charged at once, by currency.

use super::refusal::Refusal;
use crate::values::{Currency, MAX_CHARGE_MINOR, Money};

/// # Errors
/// An unknown currency, or an amount outside what it allows.
pub(super) fn check(amount: i64, currency: &str) -> Result<(), Refusal> {
    let known = currency.parse::<Currency>().ok().and_then(|currency| Some((currency, currency.least_charge_minor()?)));
    let Some((currency, minimum)) = known else {
        return Err(Refusal::invalid("Invalid currency: the sandbox does not know it.", "currency"));
    };
    if amount < 1 {
        return Err(Refusal::invalid("This value must be greater than or equal to 1.", "amount").code("parameter_invalid_integer"));
    }
    if amount < minimum {
        let message = format!("Amount must be at least {} {}", Money::new(minimum, currency), currency.code().to_ascii_lowercase());
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
