//! A training step allocates nothing but the packing buffers of its matrix products.

use crate::{Answers, network, normals};
use mlpsweep_mlp::{Activation, Init, Loss, Workspace};
use mlpsweep_seed::Seed;
use ndarray::Array2;
use ndarray::linalg::general_mat_mul;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Blocks and bytes allocated during `work`, by any thread.
fn allocated(work: impl FnOnce()) -> (u64, u64) {
    let before = dhat::HeapStats::get();
    work();
    let after = dhat::HeapStats::get();
    (after.total_blocks - before.total_blocks, after.total_bytes - before.total_bytes)
}

/// The products of one step, alone, on matrices of the same shapes.
fn products(sizes: &[usize], n_rows: usize) -> (u64, u64) {
    let a: Vec<Array2<f32>> = sizes.iter().map(|&n| Array2::ones((n_rows, n))).collect();
    let w: Vec<Array2<f32>> = sizes.windows(2).map(|pair| Array2::ones((pair[1], pair[0]))).collect();
    let mut out: Vec<Array2<f32>> = a.clone();
    let mut gradient = w.clone();
    allocated(|| {
        for l in 0..w.len() {
            general_mat_mul(1.0, &a[l], &w[l].t(), 0.0, &mut out[l + 1]);
        }
        for l in (0..w.len()).rev() {
            general_mat_mul(1.0, &a[l + 1].t(), &a[l], 0.0, &mut gradient[l]);
            if l > 0 {
                general_mat_mul(1.0, &a[l + 1], &w[l], 0.0, &mut out[l]);
            }
        }
    })
}

#[test]
fn a_training_step_allocates_only_packing_buffers() {
    // The test binary runs its tests in threads that would be counted too: repeat in a child that runs only this one.
    const CHILD: &str = "MLPSWEEP_ALLOCATION_CHILD";
    if std::env::var_os(CHILD).is_none() {
        let name = concat!(module_path!(), "::a_training_step_allocates_only_packing_buffers");
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
            let packing = products(&sizes, 32);
            let step = allocated(|| {
                workspace.input(32).copy_from_slice(&x);
                network.loss_and_gradient(
                    &params,
                    &mut workspace,
                    answers.of(loss),
                    &mut stream,
                    &mut gradient,
                );
            });
            assert!(packing.0 > 0, "the counter counts");
            assert_eq!(
                step, packing,
                "(blocks, bytes) of a step and of its products alone, {loss:?} dropout {dropout}"
            );
        }
    }
}
