//! Chance that can be repeated: the seed is printed, and `CHAOS_SEED` sets it.

use uuid::Uuid;

/// A sequence of numbers. SplitMix64, by Steele, Lea and Flood: eight lines, and the same on every machine.
pub struct Seed(u64);

impl Seed {
    /// From `CHAOS_SEED`, or a new one.
    pub fn take(test: &str) -> Self {
        let given = std::env::var("CHAOS_SEED").ok().map(|text| text.parse().expect("CHAOS_SEED is a number"));
        let seed = given.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0 >> 32);
        println!("{test}: seed {seed}; CHAOS_SEED={seed} repeats it");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `limit`. That the small ones are a trifle more likely does not matter here.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
