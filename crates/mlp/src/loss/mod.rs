//! Losses: how far a row's output is from its target.
//!
//! ```text
//! J = Σ_i w_i L(ŷ_i, y_i) / Σ_i w_i          over the rows of a batch; w_i = 1 where there are no weights
//! ```
//!
//! A row of weight 0 counts nothing, even where its L is not finite; where all weigh 0, J and ∂J/∂z are 0.
//!
//! Each loss reads the *logits* `z` of a row, knows the output activation that belongs to it, and gives ∂L/∂z. To add one: a
//! file with its `Cost`, or its `OfErrors` where it is a mean over a row's errors, and a line in the list below.

use mlpsweep_real::{Pass, Real, vectorised_pass};
use std::marker::PhantomData;

mod of_errors;

/// Rows whose losses are computed together: enough for vector units, few enough to stay in the first cache.
const BLOCK: usize = 32;

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

    #[inline(always)]
    fn weight(&self, row: usize) -> T {
        self.weights.map_or(T::one(), |weights| weights[row])
    }

    /// Those of `n_rows` rows from `first` on.
    #[inline(always)]
    fn rows(&self, first: usize, n_rows: usize, n_outputs: usize) -> Rows<'a, T> {
        let values = match self.values {
            Values::Classes(classes) => Values::Classes(&classes[first..first + n_rows]),
            Values::Numbers(numbers) => {
                Values::Numbers(&numbers[first * n_outputs..(first + n_rows) * n_outputs])
            }
        };
        Rows { values, n_outputs }
    }
}

/// The targets of a few rows, and how many outputs each row has.
#[derive(Clone, Copy)]
struct Rows<'a, T> {
    values: Values<'a, T>,
    n_outputs: usize,
}

impl<'a, T> Rows<'a, T> {
    #[inline(always)]
    fn classes(self) -> &'a [u32] {
        match self.values {
            Values::Classes(classes) => classes,
            Values::Numbers(_) => panic!("this loss wants classes as targets"),
        }
    }

    #[inline(always)]
    fn numbers(self) -> &'a [T] {
        match self.values {
            Values::Numbers(numbers) => numbers,
            Values::Classes(_) => panic!("this loss wants numbers as targets"),
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
    /// L of each row; of at most `BLOCK`, as below.
    fn costs<T: Real>(options: &LossOptions, z: &[T], rows: Rows<'_, T>, costs: &mut [f64]);
    /// L of each row, and the row of `z` becomes its share times ∂L/∂z.
    fn costs_and_deltas<T: Real>(
        options: &LossOptions,
        z: &mut [T],
        rows: Rows<'_, T>,
        shares: &[T],
        costs: &mut [f64],
    );
    /// `z` becomes ŷ: numbers, or probabilities.
    fn output<T: Real>(z: &mut [T], n_outputs: usize);
    /// On which side of each of its kinks each output is; nothing for a smooth loss.
    fn sides<T: Real>(_options: &LossOptions, _z: &[T], _rows: Rows<'_, T>, _sides: &mut Vec<bool>) {}
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
                    $(Loss::$variant => {
                        vectorised_pass(Total { cost: PhantomData::<$file::$variant>, options, logits, n_outputs, targets })
                    })+
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
                    $(Loss::$variant => {
                        vectorised_pass(MeanAndDelta { cost: PhantomData::<$file::$variant>, options, logits, n_outputs, targets })
                    })+
                }
            }

            /// `logits` (rows × `n_outputs`) becomes Ŷ: numbers for a regression, probabilities for classes.
            pub fn output<T: Real>(self, logits: &mut [T], n_outputs: usize) {
                match self {
                    $(Loss::$variant => {
                        vectorised_pass(Output { cost: PhantomData::<$file::$variant>, logits, n_outputs });
                    })+
                }
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
                let rows = targets.rows(0, logits.len() / n_outputs, n_outputs);
                match self {
                    $(Loss::$variant => <$file::$variant as Cost>::sides(options, logits, rows, &mut sides)),+
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

struct Total<'a, C, T> {
    cost: PhantomData<C>,
    options: &'a LossOptions,
    logits: &'a [T],
    n_outputs: usize,
    targets: Targets<'a, T>,
}

impl<C: Cost, T: Real> Pass for Total<'_, C, T> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Total { options, logits, n_outputs, targets, .. } = self;
        let mut total = 0.0;
        for (z, first) in logits.chunks(BLOCK * n_outputs).zip((0..).step_by(BLOCK)) {
            let mut costs = [0.0; BLOCK];
            let costs = &mut costs[..z.len() / n_outputs];
            C::costs(options, z, targets.rows(first, costs.len(), n_outputs), costs);
            for (i, cost) in costs.iter().enumerate() {
                let weight = targets.weight(first + i).to_f64();
                if weight != 0.0 {
                    total += weight * cost;
                }
            }
        }
        total
    }
}

struct MeanAndDelta<'a, C, T> {
    cost: PhantomData<C>,
    options: &'a LossOptions,
    logits: &'a mut [T],
    n_outputs: usize,
    targets: Targets<'a, T>,
}

impl<C: Cost, T: Real> Pass for MeanAndDelta<'_, C, T> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let MeanAndDelta { options, logits, n_outputs, targets, .. } = self;
        let total_weight = targets.total_weight(logits.len() / n_outputs);
        if total_weight == 0.0 {
            logits.fill(T::zero());
            return 0.0;
        }
        let mut total = 0.0;
        for (z, first) in logits.chunks_mut(BLOCK * n_outputs).zip((0..).step_by(BLOCK)) {
            let (mut costs, mut shares) = ([0.0; BLOCK], [T::zero(); BLOCK]);
            let n_rows = z.len() / n_outputs;
            let (costs, shares) = (&mut costs[..n_rows], &mut shares[..n_rows]);
            for (i, share) in shares.iter_mut().enumerate() {
                // At most 1, however small all weights are.
                *share = T::from_f64(targets.weight(first + i).to_f64() / total_weight);
            }
            C::costs_and_deltas(options, z, targets.rows(first, n_rows, n_outputs), shares, costs);
            for (i, (cost, z)) in costs.iter().zip(z.chunks_exact_mut(n_outputs)).enumerate() {
                let weight = targets.weight(first + i).to_f64();
                if weight == 0.0 {
                    z.fill(T::zero());
                } else {
                    total += weight * cost;
                }
            }
        }
        total / total_weight
    }
}

struct Output<'a, C, T> {
    cost: PhantomData<C>,
    logits: &'a mut [T],
    n_outputs: usize,
}

impl<C: Cost, T: Real> Pass for Output<'_, C, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for z in self.logits.chunks_mut(BLOCK * self.n_outputs) {
            C::output(z, self.n_outputs);
        }
    }
}
