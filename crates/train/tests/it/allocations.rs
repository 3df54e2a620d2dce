//! A whole training step — gather, gradient, update — allocates nothing, once the first one has made room.

use crate::{config, data, job};
use mlpsweep_mlp::Loss;
use mlpsweep_optim::OptimizerKind;
use mlpsweep_train::{BatchSize, Session};
use std::process::{Command, Stdio};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// The counter is global: the test counts in a process that runs nothing else, and makes sure that it did.
#[test]
fn a_step_allocates_nothing() {
    const CHILD: &str = "MLPSWEEP_ALLOCATION_CHILD";
    if std::env::var_os(CHILD).is_some() {
        return count();
    }
    let this = std::env::current_exe().expect("the test binary's own path");
    let name = concat!(module_path!(), "::a_step_allocates_nothing");
    let name = name.split_once("::").expect("a path below the crate").1;
    let output = Command::new(this)
        .args(["--exact", name, "--test-threads=1", "--nocapture"])
        .env(CHILD, "1")
        .stderr(Stdio::inherit())
        .output()
        .expect("the test binary runs again");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn count() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let data = data("digits");
    let rows: Vec<u32> = (0..1024).collect();
    for &optimizer in OptimizerKind::ALL {
        let mut config = config(Loss::CrossEntropy);
        (config.optimizer, config.dropout, config.l2, config.gradient_norms) = (optimizer, 0.2, 1.0, true);
        if optimizer.is_full_batch() {
            config.batch_size = BatchSize::Full;
        }
        let mut session = Session::<f32>::new(job(&data, &rows, &config)).expect("a valid job");
        let batch = &rows[..16];
        session.step(batch);
        let before = dhat::HeapStats::get();
        session.step(batch);
        let after = dhat::HeapStats::get();
        let n_blocks = after.total_blocks - before.total_blocks;
        assert_eq!(n_blocks, 0, "{optimizer:?}: blocks allocated in a step");
    }
}
