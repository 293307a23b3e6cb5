use super::Currency;

/// Least charges in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. Those after ZAR are not in Stripe's
/// table (there the equivalent of the settlement currency's minimum counts) and are near half a dollar.
pub const LEAST_CHARGES: [(&str, i64); 36] = [
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

impl Currency {
    /// The least that Stripe charges in it, in minor units; none for a currency that we know nothing about.
    pub fn least_charge_minor(&self) -> Option<i64> {
        LEAST_CHARGES.iter().find(|(code, _)| *code == self.code()).map(|(_, least)| *least)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::values::MAX_CHARGE_MINOR;

    #[test]
    fn each_currency_stands_once_and_can_be_charged() {
        for (code, least) in LEAST_CHARGES {
            let currency: Currency = code.parse().unwrap();
            assert_eq!((currency.code(), currency.least_charge_minor()), (code, Some(least)));
            assert!((1..MAX_CHARGE_MINOR).contains(&least), "{code}");
        }
        assert_eq!("XXX".parse::<Currency>().unwrap().least_charge_minor(), None);
    }
}
