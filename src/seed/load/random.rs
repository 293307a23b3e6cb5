//! Chance that repeats itself: the same seed gives the same rows, on every machine.

use uuid::Uuid;

/// SplitMix64 (Steele, Lea, Flood 2014): small, quick, and good enough for goods that nobody sells.
#[derive(Clone, Debug)]
pub struct Random(u64);

/// What the numbers are for. Each row has numbers of its own, so that it is the same in whatever order rows are made.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    Category = 1,
    Vendor,
    Customer,
    Product,
    Popularity,
    Rating,
    Order,
}

/// Added at each step; odd, and without a pattern (the golden ratio).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    pub fn of(seed: u64, stream: Stream, index: usize) -> Self {
        let mut first = Self(seed ^ (stream as u64) << 56);
        let mixed = first.next() ^ (index as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self(mixed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// 0 to `bound` − 1; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// Both ends belong to it.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        least + self.below((most - least + 1).unsigned_abs() as usize) as i64
    }

    pub fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// An id that carries its age, as those of real rows do (UUIDv7).
    pub fn id(&mut self, at_ms: i64) -> Uuid {
        let mut bytes = [0_u8; 16];
        bytes[..6].copy_from_slice(&at_ms.to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&self.next().to_be_bytes()[..2]);
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        bytes[6] = bytes[6] & 0x0f | 0x70;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Uuid::from_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_paper() {
        let mut random = Random(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn ids_carry_their_age_and_version() {
        let id = Random::of(1, Stream::Order, 7).id(1_790_000_000_123);
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        assert_eq!(id.as_u128() >> 80, 1_790_000_000_123);
        assert_ne!(id, Random::of(2, Stream::Order, 7).id(1_790_000_000_123));
    }

    #[test]
    fn bounds_hold() {
        let mut random = Random::of(1, Stream::Product, 0);
        let seen: std::collections::BTreeSet<i64> = (0..1000).map(|_| random.between(3, 5)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [3, 4, 5]);
        assert_eq!(random.below(0), 0);
    }
}
