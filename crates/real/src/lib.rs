//! The numbers a network is made of, and the way its loops run fast.
//!
//! [`Real`] is `f32` or `f64`, nothing else: a sealed trait, so that generic code can count on IEEE arithmetic.
//! [`vectorised`] runs a loop compiled for the widest vector unit this processor has. The instructions differ
//! from machine to machine; the results of + − × ÷ and √ do not, since vector units round each operation as
//! scalar code does and nothing here lets the compiler reorder a sum. exp, ln and tanh are the platform's.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point number: `f32` or `f64`.
pub trait Real:
    sealed::Sealed
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
    /// The smallest normal number above 0.
    const MIN_POSITIVE: Self;

    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The same number as `f64`; exact.
    fn to_f64(self) -> f64;
    /// eˣ
    fn exp(self) -> Self;
    /// eˣ − 1, exact near 0
    fn exp_m1(self) -> Self;
    /// ln x
    fn ln(self) -> Self;
    /// ln(1 + x), exact near 0
    fn ln_1p(self) -> Self;
    /// tanh x
    fn tanh(self) -> Self;
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
            const MIN_POSITIVE: $type = $type::MIN_POSITIVE;

            #[inline(always)]
            fn from_f64(value: f64) -> $type {
                value as $type
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn exp(self) -> $type {
                $type::exp(self)
            }
            #[inline(always)]
            fn exp_m1(self) -> $type {
                $type::exp_m1(self)
            }
            #[inline(always)]
            fn ln(self) -> $type {
                $type::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> $type {
                $type::ln_1p(self)
            }
            #[inline(always)]
            fn tanh(self) -> $type {
                $type::tanh(self)
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
/// for the oldest processor. (A closure cannot carry that mark; a large one is left out and runs ten times slower.)
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
    run_vectorised(Call { work, args })
}

/// Work that is sure to be compiled into its place in [`run_vectorised`].
///
/// A function given to [`vectorised`] is called through a shim, which the compiler leaves outside when it is large.
pub trait Vectorised {
    /// What comes of it.
    type Output;

    /// Does it. To be marked `#[inline(always)]`, as all it calls.
    fn run(self) -> Self::Output;
}

/// As [`vectorised`], for work that is too large for it.
#[inline]
pub fn run_vectorised<V: Vectorised>(work: V) -> V::Output {
    pulp::Arch::new().dispatch(Dispatched(work))
}

struct Dispatched<V>(V);

impl<V: Vectorised> pulp::NullaryFnOnce for Dispatched<V> {
    type Output = V::Output;

    #[inline(always)]
    fn call(self) -> V::Output {
        self.0.run()
    }
}

struct Call<F, A> {
    work: F,
    args: A,
}

impl<A, R, F: FnOnce(A) -> R> Vectorised for Call<F, A> {
    type Output = R;

    #[inline(always)]
    fn run(self) -> R {
        (self.work)(self.args)
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
