//! Units fanned out over threads. The one place that knows of rayon.
//!
//! Workers take the next job from a shared iterator when they are free, so jobs start in order and none waits behind a
//! slow one. Results go back to the calling thread, which alone stores and shows them.

use rayon::iter::{ParallelBridge as _, ParallelIterator as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The start of the name of each worker thread.
const WORKER_NAME: &str = "mlpsweep-worker";

/// How long a finished result waits for others before it is delivered with them: no one sees it, and short units share
/// a write to the disk that would cost more than they do.
const GATHER: Duration = Duration::from_millis(20);

/// Results that may wait for the calling thread; with more, workers wait for it.
const MOST_WAITING: usize = 1024;

/// Runs `work` on every job, on `n_jobs` threads, and hands what comes out to `deliver` in batches.
///
/// A batch holds what has finished within 20 ms, so that one write to the disk may serve several. When `deliver`
/// fails, no further job is started, and its error is returned once the running ones are done; so does its panic go on then.
///
/// # Errors
/// The first error of `deliver`; or that of the system when threads cannot be started.
pub fn fan_out<J: Send, R: Send, E: From<std::io::Error>>(
    n_jobs: usize,
    jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J) -> R + Sync,
    mut deliver: impl FnMut(Vec<R>) -> Result<(), E>,
) -> Result<(), E> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_jobs)
        .thread_name(|index| format!("{WORKER_NAME}-{index}"))
        .build()
        .map_err(|error| E::from(std::io::Error::other(error)))?;
    let (sender, receiver) = mpsc::sync_channel(MOST_WAITING);
    let failed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let failed = &failed;
        let work = &work;
        let fan = move || {
            let wanted = jobs.take_while(|_| !failed.load(Ordering::Relaxed));
            pool.install(|| {
                wanted.par_bridge().for_each_with(sender, |sender, job| {
                    // The receiver lives until every sender is gone.
                    let _ = sender.send(work(job));
                });
            });
        };
        std::thread::Builder::new().name("mlpsweep-fan".into()).spawn_scoped(scope, fan)?;
        let mut outcome = Ok(Ok(()));
        while let Ok(first) = receiver.recv() {
            if let Ok(Ok(())) = outcome {
                let mut batch = vec![first];
                let until = Instant::now() + GATHER;
                // Results that come faster than they are taken must not keep the batch open.
                while let Some(left) = until.checked_duration_since(Instant::now())
                    && let Ok(next) = receiver.recv_timeout(left)
                {
                    batch.push(next);
                }
                // Workers that wait for this thread would wait for ever if it panicked here.
                outcome = catch_unwind(AssertUnwindSafe(|| deliver(batch)));
                failed.store(!matches!(outcome, Ok(Ok(()))), Ordering::Relaxed);
            }
        }
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_done_once_on_any_number_of_threads() {
        for n_jobs in [1, 2, 8] {
            let mut squares = Vec::new();
            let done = fan_out(
                n_jobs,
                0..1000_u64,
                |i| i * i,
                |batch| -> Result<(), std::io::Error> {
                    squares.extend(batch);
                    Ok(())
                },
            );
            done.expect("nothing fails");
            squares.sort_unstable();
            assert!(squares.into_iter().eq((0..1000).map(|i| i * i)), "{n_jobs} jobs");
        }
    }

    /// There is no end to the jobs: only the failure ends the run.
    #[test]
    fn a_failed_delivery_ends_the_run() {
        let outcome = fan_out(2, 0_u64.., |job| job, |_| Err(std::io::Error::other("the disk is full")));
        assert_eq!(outcome.expect_err("deliver failed").to_string(), "the disk is full");
    }

    #[test]
    fn a_panic_of_delivery_ends_the_run() {
        let outcome = catch_unwind(|| {
            fan_out(2, 0_u64.., |job| job, |_| -> Result<(), std::io::Error> { panic!("a bug") })
        });
        assert_eq!(outcome.expect_err("it panicked").downcast_ref(), Some(&"a bug"));
    }
}
