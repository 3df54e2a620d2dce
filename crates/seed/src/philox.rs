//! Philox4x32 (Salmon, Moraes, Dror & Shaw 2011): random words as a function of their position.
//!
//! A round turns the counter c of four words into
//!
//! ```text
//! c' = (hi(M₁ c₂) ⊕ c₁ ⊕ k₀,  lo(M₁ c₂),  hi(M₀ c₀) ⊕ c₃ ⊕ k₁,  lo(M₀ c₀))
//! ```
//!
//! where hi and lo are the halves of a product of 64 bits; the key grows by (W₀, W₁) from one round to the next. Seven rounds
//! are the fewest that pass TestU01's BigCrush, as the authors say; libraries that are used for everything do ten.

const MULTIPLIERS: [u32; 2] = [0xd251_1f53, 0xcd9e_8d57];
const KEY_STEPS: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];

/// The four random words of a counter under a key, in so many rounds.
///
/// They depend on nothing else, so that words can be drawn in any order; a loop over counters runs in vector units.
///
/// ```
/// # use mlpsweep_seed::philox;
/// assert_eq!(philox::<10>([0; 4], 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
/// ```
#[inline(always)]
pub fn philox<const ROUNDS: usize>(counter: [u32; 4], key: u64) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let mut keys = [key as u32, (key >> 32) as u32];
    for _ in 0..ROUNDS {
        let (high0, low0) = product(MULTIPLIERS[0], c0);
        let (high1, low1) = product(MULTIPLIERS[1], c2);
        (c0, c1, c2, c3) = (high1 ^ c1 ^ keys[0], low1, high0 ^ c3 ^ keys[1], low0);
        keys = [keys[0].wrapping_add(KEY_STEPS[0]), keys[1].wrapping_add(KEY_STEPS[1])];
    }
    [c0, c1, c2, c3]
}

/// The upper and the lower half of a product.
#[inline(always)]
fn product(a: u32, b: u32) -> (u32, u32) {
    let product = u64::from(a) * u64::from(b);
    ((product >> 32) as u32, product as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers of the authors' Random123 library.
    #[test]
    fn gives_the_published_words() {
        let check = |counter: [u32; 4], key: [u32; 2], words: [u32; 4]| {
            assert_eq!(philox::<10>(counter, u64::from(key[1]) << 32 | u64::from(key[0])), words);
        };
        check([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        check([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        check(
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            [0xa409_3822, 0x299f_31d0],
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
        );
    }
}
