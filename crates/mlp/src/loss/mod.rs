//! Losses: how far a row's output is from its target.
//!
//! ```text
//! J = (1/m) Σ_i L(ŷ_i, y_i)
//! ```
//!
//! Each loss reads the *logits* `Z_L` of the output layer, knows the output activation that belongs to it, and writes
//! `dZ_L = ∂J/∂Z_L`, the 1/m included. To add one: a file with its `Cost`, and a line in the list below.

use mlpsweep_real::Real;

/// What the rows of a batch should have come out as.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, T> {
    /// A class per row, as its position in the sorted classes.
    Classes(&'a [u32]),
    /// `n_outputs` numbers per row, row after row.
    Numbers(&'a [T]),
}

impl<T> Targets<'_, T> {
    fn classes(&self) -> &[u32] {
        match self {
            Targets::Classes(classes) => classes,
            Targets::Numbers(_) => panic!("this loss wants classes as targets"),
        }
    }

    fn numbers(&self) -> &[T] {
        match self {
            Targets::Numbers(numbers) => numbers,
            Targets::Classes(_) => panic!("this loss wants numbers as targets"),
        }
    }
}

/// One loss: its name, its value, its derivative, and the output activation that belongs to it.
trait Cost {
    /// The word for it in sweep files.
    const NAME: &'static str;
    /// Whether targets are classes rather than numbers.
    const CLASSIFIES: bool;

    /// Units of the output layer for `n` classes, or for `n` numbers a row.
    fn n_outputs(n: usize) -> usize;
    /// Σ_i L(ŷ_i, y_i) over the rows of `logits`.
    fn total<T: Real>(logits: &[T], n_outputs: usize, targets: Targets<'_, T>) -> f64;
    /// The same sum, and `logits` becomes `scale`·∂(sum)/∂logits.
    fn total_and_delta<T: Real>(logits: &mut [T], n_outputs: usize, targets: Targets<'_, T>, scale: T)
    -> f64;
    /// `logits` becomes Ŷ: numbers, or probabilities.
    fn output<T: Real>(logits: &mut [T], n_outputs: usize);
}

macro_rules! losses {
    ($($file:ident :: $variant:ident),+ $(,)?) => {
        $(mod $file;)+

        /// The loss of a network, and with it the activation of its output layer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Loss {
            $(
                #[doc = concat!("`", stringify!($file), "`, as its file says.")]
                $variant,
            )+
        }

        impl Loss {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Loss] = &[$(Loss::$variant),+];

            /// The word for it in sweep files.
            pub fn name(self) -> &'static str {
                match self { $(Loss::$variant => <$file::$variant as Cost>::NAME),+ }
            }

            /// Whether targets are classes rather than numbers.
            pub fn classifies(self) -> bool {
                match self { $(Loss::$variant => <$file::$variant as Cost>::CLASSIFIES),+ }
            }

            /// Units of the output layer for `n` classes, or for `n` numbers a row.
            pub fn n_outputs(self, n: usize) -> usize {
                match self { $(Loss::$variant => <$file::$variant as Cost>::n_outputs(n)),+ }
            }

            /// Σ_i L(ŷ_i, y_i) over the rows of `logits` (rows × `n_outputs`), summed in f64.
            pub fn total<T: Real>(self, logits: &[T], n_outputs: usize, targets: Targets<'_, T>) -> f64 {
                match self { $(Loss::$variant => <$file::$variant as Cost>::total(logits, n_outputs, targets)),+ }
            }

            /// The same sum; and `logits` becomes `dZ_L` = ∂J/∂`Z_L` with J the mean over the rows.
            pub fn total_and_delta<T: Real>(
                self,
                logits: &mut [T],
                n_outputs: usize,
                targets: Targets<'_, T>,
            ) -> f64 {
                let scale = T::one() / T::from_f64((logits.len() / n_outputs) as f64);
                match self {
                    $(Loss::$variant => {
                        <$file::$variant as Cost>::total_and_delta(logits, n_outputs, targets, scale)
                    })+
                }
            }

            /// `logits` (rows × `n_outputs`) becomes Ŷ: numbers for a regression, probabilities for classes.
            pub fn output<T: Real>(self, logits: &mut [T], n_outputs: usize) {
                match self { $(Loss::$variant => <$file::$variant as Cost>::output(logits, n_outputs)),+ }
            }
        }
    };
}

losses! {
    squared_error::SquaredError,
    binary_cross_entropy::BinaryCrossEntropy,
    cross_entropy::CrossEntropy,
}

impl Loss {
    /// The loss of that name.
    pub fn from_name(name: &str) -> Option<Loss> {
        Loss::ALL.iter().copied().find(|loss| loss.name() == name)
    }
}
