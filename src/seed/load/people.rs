//! Customers: made from their number whenever they are needed, since there are many.

use uuid::Uuid;

use super::random::{Random, Stream};
use super::words::{CITIES, FIRST_NAMES, LAST_NAMES, STREETS};
use super::{DAY_MS, Size};

/// People sign up from this long before the first order on.
const HEAD_START_MS: i64 = 60 * DAY_MS;

pub struct Customer {
    pub id: Uuid,
    pub address_id: Uuid,
    pub name: String,
    pub email: String,
    pub joined_ms: i64,
    pub line1: String,
    pub city: &'static str,
    pub postal_code: &'static str,
    pub country_code: &'static str,
}

/// The customer of this number; a lower number signed up earlier.
pub fn customer(size: &Size, index: usize) -> Customer {
    let mut chance = Random::of(size.seed, Stream::Customer, index);
    let since = size.first_ms() - HEAD_START_MS;
    let step = (size.until_ms - since) / size.customers.max(1) as i64;
    let joined_ms = since + step * index as i64 + if index > 0 { chance.between(0, step - 1) } else { 0 };
    let (city, postal_code, country_code) = *chance.pick(CITIES);
    Customer {
        id: chance.id(joined_ms),
        address_id: chance.id(joined_ms),
        name: format!("{} {}", chance.pick(FIRST_NAMES), chance.pick(LAST_NAMES)),
        email: format!("customer-{}@load.example", index + 1),
        joined_ms,
        line1: format!("{} {}", chance.between(1, 180), chance.pick(STREETS)),
        city,
        postal_code,
        country_code,
    }
}

/// Who orders at this moment: somebody who has an account by then, and rather one who has had it for long.
pub fn who_orders(size: &Size, chance: &mut Random, at_ms: i64) -> usize {
    let since = size.first_ms() - HEAD_START_MS;
    let step = (size.until_ms - since) / size.customers.max(1) as i64;
    let known = ((at_ms - since) / step.max(1)).clamp(1, size.customers as i64) as usize;
    let reach = chance.below(known) + 1;
    if chance.chance(500) { chance.below(reach) } else { chance.below(known) }
}
