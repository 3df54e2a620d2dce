//! Activations ψ: what a unit makes of its pre-activation `z`.
//!
//! ```text
//! A_l = ψ(Z_l),   dZ_l = dA_l ⋆ ψ'(Z_l)
//! ```
//!
//! The forward pass computes `a = ψ(z)` and the slope `ψ'(z)` together and keeps both, so that the backward pass is
//! one multiplication whatever the activation. Where `a` tells the slope it is not kept: memory that is not written need
//! not be read. To add an activation: a file with its `Curve`, and a line in the list below.

use crate::dropout::scale;
use mlpsweep_real::{Pass, Real, vectorised_pass};
use std::marker::PhantomData;

/// One activation: its name and its value and slope at a point.
trait Curve {
    /// The word for it in sweep files.
    const NAME: &'static str;
    /// Whether the slope jumps somewhere (at 0): there a derivative cannot be checked by differences.
    const HAS_KINK: bool;
    /// (ψ(z), ψ'(z))
    fn at<T: Real>(z: T) -> (T, T);
    /// ψ'(z) where `a = ψ(z)` is enough to know it.
    #[inline(always)]
    fn slope_of<T: Real>(_a: T) -> Option<T> {
        None
    }
}

macro_rules! activations {
    ($($file:ident :: $variant:ident),+ $(,)?) => {
        $(mod $file;)+

        /// The activation of the hidden layers, applied to each unit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Activation {
            $(
                #[doc = concat!("`", stringify!($file), "`, as its file says.")]
                $variant,
            )+
        }

        impl Activation {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Activation] = &[$(Activation::$variant),+];

            /// The word for it in sweep files.
            pub fn name(self) -> &'static str {
                match self { $(Activation::$variant => <$file::$variant as Curve>::NAME),+ }
            }

            /// Whether the slope jumps at 0.
            pub fn has_kink(self) -> bool {
                match self { $(Activation::$variant => <$file::$variant as Curve>::HAS_KINK),+ }
            }

            /// (ψ(z), ψ'(z)) at one point.
            #[inline(always)]
            pub fn at<T: Real>(self, z: T) -> (T, T) {
                match self { $(Activation::$variant => <$file::$variant as Curve>::at(z)),+ }
            }

            /// Whether ã tells ψ'(z) ⋆ r/p, so that no slopes have to be kept: ψ(z) tells ψ'(z), and that is 0 where ψ(z) is 0 if
            /// units are dropped.
            pub(crate) fn value_tells_slope(self, dropout: f64) -> bool {
                let at_zero = match self { $(Activation::$variant => <$file::$variant as Curve>::slope_of(0.0_f64)),+ };
                at_zero.is_some_and(|slope| dropout == 0.0 || slope == 0.0)
            }

            /// Rows of `z` become `ψ(z + bias)`; nothing else is kept.
            pub(crate) fn apply<T: Real>(self, z: &mut [T], bias: &[T]) {
                match self { $(Activation::$variant => vectorised_pass(Apply { curve: PhantomData::<$file::$variant>, z, bias })),+ }
            }

            /// Rows of `z` become `ψ(z + bias)`, and `slope` becomes `ψ'(z + bias)`.
            pub(crate) fn apply_with_slope<T: Real>(self, z: &mut [T], bias: &[T], slope: &mut [T]) {
                match self { $(Activation::$variant => vectorised_pass(ApplyWithSlope { curve: PhantomData::<$file::$variant>, z, bias, slope })),+ }
            }

            /// Rows of dÃ become those of dZ = dÃ ⋆ ψ'(Z) ⋆ R/p, and are added to `sums`; `a` is Ã after dropout at that rate,
            /// which tells the slope.
            pub(crate) fn finish_delta<T: Real>(self, delta: &mut [T], a: &[T], dropout: f64, sums: &mut [T]) {
                match self { $(Activation::$variant => {
                    let curve = PhantomData::<$file::$variant>;
                    if dropout > 0.0 {
                        let slope = Dropped { curve, scale: T::from_f64(scale(dropout)), share: T::from_f64(1.0 / scale(dropout)) };
                        vectorised_pass(FinishDelta { slope, delta, a, sums });
                    } else {
                        vectorised_pass(FinishDelta { slope: curve, delta, a, sums });
                    }
                }),+ }
            }
        }
    };
}

activations! {
    identity::Identity,
    sigmoid::Sigmoid,
    tanh::Tanh,
    relu::Relu,
    leaky_relu::LeakyRelu,
    elu::Elu,
    selu::Selu,
    gelu::Gelu,
    gelu_tanh::GeluTanh,
    silu::Silu,
    mish::Mish,
    softplus::Softplus,
}

impl Activation {
    /// The activation of that name.
    pub fn from_name(name: &str) -> Option<Activation> {
        Activation::ALL.iter().copied().find(|activation| activation.name() == name)
    }
}

/// Columns that are finished together, row after row: what belongs to a column stays in registers, and narrow layers are all
/// whole vectors (a step of 4→16→16→3 takes 4 % less than with plain loops over rows; wide networks do not care).
const COLUMNS: usize = 16;

struct Apply<'a, C, T> {
    curve: PhantomData<C>,
    z: &'a mut [T],
    bias: &'a [T],
}

impl<C: Curve, T: Real> Pass for Apply<'_, C, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Apply { z, bias, .. } = self;
        let n = bias.len();
        let (chunks, rest) = bias.as_chunks::<COLUMNS>();
        for (bias, j) in chunks.iter().zip((0..).step_by(COLUMNS)) {
            for row in z.chunks_exact_mut(n) {
                let z: &mut [T; COLUMNS] = row[j..].first_chunk_mut().expect("as many as biases");
                *z = std::array::from_fn(|i| C::at(z[i] + bias[i]).0);
            }
        }
        for row in z.chunks_exact_mut(n) {
            for (z, &b) in row[n - rest.len()..].iter_mut().zip(rest) {
                *z = C::at(*z + b).0;
            }
        }
    }
}

struct ApplyWithSlope<'a, C, T> {
    curve: PhantomData<C>,
    z: &'a mut [T],
    bias: &'a [T],
    slope: &'a mut [T],
}

impl<C: Curve, T: Real> Pass for ApplyWithSlope<'_, C, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let ApplyWithSlope { z, bias, slope, .. } = self;
        for (row, slopes) in z.chunks_exact_mut(bias.len()).zip(slope.chunks_exact_mut(bias.len())) {
            for ((z, slope), &b) in row.iter_mut().zip(slopes).zip(bias) {
                (*z, *slope) = C::at(*z + b);
            }
        }
    }
}

/// ψ'(z) ⋆ r/p from ã.
trait Slope<T> {
    fn of(&self, a: T) -> T;
}

/// Without dropout.
impl<C: Curve, T: Real> Slope<T> for PhantomData<C> {
    #[inline(always)]
    fn of(&self, a: T) -> T {
        C::slope_of(a).expect("the value tells the slope")
    }
}

/// With it.
struct Dropped<C, T> {
    curve: PhantomData<C>,
    /// 1/p
    scale: T,
    /// p
    share: T,
}

impl<C: Curve, T: Real> Slope<T> for Dropped<C, T> {
    #[inline(always)]
    fn of(&self, a: T) -> T {
        self.curve.of(a * self.share) * self.scale
    }
}

impl<C, T: Copy> Clone for Dropped<C, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C, T: Copy> Copy for Dropped<C, T> {}

struct FinishDelta<'a, S, T> {
    slope: S,
    delta: &'a mut [T],
    a: &'a [T],
    sums: &'a mut [T],
}

impl<S: Slope<T>, T: Real> Pass for FinishDelta<'_, S, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let FinishDelta { slope, delta, a, sums } = self;
        let n = sums.len();
        let (chunks, rest) = sums.as_chunks_mut::<COLUMNS>();
        let n_rest = rest.len();
        for (place, j) in chunks.iter_mut().zip((0..).step_by(COLUMNS)) {
            let mut sums = *place;
            for (row, a) in delta.chunks_exact_mut(n).zip(a.chunks_exact(n)) {
                let delta: &mut [T; COLUMNS] = row[j..].first_chunk_mut().expect("as many as sums");
                let a: &[T; COLUMNS] = a[j..].first_chunk().expect("as many as sums");
                *delta = std::array::from_fn(|i| delta[i] * slope.of(a[i]));
                sums = std::array::from_fn(|i| sums[i] + delta[i]);
            }
            *place = sums;
        }
        for (row, a) in delta.chunks_exact_mut(n).zip(a.chunks_exact(n)) {
            for ((delta, &a), sum) in row[n - n_rest..].iter_mut().zip(&a[n - n_rest..]).zip(&mut *rest) {
                *delta *= slope.of(a);
                *sum += *delta;
            }
        }
    }
}
