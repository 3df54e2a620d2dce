//! Named, portable streams of random numbers.
//!
//! Whatever is drawn at random in a sweep is drawn from a stream with a *name*: the way from the sweep's seed
//! down to one purpose, such as `seed → repeat 0 → fold 3 → "dropout"`. Streams with different names are
//! independent for all practical purposes, so nothing one part draws can shift what another part sees, and the
//! order in which threads happen to run cannot reach a result.
//!
//! ```
//! use mlpsweep_seed::Seed;
//! use rand::Rng;
//!
//! let fold = Seed::new(7).child("repeat").nth(0).child("fold").nth(3);
//! let mut masks = fold.child("dropout").stream();
//! let mut weights = fold.child("init").stream();
//! assert_ne!(masks.next_u64(), weights.next_u64());
//! assert_eq!(fold.child("dropout").stream().next_u64(), fold.child("dropout").stream().next_u64());
//! ```
//!
//! A node of the tree is 64 bits. With `mix` the finaliser of SplitMix64 (Steele, Lea & Flood 2014):
//!
//! ```text
//! child(s, name)  = mix(s ⊕ fnv1a(name))
//! nth(s, index)   = mix(s + (index + 1)·0x9e37_79b9_7f4a_7c15)
//! stream(s)       = xoshiro256++ (Blackman & Vigna 2019), its state filled by SplitMix64 from s
//! ```
//!
//! All three are integer arithmetic: the same numbers on every machine, and the tests hold them to fixed values. Where very
//! many are wanted at once, [`philox`] draws them side by side under a key from a stream.

mod philox;

pub use philox::philox;

use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator behind every stream. Its output is fixed by its authors' reference code.
pub type Stream = Xoshiro256PlusPlus;

/// A node in the tree of named streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(u64);

impl Seed {
    /// The root: the `seed` of the sweep file.
    pub const fn new(seed: u64) -> Seed {
        Seed(seed)
    }

    /// The node below this one that is called `name`.
    pub fn child(self, name: &str) -> Seed {
        Seed(mix(self.0 ^ fnv1a(name.as_bytes())))
    }

    /// The node below this one at position `index`.
    pub fn nth(self, index: u64) -> Seed {
        Seed(mix(self.0.wrapping_add(index.wrapping_add(1).wrapping_mul(GOLDEN_GAMMA))))
    }

    /// The stream of random numbers that starts at this node.
    pub fn stream(self) -> Stream {
        Stream::seed_from_u64(self.0)
    }
}

/// 2⁶⁴ divided by the golden ratio, made odd.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Results of a sweep depend on these numbers: when this test fails, every stored result has changed.
    #[test]
    fn streams_are_the_same_on_every_machine() {
        let first = |seed: Seed| seed.stream().next_u64();
        assert_eq!(first(Seed::new(7)), 0x0e2c_1a00_2aae_913d);
        assert_eq!(first(Seed::new(7).child("init")), 0xe2f0_dc78_d214_3867);
        assert_eq!(first(Seed::new(7).nth(3)), 0x1871_ed46_d596_9c8b);
        assert_eq!(mix(GOLDEN_GAMMA), 0xe220_a839_7b1d_cdaf, "SplitMix64's first output for seed 0");
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8, "FNV-1a's published test vector");
    }

    proptest! {
        #[test]
        fn names_and_positions_lead_to_different_nodes(seed: u64, i in 0_u64..1_000, j in 0_u64..1_000) {
            let seed = Seed::new(seed);
            prop_assert_eq!(seed.nth(i) == seed.nth(j), i == j);
            prop_assert_ne!(seed.child("init"), seed.child("dropout"));
            prop_assert_ne!(seed.child("fold").nth(i), seed.child("repeat").nth(i));
        }
    }
}
