//! A payment of another amount than the order costs, and what can be done about it.

use crate::text_enum;
use crate::values::Money;

/// What an order costs, and what came for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DifferingAmount {
    pub asked: Money,
    pub received: Money,
}

impl DifferingAmount {
    /// What came beyond the price, if all of the price came and in its currency: then the order may be accepted.
    pub fn excess(&self) -> Option<Money> {
        let minor = self.received.amount_minor - self.asked.amount_minor;
        (self.received.currency == self.asked.currency && minor >= 0).then(|| Money::new(minor, self.asked.currency))
    }
}

text_enum! {
    /// What an admin decides.
    pub enum Verdict {
        /// The order is paid; what came beyond its price goes back.
        Accept => "accept",
        /// All that came goes back, and nothing is sold.
        GiveBack => "give_back",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Currency;

    #[test]
    fn only_the_whole_price_in_its_currency_can_be_accepted() {
        let usd = |minor| Money::new(minor, Currency::USD);
        for (received, excess) in
            [(usd(2000), Some(usd(0))), (usd(2500), Some(usd(500))), (usd(1999), None), (Money::new(2500, "JPY".parse().unwrap()), None)]
        {
            assert_eq!(DifferingAmount { asked: usd(2000), received }.excess(), excess, "{received:?}");
        }
    }
}
