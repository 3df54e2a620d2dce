//! eˣ, eˣ − 1, ln x, ln(1 + x) and tanh x without branches or tables, so that loops over them run in vector units.
//!
//! ```text
//! eˣ        = 2ⁿ eʳ                       n = ⌊x/ln 2⌉, r = x − n ln 2, |r| ≤ ½ ln 2
//! eʳ − 1    = r + r²(½ + r E(r))
//! eˣ − 1    = 2ⁿ(eʳ − 1) + (2ⁿ − 1)
//! ln x      = k ln 2 + ln(1 + f)          x = 2ᵏ(1 + f), √½ ≤ 1 + f < √2
//! ln(1 + f) = f − (½f² − s(½f² + wL(w)))  s = f/(2 + f), w = s²: the series of 2 artanh s (fdlibm, Sun 1993)
//! ln(1 + x) = ln u with f made good by (x − (u − 1))/2ᵏ, where u is 1 + x rounded
//! tanh x    = ± E/(E + 2)                 E = e^{2|x|} − 1
//! ```
//!
//! E and L are near-minimax polynomials, right to an eighth of a unit in the last place (ulp) of what they are for. The largest
//! errors of the functions, in ulp of the true value, are in the table of [`Real`](crate::Real).
//!
//! Each function is a fixed chain of operations that IEEE 754 rounds, fused multiply-adds among them: its bits are the same in
//! any lane of any vector unit, and in none. (Code for a processor that lacks the fused multiply-add, which is what stands outside
//! of [`vectorised`](crate::vectorised), calls the system's: right, and slow.)

use ndarray::LinalgScalar;
use std::ops::Neg;

/// What the two formats of numbers do not share.
pub trait Format: LinalgScalar + PartialOrd + Neg<Output = Self> {
    const HALF: Self;
    const TWO: Self;
    const INFINITY: Self;
    const NAN: Self;
    /// The smallest normal number above 0.
    const MIN_POSITIVE: Self;
    /// 2^(digits − 1) · 1.5: a sum with it is rounded to a whole number, which the sum's lowest bits hold.
    const ROUNDER: Self;
    /// 2^digits
    const ALL_DIGITS: Self;
    /// How often `ALL_DIGITS` halves to 1.
    const N_DIGITS: Self;
    /// log₂ e
    const LOG2_E: Self;
    /// ln 2 to the nearest, and what that leaves.
    const LN_2: [Self; 2];
    /// Below the first eˣ rounds to 0, above the second to infinity.
    const EXP_RANGE: [Self; 2];
    /// tanh x rounds to 1 from here on.
    const TANH_IS_ONE: Self;
    /// The coefficients of E, from the lowest on.
    const E: &'static [Self];
    /// The coefficients of L, from the lowest on.
    const L: &'static [Self];

    /// a·b + c, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// |self|
    fn magnitude(self) -> Self;
    /// |self| with the sign of `sign`.
    fn copy_sign(self, sign: Self) -> Self;
    /// (2^⌊n/2⌋, 2^⌈n/2⌉) from `ROUNDER` + n; their product may lie beyond the format.
    fn halves_of_power(rounded: Self) -> (Self, Self);
    /// (k, 1 + f, 2^−k) from a normal number 2ᵏ(1 + f) above 0, √½ ≤ 1 + f < √2; the last is right up to k = 100.
    fn split(self) -> (Self, Self, Self);
}

macro_rules! format {
    ($type:ident, $bits:ident, $n_fraction:literal, $bias:literal, $ln_2_rest:expr, $exp_range:expr, $tanh_is_one:expr, $e:expr, $l:expr $(,)?) => {
        impl Format for $type {
            const HALF: $type = 0.5;
            const TWO: $type = 2.0;
            const INFINITY: $type = $type::INFINITY;
            const NAN: $type = $type::NAN;
            const MIN_POSITIVE: $type = $type::MIN_POSITIVE;
            const ROUNDER: $type = ((1_u64 << $n_fraction) + (1_u64 << ($n_fraction - 1))) as $type;
            const ALL_DIGITS: $type = (1_u64 << $type::MANTISSA_DIGITS) as $type;
            const N_DIGITS: $type = $type::MANTISSA_DIGITS as $type;
            const LOG2_E: $type = std::$type::consts::LOG2_E;
            const LN_2: [$type; 2] = [std::$type::consts::LN_2, $ln_2_rest];
            const EXP_RANGE: [$type; 2] = $exp_range;
            const TANH_IS_ONE: $type = $tanh_is_one;
            const E: &'static [$type] = &$e;
            const L: &'static [$type] = &$l;

            #[inline(always)]
            fn mul_add(self, b: $type, c: $type) -> $type {
                $type::mul_add(self, b, c)
            }
            #[inline(always)]
            fn magnitude(self) -> $type {
                $type::abs(self)
            }
            #[inline(always)]
            fn copy_sign(self, sign: $type) -> $type {
                $type::copysign(self, sign)
            }
            #[inline(always)]
            fn halves_of_power(rounded: $type) -> ($type, $type) {
                // n + 2·bias is above 0, so that a logical shift halves it.
                let biased = rounded
                    .to_bits()
                    .wrapping_sub(<$type as Format>::ROUNDER.to_bits())
                    .wrapping_add(2 * $bias);
                let lower = biased >> 1;
                let upper = biased.wrapping_sub(lower);
                ($type::from_bits(lower << $n_fraction), $type::from_bits(upper << $n_fraction))
            }
            #[inline(always)]
            fn split(self) -> ($type, $type, $type) {
                const ONE: $bits = (1.0 as $type).to_bits();
                const SQRT_HALF: $bits = std::$type::consts::FRAC_1_SQRT_2.to_bits();
                // A power of two with the exponent in its lowest bits, and what it is without.
                const WHOLE: $type = (1_u64 << $n_fraction) as $type;
                const BIASED: $type = ((1_u64 << $n_fraction) + $bias) as $type;
                let bits = self.to_bits();
                let shifted = bits.wrapping_add(ONE - SQRT_HALF);
                let exponent = shifted >> $n_fraction;
                let k = $type::from_bits(exponent | WHOLE.to_bits()) - BIASED;
                let near_one = (shifted & ((1 << $n_fraction) - 1)).wrapping_add(SQRT_HALF);
                let scale = near_one.wrapping_sub(bits).wrapping_add(ONE);
                (k, $type::from_bits(near_one), $type::from_bits(scale))
            }
        }
    };
}

format!(
    f32,
    u32,
    23,
    127,
    -1.904_654_3e-9,
    [-104.0, 89.0],
    10.0,
    [0.166_666_67, 0.041_666_478, 0.008_333_192, 0.001_393_37, 0.000_199_584_67],
    [0.666_667_76, 0.399_775_68, 0.298_714_6],
);
format!(
    f64,
    u64,
    52,
    1023,
    2.319_046_813_846_299_6e-17,
    [-746.0, 710.0],
    20.0,
    [
        0.166_666_666_666_666_77,
        0.041_666_666_666_666_68,
        0.008_333_333_333_321_442,
        0.001_388_888_888_887_744_2,
        0.000_198_412_698_865_698_1,
        2.480_158_734_062_423_8e-5,
        2.755_724_378_612_218_7e-6,
        2.755_725_919_862_747_4e-7,
        2.510_917_872_573_031_6e-8,
        2.091_950_336_028_949_3e-9,
    ],
    [
        0.666_666_666_666_673_5,
        0.399_999_999_994_093_5,
        0.285_714_287_436_867_1,
        0.222_221_984_289_362_18,
        0.181_835_723_578_819_52,
        0.153_138_313_427_629,
        0.147_982_865_764_771_07,
    ],
);

/// eˣ
#[inline(always)]
pub(crate) fn exp<T: Format>(x: T) -> T {
    let (of_rest, lower, upper) = reduced(x);
    (T::one() + of_rest) * lower * upper
}

/// eˣ − 1
#[inline(always)]
pub(crate) fn exp_m1<T: Format>(x: T) -> T {
    let (of_rest, lower, upper) = reduced(x);
    // 2^⌈n/2⌉ is within the format, and so is one by it.
    (of_rest.mul_add(lower, lower - T::one() / upper) * upper).copy_sign(x)
}

/// (eʳ − 1, 2^⌊n/2⌋, 2^⌈n/2⌉) for x = n ln 2 + r cut to where eˣ changes; a NaN stays in the first.
#[inline(always)]
fn reduced<T: Format>(x: T) -> (T, T, T) {
    let [low, high] = T::EXP_RANGE;
    let x = if x < low { low } else { x };
    let x = if x > high { high } else { x };
    let rounded = x.mul_add(T::LOG2_E, T::ROUNDER);
    let n = rounded - T::ROUNDER;
    let r = (-n).mul_add(T::LN_2[1], (-n).mul_add(T::LN_2[0], x));
    let of_rest = (r * r).mul_add(r.mul_add(polynomial(T::E, r), T::HALF), r);
    let (lower, upper) = T::halves_of_power(rounded);
    (of_rest, lower, upper)
}

/// ln x
#[inline(always)]
pub(crate) fn ln<T: Format>(x: T) -> T {
    let is_small = x < T::MIN_POSITIVE;
    let normal = if is_small { x * T::ALL_DIGITS } else { x };
    let (k, near_one, _) = normal.split();
    let k = if is_small { k - T::N_DIGITS } else { k };
    let ln = ln_of(k, near_one - T::one());
    let ln = if x < T::INFINITY { ln } else { x };
    let ln = if x == T::zero() { -T::INFINITY } else { ln };
    if x < T::zero() { T::NAN } else { ln }
}

/// ln(1 + x)
#[inline(always)]
pub(crate) fn ln_1p<T: Format>(x: T) -> T {
    let u = T::one() + x;
    let (k, near_one, scale) = u.split();
    // What rounding left of 1 + x, by Knuth's two-sum; beyond 2^digits it no longer counts.
    let from_x = u - T::one();
    let left = (T::one() - (u - from_x)) + (x - from_x);
    let f = near_one - T::one();
    let f = if u < T::ALL_DIGITS { left.mul_add(scale, f) } else { f };
    let ln = ln_of(k, f).copy_sign(x);
    let ln = if x < T::INFINITY { ln } else { x };
    let ln = if u == T::zero() { -T::INFINITY } else { ln };
    if u < T::zero() { T::NAN } else { ln }
}

/// k ln 2 + ln(1 + f)
#[inline(always)]
fn ln_of<T: Format>(k: T, f: T) -> T {
    let s = f / (f + T::TWO);
    let w = s * s;
    let half_square = T::HALF * f * f;
    let series = w.mul_add(polynomial(T::L, w), half_square);
    let small = half_square - s.mul_add(series, k * T::LN_2[1]);
    k.mul_add(T::LN_2[0], f - small)
}

/// tanh x
#[inline(always)]
pub(crate) fn tanh<T: Format>(x: T) -> T {
    let a = x.magnitude();
    let a = if a > T::TANH_IS_ONE { T::TANH_IS_ONE } else { a };
    let e = exp_m1(a + a);
    (e / (e + T::TWO)).copy_sign(x)
}

/// c₀ + c₁x + c₂x² + …
#[inline(always)]
fn polynomial<T: Format>(coefficients: &[T], x: T) -> T {
    let (&highest, lower) = coefficients.split_last().expect("a polynomial has a coefficient");
    lower.iter().rev().fold(highest, |sum, &c| sum.mul_add(x, c))
}
