//! Losses: how far a row's output is from its target.
//!
//! ```text
//! J = Σ_i w_i L(ŷ_i, y_i) / Σ_i w_i          over the rows of a batch; w_i = 1 where there are no weights
//! ```
//!
//! A row of weight 0 counts nothing, even where its L is not finite; where all weigh 0, J and ∂J/∂z are 0.
//!
//! Each loss reads the *logits* `z` of a row, knows the output activation that belongs to it, and gives ∂L/∂z. To add one: a
//! file with its `Cost`, and a line in the list below.

use mlpsweep_real::Real;

/// What the rows of a batch should have come out as, and how much each of them counts.
#[derive(Clone, Copy, Debug)]
pub struct Targets<'a, T> {
    values: Values<'a, T>,
    weights: Option<&'a [T]>,
}

#[derive(Clone, Copy, Debug)]
enum Values<'a, T> {
    Classes(&'a [u32]),
    Numbers(&'a [T]),
}

impl<'a, T: Real> Targets<'a, T> {
    /// A class per row, as its position in the sorted classes.
    pub fn classes(classes: &'a [u32]) -> Targets<'a, T> {
        Targets { values: Values::Classes(classes), weights: None }
    }

    /// `n_outputs` numbers per row, row after row.
    pub fn numbers(numbers: &'a [T]) -> Targets<'a, T> {
        Targets { values: Values::Numbers(numbers), weights: None }
    }

    /// The same rows, each counting as much as its weight, 0 or more.
    pub fn weighted(self, weights: &'a [T]) -> Targets<'a, T> {
        Targets { weights: Some(weights), ..self }
    }

    /// Σ_i w_i over `n_rows` rows.
    fn total_weight(&self, n_rows: usize) -> f64 {
        self.weights.map_or(n_rows as f64, |weights| weights.iter().map(|weight| weight.to_f64()).sum())
    }

    fn weight(&self, row: usize) -> T {
        self.weights.map_or(T::one(), |weights| weights[row])
    }

    fn row(&self, row: usize, n_outputs: usize) -> RowTarget<'a, T> {
        match self.values {
            Values::Classes(classes) => RowTarget::Class(classes[row]),
            Values::Numbers(numbers) => RowTarget::Numbers(&numbers[row * n_outputs..(row + 1) * n_outputs]),
        }
    }
}

/// The target of one row.
#[derive(Clone, Copy)]
enum RowTarget<'a, T> {
    Class(u32),
    Numbers(&'a [T]),
}

impl<'a, T> RowTarget<'a, T> {
    fn class(self) -> u32 {
        match self {
            RowTarget::Class(class) => class,
            RowTarget::Numbers(_) => panic!("this loss wants classes as targets"),
        }
    }

    fn numbers(self) -> &'a [T] {
        match self {
            RowTarget::Numbers(numbers) => numbers,
            RowTarget::Class(_) => panic!("this loss wants numbers as targets"),
        }
    }
}

/// Constants of losses; each is used by one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossOptions {
    /// δ of `huber`, above 0; 1 as in PyTorch.
    pub huber_delta: f64,
    /// s of `cross_entropy`, in [0, 1): the share of a target that is spread over all classes; 0 as in PyTorch.
    pub label_smoothing: f64,
}

impl Default for LossOptions {
    fn default() -> LossOptions {
        LossOptions { huber_delta: 1.0, label_smoothing: 0.0 }
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
    /// L of one row.
    fn cost<T: Real>(options: &LossOptions, z: &[T], target: RowTarget<'_, T>) -> f64;
    /// L of one row, and `z` becomes `factor`·∂L/∂z.
    fn cost_and_delta<T: Real>(
        options: &LossOptions,
        z: &mut [T],
        target: RowTarget<'_, T>,
        factor: T,
    ) -> f64;
    /// `z` of one row becomes ŷ: numbers, or probabilities.
    fn output<T: Real>(z: &mut [T]);
    /// On which side of each of its kinks the row is; nothing for a smooth loss.
    fn sides<T: Real>(_options: &LossOptions, _z: &[T], _target: RowTarget<'_, T>, _sides: &mut Vec<bool>) {}
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

            /// Σ_i w_i L(ŷ_i, y_i) over the rows of `logits` (rows × `n_outputs`), summed in f64.
            pub fn total<T: Real>(
                self,
                options: &LossOptions,
                logits: &[T],
                n_outputs: usize,
                targets: Targets<'_, T>,
            ) -> f64 {
                match self {
                    $(Loss::$variant => total::<$file::$variant, T>(options, logits, n_outputs, targets)),+
                }
            }

            /// J, the weighted mean over the rows; and `logits` becomes `dZ_L` = ∂J/∂`Z_L`.
            pub fn mean_and_delta<T: Real>(
                self,
                options: &LossOptions,
                logits: &mut [T],
                n_outputs: usize,
                targets: Targets<'_, T>,
            ) -> f64 {
                match self {
                    $(Loss::$variant => mean_and_delta::<$file::$variant, T>(options, logits, n_outputs, targets)),+
                }
            }

            /// `logits` (rows × `n_outputs`) becomes Ŷ: numbers for a regression, probabilities for classes.
            pub fn output<T: Real>(self, logits: &mut [T], n_outputs: usize) {
                let rows = logits.chunks_exact_mut(n_outputs);
                match self { $(Loss::$variant => rows.for_each(<$file::$variant as Cost>::output)),+ }
            }

            /// On which side of its kinks each output is.
            pub(crate) fn sides<T: Real>(
                self,
                options: &LossOptions,
                logits: &[T],
                n_outputs: usize,
                targets: Targets<'_, T>,
            ) -> Vec<bool> {
                let mut sides = Vec::new();
                for (row, z) in logits.chunks_exact(n_outputs).enumerate() {
                    let target = targets.row(row, n_outputs);
                    match self {
                        $(Loss::$variant => <$file::$variant as Cost>::sides(options, z, target, &mut sides)),+
                    }
                }
                sides
            }
        }
    };
}

losses! {
    squared_error::SquaredError,
    absolute_error::AbsoluteError,
    huber::Huber,
    binary_cross_entropy::BinaryCrossEntropy,
    cross_entropy::CrossEntropy,
}

impl Loss {
    /// The loss of that name.
    pub fn from_name(name: &str) -> Option<Loss> {
        Loss::ALL.iter().copied().find(|loss| loss.name() == name)
    }
}

fn total<C: Cost, T: Real>(
    options: &LossOptions,
    logits: &[T],
    n_outputs: usize,
    targets: Targets<'_, T>,
) -> f64 {
    let rows = logits.chunks_exact(n_outputs).enumerate();
    let weighted = rows.map(|(row, z)| match targets.weight(row).to_f64() {
        0.0 => 0.0,
        weight => weight * C::cost(options, z, targets.row(row, n_outputs)),
    });
    weighted.sum()
}

fn mean_and_delta<C: Cost, T: Real>(
    options: &LossOptions,
    logits: &mut [T],
    n_outputs: usize,
    targets: Targets<'_, T>,
) -> f64 {
    let total_weight = targets.total_weight(logits.len() / n_outputs);
    if total_weight == 0.0 {
        logits.fill(T::zero());
        return 0.0;
    }
    let mut total = 0.0;
    for (row, z) in logits.chunks_exact_mut(n_outputs).enumerate() {
        let weight = targets.weight(row).to_f64();
        if weight == 0.0 {
            z.fill(T::zero());
            continue;
        }
        // The share is at most 1, however small all weights are.
        let share = T::from_f64(weight / total_weight);
        total += weight * C::cost_and_delta(options, z, targets.row(row, n_outputs), share);
    }
    total / total_weight
}
