//! The order of measuring: a round has every benchmark once, in an order that is drawn; of each benchmark either arm comes first in
//! half of the rounds, which ones being drawn too. So whatever being first or late costs is on both sides alike.

use crate::run::Arm;
use mlpsweep_seed::Seed;
use rand::seq::SliceRandom;

/// Who comes when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Of each benchmark, the arm that is first in each round.
    first: Vec<Vec<Arm>>,
    seed: Seed,
}

impl Order {
    pub(crate) fn new(n_benchmarks: usize, n_rounds: usize, seed: Seed) -> Order {
        let of_benchmark = |benchmark: usize| {
            let mut stream = seed.child("first").nth(benchmark as u64).stream();
            // The odd round out goes to either.
            let mut arms: Vec<Arm> =
                [Arm::Base, Arm::Head].into_iter().cycle().take(n_rounds + n_rounds % 2).collect();
            arms.shuffle(&mut stream);
            arms.truncate(n_rounds);
            arms
        };
        Order { first: (0..n_benchmarks).map(of_benchmark).collect(), seed }
    }

    /// The benchmarks of a round, in its order.
    pub(crate) fn round(&self, round: usize) -> Vec<usize> {
        let mut benchmarks: Vec<usize> = (0..self.first.len()).collect();
        benchmarks.shuffle(&mut self.seed.child("round").nth(round as u64).stream());
        benchmarks
    }

    /// Both arms in their order.
    pub(crate) fn arms(&self, benchmark: usize, round: usize) -> [Arm; 2] {
        match self.first[benchmark][round] {
            Arm::Base => [Arm::Base, Arm::Head],
            Arm::Head => [Arm::Head, Arm::Base],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_arm_is_first_in_half_of_the_rounds() {
        let order = Order::new(12, 20, Seed::new(3));
        for benchmark in 0..12 {
            let n_base = (0..20).filter(|&round| order.arms(benchmark, round)[0] == Arm::Base).count();
            assert_eq!(n_base, 10);
        }
        let mut round = order.round(4);
        assert_ne!(round, order.round(5));
        round.sort_unstable();
        assert_eq!(round, (0..12).collect::<Vec<_>>());
        assert_ne!(order.first[0], order.first[1]);
    }
}
