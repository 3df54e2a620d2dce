//! Trains every configuration on every fold, and writes down its scores at the rungs.

use crate::table::{DIVERGED, N_COLUMNS, Table, code, configurations};
use crate::training::{N_FOLDS, N_METRICS, N_RUNGS, Training};
use mlpsweep_data::{Dataset, FoldError, Folds, Split};
use mlpsweep_search::Point;
use mlpsweep_train::{Job, Metric, Session, TrainConfig, score};

/// The codes of one configuration, in the order of the columns.
pub type Codes = [u16; N_COLUMNS];

/// What the trainings of a table have in common.
pub struct Ground {
    training: Training,
    metrics: [Metric; N_METRICS],
    data: Dataset,
    splits: Vec<Split>,
    held_out: Vec<u32>,
}

/// The table of a training's first `n_configs` configurations; `progress` is told how many are done.
///
/// # Errors
/// None of the built-in tables has any.
pub fn tabulate(
    training: Training,
    n_configs: usize,
    mut progress: impl FnMut(usize),
) -> Result<Table, FoldError> {
    let ground = Ground::new(training)?;
    let points = configurations(&training.space(), n_configs);
    let codes = points.iter().enumerate().map(|(done, point)| {
        progress(done);
        ground.codes(point)
    });
    Ok(ground.table(&codes.collect::<Vec<Codes>>()))
}

impl Ground {
    /// The rows of a training and its folds.
    ///
    /// # Errors
    /// None of the built-in tables has any.
    pub fn new(training: Training) -> Result<Ground, FoldError> {
        let (data, folds, held_out) = training.load()?;
        let splits = Folds::iter(&folds).collect();
        Ok(Ground { training, metrics: training.metrics(), data, splits, held_out })
    }

    /// The table with these rows.
    pub fn table(&self, rows: &[Codes]) -> Table {
        let n_validation = std::array::from_fn(|fold| self.splits[fold].validation.len());
        let codes = (0..N_COLUMNS).flat_map(|column| rows.iter().map(move |codes| codes[column])).collect();
        Table::new(self.training, n_validation, self.held_out.len(), codes)
    }

    /// Trains a configuration.
    pub fn codes(&self, point: &Point) -> Codes {
        let config = self.training.config(point);
        let mut codes = [DIVERGED; N_COLUMNS];
        let mut held_out = Some([0.0; N_METRICS]);
        for (fold, split) in self.splits.iter().enumerate() {
            let of_fold = self.train(&config, fold, split, |rung, scores| {
                for (metric, &score) in scores.iter().enumerate() {
                    codes[(metric * N_FOLDS + fold) * N_RUNGS + rung] =
                        code(self.metrics[metric], split.validation.len(), score);
                }
            });
            held_out = held_out.zip(of_fold).map(|(sums, scores)| {
                std::array::from_fn(|metric| sums[metric] + scores[metric] / N_FOLDS as f64)
            });
        }
        if let Some(means) = held_out {
            for (metric, &mean) in means.iter().enumerate() {
                let n_rows = N_FOLDS * self.held_out.len();
                codes[N_METRICS * N_FOLDS * N_RUNGS + metric] = code(self.metrics[metric], n_rows, mean);
            }
        }
        codes
    }

    /// Trains on one fold, tells the validation scores at each rung, and returns those of the rows held out; `None` when it
    /// diverged.
    fn train(
        &self,
        config: &TrainConfig,
        fold: usize,
        split: &Split,
        mut at_rung: impl FnMut(usize, &[f64]),
    ) -> Option<Vec<f64>> {
        let job = Job {
            data: &self.data,
            rows: &split.train,
            config,
            preprocess: self.training.preprocess(),
            start: None,
            seed: Training::seed(fold),
        };
        let mut session = Session::<f32>::new(job).expect("a valid configuration");
        for (rung, &epochs) in self.training.rungs.iter().enumerate() {
            while session.epochs_done() < epochs {
                if !session.epoch().data.is_finite() {
                    return None;
                }
            }
            let predictions = session.predict(&split.validation);
            let scores = score(&self.data.target, &split.validation, &predictions, &self.metrics).ok()?;
            at_rung(rung, &scores);
        }
        let predictions = session.predict(&self.held_out);
        score(&self.data.target, &self.held_out, &predictions, &self.metrics).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::{Rule, TRAININGS};

    #[test]
    fn trainings_learn() {
        let short = Training { rungs: [1, 2, 3, 4], ..TRAININGS[0] };
        assert_eq!((short.data, short.rule), ("iris", Rule::Adam));
        let mut told = Vec::new();
        let table = tabulate(short, 8, |done| told.push(done)).expect("iris");
        assert_eq!(told, [0, 1, 2, 3, 4, 5, 6, 7]);
        let mean = |rung: usize| -> f64 {
            let losses = (0..8).flat_map(|config| {
                let table = &table;
                (0..N_FOLDS).map(move |fold| table.loss(1, config, fold, rung).expect("a short training"))
            });
            losses.sum::<f64>() / (8 * N_FOLDS) as f64
        };
        assert!(mean(N_RUNGS - 1) < mean(0), "log_loss {} after {}", mean(N_RUNGS - 1), mean(0));
        assert!((0..8).all(|config| table.held_out_loss(0, config).is_some_and(|error| error <= 1.0)));
    }
}
