#!/usr/bin/env python3
"""mlpsweep beside what one would use instead, on the same work, in turn.

    python benches/peers/compare.py
    python benches/peers/compare.py --workloads W1,W5,G1 --peers sklearn,jax --rounds 3 --markdown table.md

Each round runs every contestant once, each in a process of its own, so that a machine that grows slower slows them all; a
ratio is taken within a round, and the table has the median of the rounds' ratios. W1 ... W5 are one training on one core,
timed within the process without imports and compilation, in microseconds a step. G1 and G2 are whole sweeps, from the start of
the process to its results, with the peak memory of all its processes.
"""

import argparse
import csv
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import meter
import report
from work import WORKLOADS, Sweep, friedman, set_threads, table

HERE = pathlib.Path(__file__).resolve().parent
SWEEPS = ["G1", "G2"]
# --peers: (module to find, contestants)
PEERS = {
    "sklearn": ("sklearn", ["sklearn"]),
    "jax": ("jax", ["jax"]),
    "torch": ("torch", ["torch", "torch-compile"]),
    "numpy": ("numpy", ["numpy"]),
}
OURS = "mlpsweep"


def main():
    options = arguments()
    for package in ("numpy", "sklearn"):
        if importlib.util.find_spec(package) is None:
            sys.exit(f"{package} is needed, if only for the tables: pip install -r {HERE / 'requirements.txt'}")
    contestants = [OURS]
    for peer in options.peers:
        package, names = PEERS[peer]
        if importlib.util.find_spec(package) is None:
            say(f"{peer} is not installed and is skipped")
        else:
            contestants += names
    binaries = build() if options.binary is None else beside(options.binary)

    results = {workload: {} for workload in options.workloads}
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="mlpsweep-peers-") as folder:
        write_tables(options.workloads, pathlib.Path(folder))
        out_of_it = set()
        for round_idx in range(options.rounds):
            for workload in options.workloads:
                for name in takers(workload, contestants, round_idx):
                    if (workload, name) in out_of_it:
                        continue
                    try:
                        told = run(name, workload, round_idx, options, binaries, pathlib.Path(folder))
                    except meter.Failed as failed:
                        if name == OURS:
                            sys.exit(str(failed))
                        say(f"{name} fails on {workload} and is skipped: {failed}")
                        out_of_it.add((workload, name))
                        results[workload].pop(name, None)
                        continue
                    results[workload].setdefault(name, []).append(told)
                    say(f"round {round_idx + 1} {workload} {name}: {report.brief(workload, told)}")

    about = report.about(options.rounds, options.jobs, contestants, binaries, load_before)
    text = report.markdown(about, contestants, results)
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n")
    if options.json:
        options.json.write_text(json.dumps({"about": about, "results": results}, indent=1) + "\n")


def arguments():
    def some_of(known):
        def parse(text):
            for word in text.split(","):
                if word not in known:
                    raise argparse.ArgumentTypeError(f"`{word}` is none of {', '.join(known)}")
            return text.split(",")
        return parse

    def count(text):
        if not text.isdecimal() or int(text) == 0:
            raise argparse.ArgumentTypeError(f"`{text}` is not a number from 1 up")
        return int(text)

    known = [*WORKLOADS, *SWEEPS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", type=some_of(known), default=known, help=",".join(known))
    parser.add_argument("--peers", type=some_of(PEERS), default=list(PEERS), help=",".join(PEERS))
    parser.add_argument("--rounds", type=count, default=5, help="how often each runs (5)")
    parser.add_argument("--jobs", type=count, default=2, help="jobs of the sweeps, and the cores they get (2)")
    parser.add_argument("--for", type=float, default=0.5, dest="at_least", metavar="SECONDS",
                        help="equal trainings repeated within a process until this is full (0.5)")
    parser.add_argument("--binary", type=pathlib.Path, help="a built mlpsweep, with examples/workload beside it; else cargo builds both")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="write the tables there too")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write every round there")
    return parser.parse_args()


def say(line):
    print(line, file=sys.stderr, flush=True)


# --- ours -----------------------------------------------------------------------------------------------------------------


def build():
    """{"mlpsweep", "workload"}: release builds, by cargo."""
    command = ["cargo", "build", "--release", "--locked", "--message-format", "json-render-diagnostics",
               "-p", "mlpsweep-cli", "--bin", "mlpsweep", "-p", "mlpsweep-benches", "--example", "workload"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=HERE)
    if done.returncode != 0:
        sys.exit("cargo could not build mlpsweep; `--binary PATH` takes one that is built")
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {message["target"]["name"]: message["executable"] for message in messages if message.get("executable")}


def beside(binary):
    """The same, from a target folder that is there."""
    binaries = {"mlpsweep": binary.resolve(), "workload": binary.resolve().parent / "examples" / "workload"}
    for path in binaries.values():
        if not path.is_file():
            sys.exit(f"there is no {path}; cargo build --release -p mlpsweep-cli -p mlpsweep-benches --bin mlpsweep --example workload")
    return {name: str(path) for name, path in binaries.items()}


# --- one contestant on one workload -----------------------------------------------------------------------------------------


def takers(workload, contestants, round_idx):
    """Who runs it, in the order of the round: another begins each time."""
    names = [name for name in contestants if name != "torch-compile" or workload in WORKLOADS]
    begin = round_idx % len(names)
    return names[begin:] + names[:begin]


def run(name, workload, round_idx, options, binaries, folder):
    """What a process tells: of a training us, loss and seconds; of a sweep seconds, bytes and scores."""
    environment = dict(os.environ)
    set_threads(environment)
    python = [sys.executable, HERE / "contestant.py", name]
    if workload in WORKLOADS:
        table_name, training = WORKLOADS[workload]
        rest = [workload, "--table", folder / table_name, "--seed", round_idx, "--for", options.at_least]
        command = [binaries["workload"], *rest, "--epochs", training.epochs] if name == OURS else [*python, "step", *rest]
        told = json.loads(meter.run(command, environment, n_cores=1).stdout)
        return {**told, "us": 1e6 * told["seconds"] / told["steps"]}

    sweep = HERE / f"{workload}.toml"
    if name != OURS:
        done = meter.run([*python, "sweep", sweep, "--jobs", options.jobs], environment, options.jobs)
        scores = json.loads(done.stdout)["scores"]
    else:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            command = [binaries["mlpsweep"], "run", sweep, "--jobs", options.jobs, "--out", out, "--quiet"]
            done = meter.run(command, environment, options.jobs)
            with open(pathlib.Path(out, "ranked.csv"), newline="") as file:
                rows = sorted(csv.DictReader(file), key=lambda row: int(row["number"]))
            scores = [float(row["mean_test_score"]) for row in rows if row["state"] == "complete"]
    return {"seconds": done.seconds, "bytes": done.peak_bytes, "scores": scores}


def write_tables(workloads, folder):
    """The tables of W1 ... W5 into the folder, standardised, as raw float32; that of G2 beside its sweep file, as CSV."""
    import numpy as np

    for name in {WORKLOADS[workload][0] for workload in workloads if workload in WORKLOADS}:
        features, targets = table(name)
        (folder / name).mkdir()
        features.astype("<f4").tofile(folder / name / "features.f32")
        targets.astype("<f4").tofile(folder / name / "targets.f32")
    for workload in set(workloads) & set(SWEEPS):
        path = HERE / f"{workload}.toml"
        sweep = Sweep(path)
        if sweep.table is not None and not sweep.table.exists():
            x, y = friedman(20_640)
            names = [f"x{j + 1}" for j in range(x.shape[1])]
            header = ",".join([*names, sweep.data["target"]])
            np.savetxt(sweep.table, np.column_stack([x, y]), fmt="%.9g", delimiter=",", header=header, comments="")


if __name__ == "__main__":
    main()
