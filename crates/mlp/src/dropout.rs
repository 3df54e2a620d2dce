//! Inverted dropout (Srivastava et al. 2014).
//!
//! With p = 1 − rate the probability that a unit is kept, each row of a batch has its own mask:
//!
//! ```text
//! r ~ Bernoulli(p),   ã = r ⋆ a / p      while training
//! ã = a                                   when predicting
//! ```
//!
//! The rate is rounded to a multiple of 2⁻¹⁶: a unit is dropped when its 16 random bits lie below it. They are a function of the
//! mask's key and the unit's position in the batch ([`philox`]), so a mask is the same whatever blocks its rows come in, and many
//! are drawn side by side: unit 256 g + 128 h + 32 w + c has half h of word w of the counter (32 g + c, 0, 0, 0).

use mlpsweep_real::{Pass, Real, vectorised_pass};
use mlpsweep_seed::{Stream, philox};
use rand::Rng as _;

/// Of Philox4x32-7, the cheapest that passes all tests of randomness it was put to.
const ROUNDS: usize = 7;

/// Counters that are drawn side by side: enough for loops over them to stay loops, which the compiler turns to vectors.
const COUNTERS: usize = 32;

/// Their words, and units: one for each half of a word.
const WORDS: usize = 4 * COUNTERS;
const UNITS: usize = 2 * WORDS;

/// 2¹⁶
const N_RATES: f64 = 65_536.0;

/// 1/p with the rate as it is rounded.
pub(crate) fn scale(rate: f64) -> f64 {
    N_RATES / (N_RATES - f64::from(n_dropped(rate)))
}

/// The mask of one layer in one pass.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mask<T> {
    key: u64,
    /// Of 2¹⁶ units so many are dropped.
    n_dropped: u32,
    /// 1/p
    scale: T,
}

impl<T: Real> Mask<T> {
    /// The next mask of the stream.
    pub(crate) fn draw(rate: f64, stream: &mut Stream) -> Mask<T> {
        Mask { key: stream.next_u64(), n_dropped: n_dropped(rate), scale: T::from_f64(scale(rate)) }
    }

    /// values ⋆= r/p; the first of them is at `first` in the batch.
    pub(crate) fn apply(self, first: usize, values: &mut [T]) {
        vectorised_pass(Apply { mask: self, first, values });
    }

    /// r/p of the g-th 256 units.
    #[inline(always)]
    fn factors(self, g: usize) -> [T; UNITS] {
        let mut words = [0; WORDS];
        for c in 0..COUNTERS {
            let four = philox::<ROUNDS>([(g * COUNTERS + c) as u32, 0, 0, 0], self.key);
            for w in 0..4 {
                words[w * COUNTERS + c] = four[w];
            }
        }
        let mut factors = [T::zero(); UNITS];
        let (lower, upper) = factors.split_at_mut(WORDS);
        for ((lower, upper), word) in lower.iter_mut().zip(upper).zip(words) {
            *lower = self.factor(word & 0xffff);
            *upper = self.factor(word >> 16);
        }
        factors
    }

    /// r/p of a unit with these random bits.
    #[inline(always)]
    fn factor(self, bits: u32) -> T {
        if bits < self.n_dropped { T::zero() } else { self.scale }
    }
}

/// Of 2¹⁶ units so many are dropped, never all of them.
fn n_dropped(rate: f64) -> u32 {
    (rate * N_RATES).round().min(N_RATES - 1.0) as u32
}

struct Apply<'a, T> {
    mask: Mask<T>,
    first: usize,
    values: &'a mut [T],
}

impl<T: Real> Pass for Apply<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Apply { mask, first, mut values } = self;
        let mut at = first;
        while !values.is_empty() {
            let (g, skipped) = (at / UNITS, at % UNITS);
            let (units, rest) = values.split_at_mut(values.len().min(UNITS - skipped));
            let factors = mask.factors(g);
            for (value, &factor) in units.iter_mut().zip(&factors[skipped..]) {
                *value *= factor;
            }
            at += units.len();
            values = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlpsweep_seed::Seed;

    fn mask(rate: f64) -> Mask<f64> {
        Mask::draw(rate, &mut Seed::new(1).stream())
    }

    /// r/p of so many units.
    fn factors(rate: f64, n_units: usize) -> Vec<f64> {
        let mut values = vec![1.0; n_units];
        mask(rate).apply(0, &mut values);
        values
    }

    /// The share of kept units is binomial: over 10⁶ draws five standard deviations are 5·√(p(1−p)/10⁶) ≤ 0.0025.
    #[test]
    fn keeps_a_share_of_one_minus_rate_and_the_expectation() {
        for rate in [0.0, 0.125, 0.5, 0.9375] {
            let factors = factors(rate, 1_000_001);
            let kept = factors.iter().filter(|&&factor| factor != 0.0).count() as f64 / factors.len() as f64;
            assert!((kept - (1.0 - rate)).abs() <= 0.0025, "rate {rate}: kept {kept}");
            assert!(factors.iter().all(|&factor| factor == 0.0 || factor == 1.0 / (1.0 - rate)));
        }
    }

    #[test]
    fn rates_are_rounded_and_so_is_their_scale() {
        assert_eq!(scale(0.1), 65_536.0 / (65_536.0 - 6_554.0));
        assert_eq!(scale(1e-6), 1.0);
        assert_eq!(scale(1.0 - 1e-9), 65_536.0);
    }

    /// Neighbours agree as often as independent units do: p² + (1 − p)² of 10⁶ pairs.
    #[test]
    fn neighbours_are_independent() {
        let factors = factors(0.3, 1_000_001);
        for distance in [1, 32, 100, 128, 256] {
            let pairs = factors.iter().zip(&factors[distance..]);
            let n_pairs = pairs.len() as f64;
            let agreeing = pairs.filter(|(a, b)| a == b).count() as f64 / n_pairs;
            assert!((agreeing - 0.58).abs() <= 0.0025, "{distance}: {agreeing}");
        }
    }

    #[test]
    fn a_mask_is_the_same_in_any_blocks() {
        let whole = factors(0.4, 1_000);
        for n in [1, 7, 255, 256, 257, 500] {
            let mut values = vec![1.0; 1_000];
            for (first, block) in (0..).step_by(n).zip(values.chunks_mut(n)) {
                mask(0.4).apply(first, block);
            }
            assert_eq!(values, whole, "blocks of {n}");
        }
    }
}
