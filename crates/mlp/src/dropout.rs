//! Inverted dropout (Srivastava et al. 2014).
//!
//! With p = 1 − rate the probability that a unit is kept, each row of a batch has its own mask:
//!
//! ```text
//! r ~ Bernoulli(p),   ã = r ⋆ a / p      while training
//! ã = a                                   when predicting
//! ```

use mlpsweep_real::Real;
use mlpsweep_seed::Stream;
use rand::Rng as _;

/// Fills `mask` with 0 for a unit to drop and 1/p for one to keep.
///
/// A unit is dropped when 32 random bits, read as a fraction, lie below `rate`; one 64-bit draw serves two units.
pub(crate) fn draw_mask<T: Real>(rate: f64, mask: &mut [T], stream: &mut Stream) {
    let threshold = (rate * 2.0_f64.powi(32)) as u64;
    let factors = [T::zero(), T::from_f64(1.0 / (1.0 - rate))];
    for pair in mask.chunks_mut(2) {
        let mut bits = stream.next_u64();
        for factor in pair {
            *factor = factors[usize::from((bits & 0xffff_ffff) >= threshold)];
            bits >>= 32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlpsweep_seed::Seed;

    /// The share of kept units is binomial: over 10⁶ draws five standard deviations are 5·√(p(1−p)/10⁶) ≤ 0.0025.
    #[test]
    fn keeps_a_share_of_one_minus_rate_and_the_expectation() {
        for rate in [0.0, 0.1, 0.5, 0.9] {
            let mut mask = vec![0.0_f64; 1_000_001];
            draw_mask(rate, &mut mask, &mut Seed::new(1).stream());
            let kept = mask.iter().filter(|&&factor| factor != 0.0).count() as f64 / mask.len() as f64;
            assert!((kept - (1.0 - rate)).abs() <= 0.0025, "rate {rate}: kept {kept}");
            assert!(mask.iter().all(|&factor| factor == 0.0 || factor == 1.0 / (1.0 - rate)));
        }
    }
}
