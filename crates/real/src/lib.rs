//! The numbers a network is made of, and the way its loops run fast.
//!
//! [`Real`] is `f32` or `f64`, nothing else: a sealed trait, so that generic code can count on IEEE arithmetic.
//! [`vectorised`] runs a loop compiled for the widest vector unit this processor has. The instructions differ
//! from machine to machine; the results of + − × ÷ and √ do not, since vector units round each operation as
//! scalar code does and nothing here lets the compiler reorder a sum. exp, ln and tanh are chains of such operations too.

pub use mlpsweep_kernels::{Buffer, OUT_OF_MEMORY, buffer, zeros};

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

mod elementary;

/// A floating-point number: `f32` or `f64`.
///
/// Its exp, ln and tanh run in vector units and give the same bits in every lane. Their largest errors, in units of the last
/// place of the true value:
///
/// | | eˣ | eˣ − 1 | ln x | ln(1 + x) | tanh x |
/// | --- | --- | --- | --- | --- | --- |
/// | f32, each of the 2³² numbers | 0.99 | 1.44 | 0.83 | 1.40 | 2.42 |
/// | f64, 300,000 numbers of all sizes | 0.96 | 1.76 | 0.78 | 1.32 | 2.41 |
///
/// Infinities, NaN, both zeros, overflow and numbers too small to be normal come out as IEEE 754 has them.
pub trait Real:
    elementary::Format
    + mlpsweep_kernels::Element
    + ndarray::LinalgScalar
    + PartialOrd
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + Default
    + Debug
    + Display
    + Send
    + Sync
{
    /// The name of this precision in sweep files and reports.
    const NAME: &'static str;

    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The same number as `f64`; exact.
    fn to_f64(self) -> f64;
    /// eˣ
    #[inline(always)]
    fn exp(self) -> Self {
        elementary::exp(self)
    }
    /// eˣ − 1, exact near 0
    #[inline(always)]
    fn exp_m1(self) -> Self {
        elementary::exp_m1(self)
    }
    /// ln x
    #[inline(always)]
    fn ln(self) -> Self {
        elementary::ln(self)
    }
    /// ln(1 + x), exact near 0
    #[inline(always)]
    fn ln_1p(self) -> Self {
        elementary::ln_1p(self)
    }
    /// tanh x
    #[inline(always)]
    fn tanh(self) -> Self {
        elementary::tanh(self)
    }
    /// √x
    fn sqrt(self) -> Self;
    /// |x|
    fn abs(self) -> Self;
    /// The complementary error function 1 − erf x, exact in the upper tail
    fn erfc(self) -> Self;
    /// The larger of two numbers; the first where they cannot be compared.
    fn max(self, other: Self) -> Self;
    /// The smaller of two numbers; the first where they cannot be compared.
    fn min(self, other: Self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;

    /// The number itself, or 0 where it is too small to be normal: arithmetic on such numbers is many times slower.
    #[inline(always)]
    fn flush(self) -> Self {
        if self.abs() < Self::MIN_POSITIVE { Self::zero() } else { self }
    }

    /// −1, 0 or 1; 0 at 0, NaN for NaN.
    #[inline(always)]
    fn sign(self) -> Self {
        if self > Self::zero() {
            Self::one()
        } else if self < Self::zero() {
            -Self::one()
        } else {
            self
        }
    }
}

macro_rules! real {
    ($type:ident, $erfc:path) => {
        impl Real for $type {
            const NAME: &'static str = stringify!($type);

            #[inline(always)]
            fn from_f64(value: f64) -> $type {
                value as $type
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn sqrt(self) -> $type {
                $type::sqrt(self)
            }
            #[inline(always)]
            fn abs(self) -> $type {
                $type::abs(self)
            }
            #[inline(always)]
            fn erfc(self) -> $type {
                $erfc(self)
            }
            #[inline(always)]
            fn max(self, other: $type) -> $type {
                if other > self { other } else { self }
            }
            #[inline(always)]
            fn min(self, other: $type) -> $type {
                if other < self { other } else { self }
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $type::is_finite(self)
            }
        }
    };
}

real!(f32, libm::erfcf);
real!(f64, libm::erfc);

/// Runs `work(args)` compiled for the widest vector unit this processor has.
///
/// `work` must be a function marked `#[inline(always)]`, and so must all it calls: what is not inlined here is compiled
/// for the oldest processor. (A closure cannot carry that mark; a large one is left out and runs ten times slower. A function
/// as large as that is left out too, its mark notwithstanding: then [`vectorised_pass`].)
///
/// ```
/// use mlpsweep_real::vectorised;
///
/// #[inline(always)]
/// fn double(values: &mut [f32]) {
///     values.iter_mut().for_each(|value| *value *= 2.0);
/// }
///
/// let mut values = [1.0, 2.0, 3.0];
/// vectorised(double, &mut values[..]);
/// assert_eq!(values, [2.0, 4.0, 6.0]);
/// ```
#[inline]
pub fn vectorised<A, R>(work: impl FnOnce(A) -> R, args: A) -> R {
    vectorised_pass(Call { work, args })
}

struct Call<F, A> {
    work: F,
    args: A,
}

impl<A, R, F: FnOnce(A) -> R> Pass for Call<F, A> {
    type Output = R;

    #[inline(always)]
    fn run(self) -> R {
        (self.work)(self.args)
    }
}

/// A pass over numbers with much to do at each: what [`vectorised`] is handed as a function is inlined only while it is small.
pub trait Pass {
    /// What comes of it.
    type Output;
    /// The pass itself, to be marked `#[inline(always)]`, as all that it calls.
    fn run(self) -> Self::Output;
}

/// Runs `pass` compiled for the widest vector unit this processor has, however much there is to it.
#[inline]
pub fn vectorised_pass<P: Pass>(pass: P) -> P::Output {
    pulp::Arch::new().dispatch(Dispatched(pass))
}

struct Dispatched<P>(P);

impl<P: Pass> pulp::NullaryFnOnce for Dispatched<P> {
    type Output = P::Output;

    #[inline(always)]
    fn call(self) -> P::Output {
        self.0.run()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(always)]
    fn pass((values, factor): (&mut [f32], f32)) -> f32 {
        let mut sum = 0.0;
        for value in values {
            *value = (*value * factor + 1.0).sqrt() / (value.abs() + 0.3);
            sum += *value;
        }
        sum
    }

    /// Whatever vector unit is chosen, the bits are those of the plain loop, remainders included.
    #[test]
    fn vectorised_loops_round_as_plain_ones() {
        for n in [0_u16, 1, 3, 16, 17, 1000] {
            let start: Vec<f32> = (0..n).map(|i| f32::from(i) * 0.37).collect();
            let (mut plain, mut vector) = (start.clone(), start);
            let sum = pass((&mut plain, 1.7));
            assert_eq!(vectorised(pass, (&mut vector[..], 1.7)).to_bits(), sum.to_bits(), "{n} values");
            assert_eq!(vector, plain);
        }
    }
}
