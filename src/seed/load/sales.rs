//! Orders: who bought what of whom, and what became of it. Each is made from its number, so that it can be made twice: once to count what
//! was sold before the goods are written, once to be written itself.

use uuid::Uuid;

use super::goods::{Goods, Vendor};
use super::random::{Random, Stream};
use super::{DAY_MS, Size, people};

const MINUTE_MS: i64 = 60_000;
/// Of each hundred orders, how many have one line, two, and so on: three on average.
const LINES: [usize; 6] = [20, 25, 20, 16, 11, 8];
/// Who has found one thing in a shop often takes another there.
const SAME_SHOP_PER_MILLE: usize = 600;
/// How busy the days of a week are, from Monday on.
const WEEK: [u64; 7] = [105, 100, 98, 102, 96, 112, 124];
/// Orders at the very end that wait for their payment: one in so many.
const PENDING_ONE_IN: usize = 5000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Paid,
    Refunded,
    PartiallyRefunded,
    Expired,
    Canceled,
    Pending,
}

impl Fate {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
            Self::Pending => "pending",
        }
    }

    /// Whether it took goods from the shelf.
    pub const fn took_goods(self) -> bool {
        matches!(self, Self::Paid | Self::Refunded | Self::PartiallyRefunded)
    }
}

pub struct Line {
    pub id: Uuid,
    /// Its number.
    pub variant: usize,
    pub quantity: i64,
    pub movement_id: Uuid,
}

pub struct Part {
    pub id: Uuid,
    pub vendor: u32,
    pub items_minor: i64,
    pub shipping_minor: i64,
    pub lines: Vec<Line>,
    pub fulfilment: &'static str,
    pub shipped_ms: Option<i64>,
    pub delivered_ms: Option<i64>,
}

pub struct Order {
    pub id: Uuid,
    /// Its number.
    pub customer: usize,
    pub fate: Fate,
    pub placed_ms: i64,
    /// When it was paid, expired or canceled.
    pub decided_ms: i64,
    pub parts: Vec<Part>,
    pub payment_id: Uuid,
    pub receipt_id: Uuid,
    pub refund: Option<(Uuid, i64)>,
    pub fingerprint: [u64; 4],
}

impl Order {
    pub fn items_minor(&self) -> i64 {
        self.parts.iter().map(|part| part.items_minor).sum()
    }

    pub fn shipping_minor(&self) -> i64 {
        self.parts.iter().map(|part| part.shipping_minor).sum()
    }

    pub fn total_minor(&self) -> i64 {
        self.items_minor() + self.shipping_minor()
    }

    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.parts.iter().flat_map(|part| &part.lines)
    }
}

/// When orders were placed: more each month, and most at the weekend.
pub struct Calendar {
    /// Up to each day, what share of all orders was placed.
    days: Vec<u64>,
}

impl Calendar {
    pub fn new(size: &Size) -> Self {
        let first_day = size.first_ms() / DAY_MS;
        let mut sum = 0;
        let days = (0..size.days as i64)
            .map(|day| {
                // The first of January 1970 was a Thursday.
                let weekday = (first_day + day + 3).rem_euclid(7) as usize;
                sum += WEEK[weekday] * (size.days as u64 + 2 * day.unsigned_abs());
                sum
            })
            .collect();
        Self { days }
    }

    /// Of the order of this number; a lower number is earlier, to the day.
    fn placed_ms(&self, size: &Size, chance: &mut Random, index: usize) -> i64 {
        let total = self.days.last().copied().unwrap_or(1);
        let at = (u128::from(total) * (2 * index as u128 + 1) / (2 * size.orders.max(1) as u128)) as u64;
        let day = self.days.partition_point(|&until| until <= at).min(self.days.len().saturating_sub(1));
        let before = if day == 0 { 0 } else { self.days[day - 1] };
        let within = (at - before) as i64 * 1000 / (self.days[day] - before).max(1) as i64;
        // From seven in the morning until midnight.
        let opens = size.first_ms() + day as i64 * DAY_MS + 7 * 60 * MINUTE_MS;
        (opens + 17 * 60 * MINUTE_MS / 1000 * within + chance.between(0, MINUTE_MS - 1)).min(size.until_ms - 30 * MINUTE_MS)
    }
}

/// The order of this number.
pub fn order(size: &Size, calendar: &Calendar, goods: &Goods, vendors: &[Vendor], index: usize) -> Order {
    let mut chance = Random::of(size.seed, Stream::Order, index);
    let placed_ms = calendar.placed_ms(size, &mut chance, index);
    let customer = people::who_orders(size, &mut chance, placed_ms);
    let fate = fate(size, &mut chance, index);
    let decided_ms = match fate {
        Fate::Expired => placed_ms + 30 * MINUTE_MS,
        _ => placed_ms + chance.between(MINUTE_MS, 12 * MINUTE_MS),
    };
    let id = chance.id(placed_ms);
    let parts = parts(&mut chance, goods, vendors, placed_ms);
    let mut order = Order {
        id,
        customer,
        fate,
        placed_ms,
        decided_ms,
        parts,
        payment_id: chance.id(placed_ms),
        receipt_id: chance.id(decided_ms),
        refund: None,
        fingerprint: [chance.next(), chance.next(), chance.next(), chance.next()],
    };
    if fate.took_goods() {
        for part in &mut order.parts {
            send(size, &mut chance, fate, decided_ms, part);
        }
    }
    let total_minor = order.total_minor();
    order.refund = match fate {
        Fate::Refunded => Some((chance.id(decided_ms), total_minor)),
        Fate::PartiallyRefunded => Some((chance.id(decided_ms), (total_minor * chance.between(10, 60) / 100).max(1))),
        _ => None,
    };
    order
}

fn fate(size: &Size, chance: &mut Random, index: usize) -> Fate {
    let waiting = size.orders.div_ceil(PENDING_ONE_IN);
    match chance.below(1000) {
        _ if index + waiting >= size.orders => Fate::Pending,
        0..885 => Fate::Paid,
        885..910 => Fate::Refunded,
        910..930 => Fate::PartiallyRefunded,
        930..972 => Fate::Expired,
        _ => Fate::Canceled,
    }
}

/// The lines, by shop.
fn parts(chance: &mut Random, goods: &Goods, vendors: &[Vendor], placed_ms: i64) -> Vec<Part> {
    let mut draw = chance.below(100);
    let count = LINES
        .iter()
        .position(|&share| {
            if draw < share {
                true
            } else {
                draw -= share;
                false
            }
        })
        .unwrap_or_default()
        + 1;
    let mut parts: Vec<Part> = Vec::with_capacity(count);
    let mut bought: Vec<usize> = Vec::with_capacity(count);
    for _ in 0..count {
        let same_shop = parts.last().filter(|_| chance.chance(SAME_SHOP_PER_MILLE)).map(|part| part.vendor);
        let variant = same_shop.and_then(|vendor| goods.also_wanted(chance, placed_ms, vendor));
        let variant = variant.unwrap_or_else(|| goods.wanted(chance, placed_ms));
        if bought.contains(&variant) {
            continue;
        }
        bought.push(variant);
        let quantity = match chance.below(100) {
            0..76 => 1,
            76..93 => 2,
            _ => chance.between(3, 5),
        };
        let line = Line { id: chance.id(placed_ms), variant, quantity, movement_id: chance.id(placed_ms) };
        let vendor = goods.products[goods.variants[variant].product as usize].vendor;
        let place = parts.iter().position(|part| part.vendor == vendor).unwrap_or_else(|| {
            let id = chance.id(placed_ms);
            let (shipped_ms, delivered_ms) = (None, None);
            let fulfilment = "unfulfilled";
            parts.push(Part { id, vendor, items_minor: 0, shipping_minor: 0, lines: Vec::new(), fulfilment, shipped_ms, delivered_ms });
            parts.len() - 1
        });
        parts[place].items_minor += goods.variants[variant].price_minor * quantity;
        parts[place].lines.push(line);
    }
    for part in &mut parts {
        part.shipping_minor = vendors[part.vendor as usize].shipping(part.items_minor);
    }
    parts
}

/// How far the shop has come with what was paid.
fn send(size: &Size, chance: &mut Random, fate: Fate, paid_ms: i64, part: &mut Part) {
    if fate == Fate::Refunded && chance.chance(600) {
        part.fulfilment = "canceled";
        return;
    }
    let shipped_ms = paid_ms + chance.between(DAY_MS / 8, 4 * DAY_MS);
    let delivered_ms = shipped_ms + chance.between(DAY_MS, 7 * DAY_MS);
    if shipped_ms < size.until_ms {
        (part.fulfilment, part.shipped_ms) = ("shipped", Some(shipped_ms));
        if delivered_ms < size.until_ms {
            (part.fulfilment, part.delivered_ms) = ("delivered", Some(delivered_ms));
        }
    }
}
