//! A whole training step — gather, gradient, update — allocates nothing but the packing buffers of its matrix products.

use crate::{config, data, job};
use mlpsweep_mlp::Loss;
use mlpsweep_optim::OptimizerKind;
use mlpsweep_train::{BatchSize, Session};
use std::process::{Command, Stdio};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// The counter is global: the test counts in a process that runs nothing else, and makes sure that it did.
#[test]
fn a_step_allocates_only_packing_buffers() {
    const CHILD: &str = "MLPSWEEP_ALLOCATION_CHILD";
    if std::env::var_os(CHILD).is_some() {
        return count();
    }
    let this = std::env::current_exe().expect("the test binary's own path");
    let name = concat!(module_path!(), "::a_step_allocates_only_packing_buffers");
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
        // Two layers: two products forward, two for the gradients, one for the delta between them; a buffer each. L-BFGS
        // does so as often as its line search asks.
        let n_blocks = after.total_blocks - before.total_blocks;
        let expected = if optimizer.is_full_batch() { n_blocks.next_multiple_of(5).max(5) } else { 5 };
        assert_eq!(n_blocks, expected, "{optimizer:?}: blocks allocated in a step");
        assert_eq!(after.curr_blocks, before.curr_blocks, "{optimizer:?}: all of them are given back");
    }
}
