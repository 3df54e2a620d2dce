"""The process of one Python contestant, started by compare.py; what came out is a line of JSON.

    contestant.py PEER step W1 --table FOLDER --seed N --for SECONDS      {"seconds", "steps", "loss"}
    contestant.py PEER sweep SWEEP.toml --jobs N                          {"scores"}
"""

import argparse
import importlib
import json
import statistics
import time

from work import WORKLOADS, Sweep, score, sweep_with_joblib


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=["sklearn", "jax", "torch", "torch-compile", "numpy"])
    does = parser.add_subparsers(dest="does", required=True)
    step = does.add_parser("step")
    step.add_argument("workload", choices=WORKLOADS)
    step.add_argument("--table", required=True)
    step.add_argument("--seed", type=int, default=0)
    step.add_argument("--for", type=float, default=0.5, dest="at_least")
    sweep = does.add_parser("sweep")
    sweep.add_argument("file")
    sweep.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    told = one_training(options) if options.does == "step" else whole_sweep(options)
    print(json.dumps(told))


def one_training(options):
    """The median of as many equal trainings as fill the time, after one that does not count."""
    import numpy as np

    _, training = WORKLOADS[options.workload]
    targets = np.fromfile(f"{options.table}/targets.f32", np.float32)
    features = np.fromfile(f"{options.table}/features.f32", np.float32).reshape(len(targets), -1)
    if training.n_classes:
        targets = targets.astype(np.int64)
    name, _, compiled = options.peer.partition("-")
    peer = importlib.import_module(f"{name}_peer")
    run = (peer.prepare_compiled if compiled else peer.prepare)(training, features, targets)
    weights = run(options.seed)
    times = []
    while not times or sum(times) < options.at_least:
        start = time.perf_counter()
        run(options.seed)
        times.append(time.perf_counter() - start)
    loss = score("log_loss" if training.n_classes else "mse", weights, features, targets)
    return {"seconds": statistics.median(times), "steps": training.epochs * -(-len(features) // training.batch_size), "loss": loss}


def whole_sweep(options):
    """The mean score of each configuration, in the file's order."""
    import numpy as np

    sweep = Sweep(options.file)
    features, targets = sweep.load()
    n_classes = len(np.unique(targets)) if sweep.is_stratified else 0
    trainings = sweep.trainings(len(features), n_classes)
    peer = f"{options.peer}_peer"
    if options.peer in ("torch", "numpy"):      # only the workers load them
        scores = sweep_with_joblib(peer, sweep, trainings, features, targets, options.jobs)
    else:
        scores = importlib.import_module(peer).sweep(sweep, trainings, features, targets, options.jobs)
    return {"scores": [float(score) for score in scores]}


if __name__ == "__main__":
    main()
