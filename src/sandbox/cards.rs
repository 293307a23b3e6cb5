//! The test cards, and what each of them does. Any other number is refused and never kept: people do type their real one.

use super::form::Params;
use super::refusal::Refusal;

/// What the issuer of a test card answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Succeeds,
    /// Asks for 3-D Secure, then succeeds.
    Authenticates,
    /// Succeeds, and is disputed as fraudulent.
    Disputes,
    Declines {
        code: &'static str,
        decline_code: Option<&'static str>,
        message: &'static str,
    },
}

struct TestCard {
    number: &'static str,
    brand: &'static str,
    /// Stripe's names of ready-made payment methods for tests without a browser.
    token: &'static str,
    outcome: Outcome,
}

const fn declines(code: &'static str, decline_code: Option<&'static str>, message: &'static str) -> Outcome {
    Outcome::Declines { code, decline_code, message }
}

const fn visa(number: &'static str, token: &'static str, outcome: Outcome) -> TestCard {
    TestCard { number, brand: "visa", token, outcome }
}

/// https://docs.stripe.com/testing
const TEST_CARDS: [TestCard; 12] = [
    visa("4242424242424242", "pm_card_visa", Outcome::Succeeds),
    TestCard { number: "5555555555554444", brand: "mastercard", token: "pm_card_mastercard", outcome: Outcome::Succeeds },
    visa("4000000000000002", "pm_card_visa_chargeDeclined", declines("card_declined", Some("generic_decline"), "Your card was declined.")),
    visa(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        declines("card_declined", Some("insufficient_funds"), "Your card has insufficient funds."),
    ),
    visa(
        "4000000000009987",
        "pm_card_visa_chargeDeclinedLostCard",
        declines("card_declined", Some("lost_card"), "Your card was declined."),
    ),
    visa(
        "4000000000009979",
        "pm_card_visa_chargeDeclinedStolenCard",
        declines("card_declined", Some("stolen_card"), "Your card was declined."),
    ),
    visa("4000000000000069", "pm_card_chargeDeclinedExpiredCard", declines("expired_card", Some("expired_card"), "Your card has expired.")),
    visa(
        "4000000000000127",
        "pm_card_chargeDeclinedIncorrectCvc",
        declines("incorrect_cvc", Some("incorrect_cvc"), "Your card's security code is incorrect."),
    ),
    visa(
        "4000000000000119",
        "pm_card_chargeDeclinedProcessingError",
        declines("processing_error", None, "An error occurred while processing your card. Try again in a little bit."),
    ),
    visa("4000002500003155", "pm_card_authenticationRequiredOnSetup", Outcome::Authenticates),
    visa("4000002760003184", "pm_card_authenticationRequired", Outcome::Authenticates),
    visa("4000000000000259", "pm_card_createDispute", Outcome::Disputes),
];

/// A card as we keep it: no number, no code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Card {
    pub(super) brand: &'static str,
    pub(super) last4: &'static str,
    pub(super) exp_month: i64,
    pub(super) exp_year: i64,
    pub(super) outcome: Outcome,
}

impl Card {
    fn of(card: &'static TestCard, exp_month: i64, exp_year: i64) -> Self {
        let last4 = card.number.get(card.number.len() - 4..).unwrap_or_default();
        Self { brand: card.brand, last4, exp_month, exp_year, outcome: card.outcome }
    }

    /// A ready-made payment method such as `pm_card_visa`.
    ///
    /// # Errors
    /// `resource_missing`.
    pub(super) fn from_token(token: &str, this_year: i64) -> Result<Self, Refusal> {
        let card = TEST_CARDS.iter().find(|card| card.token == token).ok_or_else(|| Refusal::no_such("PaymentMethod", token))?;
        Ok(Self::of(card, 12, this_year + 5))
    }

    /// `payment_method_data`, as the browser sends it.
    ///
    /// # Errors
    /// Like Stripe: a malformed card before an unknown one, in words for the customer.
    pub(super) fn from_data(mut data: Params, today: (i64, i64)) -> Result<Self, Refusal> {
        if data.required("type")? != "card" {
            return Err(Refusal::invalid("The sandbox takes cards only.", "payment_method_data[type]"));
        }
        // Taken and not kept: the shop has its own address form.
        data.map("billing_details")?;
        let mut card = data.map("card")?.ok_or_else(|| Refusal::missing("payment_method_data[card]"))?;
        let number = card.required("number")?;
        let exp_month = card.integer("exp_month")?.unwrap_or(0);
        let exp_year = card.integer("exp_year")?.unwrap_or(0);
        let cvc = card.text("cvc")?;
        card.finish()?;
        data.finish()?;
        Self::check(&number, exp_month, exp_year, cvc.as_deref(), today)
    }

    fn check(number: &str, exp_month: i64, exp_year: i64, cvc: Option<&str>, (year, month): (i64, i64)) -> Result<Self, Refusal> {
        let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let refused = |code, message| Refusal::card(code, None, message).forgettable();
        if !is_card_number(&digits) {
            return Err(refused("incorrect_number", "Your card number is incorrect.").with_param("number"));
        }
        let full_year = if (0..100).contains(&exp_year) { 2000 + exp_year } else { exp_year };
        if !(1..=12).contains(&exp_month) {
            return Err(refused("invalid_expiry_month", "Your card's expiration month is invalid.").with_param("exp_month"));
        }
        if full_year < year || full_year > year + 50 || (full_year == year && exp_month < month) {
            return Err(refused("invalid_expiry_year", "Your card's expiration year is invalid.").with_param("exp_year"));
        }
        let cvc_is_plausible = cvc.is_none_or(|cvc| (3..=4).contains(&cvc.len()) && cvc.bytes().all(|b| b.is_ascii_digit()));
        if !cvc_is_plausible {
            return Err(refused("invalid_cvc", "Your card's security code is invalid.").with_param("cvc"));
        }
        let card = TEST_CARDS.iter().find(|card| card.number == digits).ok_or_else(|| {
            let message = "Your card was declined. This shop takes test cards only, and this is not one; the number was not kept.";
            Refusal::card("card_declined", Some("test_mode_live_card"), message).forgettable()
        })?;
        Ok(Self::of(card, exp_month, full_year))
    }
}

/// 12 to 19 digits with Luhn's check digit.
fn is_card_number(digits: &str) -> bool {
    if !(12..=19).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            if index % 2 == 0 {
                digit
            } else if digit > 4 {
                digit * 2 - 9
            } else {
                digit * 2
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TODAY: (i64, i64) = (2026, 11);

    fn code(number: &str, month: i64, year: i64, cvc: &str) -> String {
        match Card::check(number, month, year, Some(cvc), TODAY) {
            Ok(card) => format!("{:?}", card.outcome),
            Err(refusal) => refusal.body()["error"]["code"].as_str().unwrap().to_owned(),
        }
    }

    #[test]
    fn test_cards_are_valid_numbers_that_differ() {
        for card in &TEST_CARDS {
            assert!(is_card_number(card.number), "{}", card.number);
            assert_eq!(TEST_CARDS.iter().filter(|other| other.number == card.number || other.token == card.token).count(), 1);
        }
    }

    #[test]
    fn malformed_cards_are_refused_before_unknown_ones() {
        assert_eq!(code("4242 4242-4242 4242", 12, 30, "123"), "Succeeds");
        assert_eq!(code("4242424242424242", 11, 2026, "123"), "Succeeds");
        assert_eq!(code("4242424242424242", 10, 2026, "123"), "invalid_expiry_year");
        assert_eq!(code("4242424242424242", 13, 30, "123"), "invalid_expiry_month");
        assert_eq!(code("4242424242424242", 12, 30, "12"), "invalid_cvc");
        assert_eq!(code("4242424242424241", 12, 30, "123"), "incorrect_number");
        assert_eq!(code("4242", 12, 30, "123"), "incorrect_number");
        assert_eq!(code("4111111111111111", 12, 30, "123"), "card_declined");
    }

    #[test]
    fn no_refusal_repeats_the_number() {
        for number in ["4111111111111111", "4242424242424241", "41111111x1111111"] {
            let refusal = Card::check(number, 12, 2030, Some("123"), TODAY).unwrap_err();
            assert!(!refusal.body().to_string().contains(number));
        }
    }
}
