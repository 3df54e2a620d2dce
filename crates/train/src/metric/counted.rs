//! A score as a function of how often each row counts: what a bootstrap asks a thousand times.
//!
//! ```text
//! mean       Σ cᵢ sᵢ / Σ cᵢ          s the score of each row
//! function   whatever the metric makes of the counts c
//! ```

/// The score of some rows, of which each may count several times or not at all.
pub struct Counted(Kind);

enum Kind {
    Mean(Vec<f64>),
    Function { n_rows: usize, score: Box<dyn Fn(&[u8]) -> f64 + Send + Sync> },
}

impl Counted {
    /// The mean of the rows' own scores.
    pub fn mean(scores: Vec<f64>) -> Counted {
        Counted(Kind::Mean(scores))
    }

    /// Any function of the counts.
    pub(super) fn function(n_rows: usize, score: impl Fn(&[u8]) -> f64 + Send + Sync + 'static) -> Counted {
        Counted(Kind::Function { n_rows, score: Box::new(score) })
    }

    /// The score when each row counts so many times; NaN where the counted rows lack what it needs.
    pub fn score(&self, counts: &[u8]) -> f64 {
        match &self.0 {
            Kind::Mean(scores) => counted_mean(scores, counts),
            Kind::Function { score, .. } => score(counts),
        }
    }

    /// The score when each row counts once.
    pub fn once(&self) -> f64 {
        match &self.0 {
            Kind::Mean(scores) => scores.iter().sum::<f64>() / scores.len() as f64,
            Kind::Function { n_rows, score } => score(&vec![1; *n_rows]),
        }
    }

    /// The rows' own scores, where the score is their mean.
    pub fn of_rows(&self) -> Option<&[f64]> {
        match &self.0 {
            Kind::Mean(scores) => Some(scores),
            Kind::Function { .. } => None,
        }
    }
}

/// Σ cᵢ sᵢ / Σ cᵢ, in eight sums side by side.
fn counted_mean(scores: &[f64], counts: &[u8]) -> f64 {
    const LANES: usize = 8;
    assert_eq!(scores.len(), counts.len(), "a count a row");
    let (mut total, mut n) = ([0.0; LANES], 0_u64);
    let mut blocks = scores.chunks_exact(LANES).zip(counts.chunks_exact(LANES));
    for (scores, counts) in &mut blocks {
        for lane in 0..LANES {
            total[lane] += scores[lane] * f64::from(counts[lane]);
        }
    }
    let rest = scores.len() / LANES * LANES;
    let rest: f64 = scores[rest..].iter().zip(&counts[rest..]).map(|(s, &c)| s * f64::from(c)).sum();
    counts.iter().for_each(|&count| n += u64::from(count));
    (total.iter().sum::<f64>() + rest) / n as f64
}
