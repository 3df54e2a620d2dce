//! Activations ψ: what a unit makes of its pre-activation `z`.
//!
//! ```text
//! A_l = ψ(Z_l),   dZ_l = dA_l ⋆ ψ'(Z_l)
//! ```
//!
//! The forward pass computes `a = ψ(z)` and the slope `ψ'(z)` together and keeps both, so that the backward pass is
//! one multiplication whatever the activation. To add one: a file with its `Curve`, and a line in the list below.

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

            /// Rows of `z` become `ψ(z + bias)`; nothing else is kept. This is prediction.
            pub(crate) fn apply<T: Real>(self, z: &mut [T], bias: &[T]) {
                match self {
                    $(Activation::$variant => vectorised_pass(Apply { curve: PhantomData::<$file::$variant>, z, bias })),+
                }
            }

            /// Rows of `z` become `ψ(z + bias)`, and `slope` becomes `ψ'(z + bias)`. This is training.
            pub(crate) fn apply_with_slope<T: Real>(self, z: &mut [T], bias: &[T], slope: &mut [T]) {
                match self {
                    $(Activation::$variant => vectorised_pass(ApplyWithSlope { curve: PhantomData::<$file::$variant>, z, bias, slope })),+
                }
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

struct Apply<'a, C, T> {
    curve: PhantomData<C>,
    z: &'a mut [T],
    bias: &'a [T],
}

impl<C: Curve, T: Real> Pass for Apply<'_, C, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for row in self.z.chunks_exact_mut(self.bias.len()) {
            for (z, &b) in row.iter_mut().zip(self.bias) {
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
        let n = self.bias.len();
        for (row, slopes) in self.z.chunks_exact_mut(n).zip(self.slope.chunks_exact_mut(n)) {
            for ((z, slope), &b) in row.iter_mut().zip(slopes).zip(self.bias) {
                (*z, *slope) = C::at(*z + b);
            }
        }
    }
}
