//! A training step allocates nothing, once the first one has made room for its matrix products.

use crate::{Answers, network, normals};
use mlpsweep_mlp::{Activation, Init, Loss, Workspace};
use mlpsweep_seed::Seed;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Blocks and bytes allocated during `work`, by any thread.
fn allocated(work: impl FnOnce()) -> (u64, u64) {
    let before = dhat::HeapStats::get();
    work();
    let after = dhat::HeapStats::get();
    (after.total_blocks - before.total_blocks, after.total_bytes - before.total_bytes)
}

#[test]
fn a_training_step_allocates_nothing() {
    // The test binary runs its tests in threads that would be counted too: repeat in a child that runs only this one.
    const CHILD: &str = "MLPSWEEP_ALLOCATION_CHILD";
    if std::env::var_os(CHILD).is_none() {
        let name = concat!(module_path!(), "::a_training_step_allocates_nothing");
        let name = name.split_once("::").expect("a path below the crate").1;
        let this = std::env::current_exe().expect("the test binary's own path");
        let output = std::process::Command::new(this)
            .args(["--exact", name, "--test-threads=1", "--nocapture"])
            .env(CHILD, "1")
            .stderr(std::process::Stdio::inherit())
            .output()
            .expect("the test binary runs again");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }

    let _profiler = dhat::Profiler::builder().testing().build();
    for loss in [Loss::CrossEntropy, Loss::SquaredError] {
        for dropout in [0.0, 0.5] {
            let sizes = [64, 64, 32, 10];
            let network = network(&sizes, Activation::Tanh, loss, dropout);
            let mut stream = Seed::new(1).stream();
            let params: Vec<f32> = Init::Glorot.draw(network.layout(), &mut stream);
            let mut gradient = vec![0.0; params.len()];
            let x = normals::<f32>(32 * 64, &mut stream);
            let answers = Answers::<f32>::new(32, 10, Seed::new(2));
            let mut workspace = Workspace::new(&network, 32);
            let mut step = || {
                workspace.input(32).copy_from_slice(&x);
                network.loss_and_gradient(
                    &params,
                    &mut workspace,
                    answers.of(loss),
                    &mut stream,
                    &mut gradient,
                );
            };
            assert!(allocated(&mut step).0 > 0, "the counter counts, and the first step makes room");
            assert_eq!(allocated(&mut step), (0, 0), "(blocks, bytes) of a step, {loss:?} dropout {dropout}");
        }
    }
}
