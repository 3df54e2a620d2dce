#!/usr/bin/env python3
"""Optuna's samplers on the tabulated problems: the same points in, the same losses out, through `search-bench serve`.

    pip install -r benches/search/requirements.txt
    cargo build --release -p mlpsweep-search-bench
    python benches/search/optuna_samplers.py --samplers random,tpe,tpe-univariate --out optuna.csv
    python benches/search/optuna_samplers.py --samplers gp --trials 50 --out optuna-gp.csv   # slower; wants torch

Rows are appended search by search and searches that are there already are passed over, so that it may be stopped and run again.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import time
import warnings

import optuna

BUDGETS = (15, 50, 100)
COLUMNS = ("sampler", "problem", "seed", "trials", "loss", "hidden")
SAMPLERS = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe-univariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=False),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
}


def distribution(parameter):
    """A parameter as Optuna has it."""
    if parameter["kind"] == "choice":
        return optuna.distributions.CategoricalDistribution(parameter["values"])
    kind = {"int": optuna.distributions.IntDistribution, "float": optuna.distributions.FloatDistribution}[parameter["kind"]]
    return kind(parameter["min"], parameter["max"], log=parameter["log"])


def search(serve, space, sampler, n_trials):
    """The incumbents at the budgets: (trials, loss, hidden)."""
    study = optuna.create_study(sampler=sampler)
    with subprocess.Popen(serve, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as table:
        for n in range(1, n_trials + 1):
            trial = study.ask(space)
            table.stdin.write(json.dumps(trial.params) + "\n")
            answer = json.loads(table.stdout.readline())
            study.tell(trial, answer["loss"])
            if n in BUDGETS:
                yield n, answer["incumbent"]["loss"], answer["incumbent"]["hidden"]
        table.stdin.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/search-bench")
    parser.add_argument("--tables", default="benches/search/tables")
    parser.add_argument("--samplers", default=",".join(SAMPLERS), help="which of them (%(default)s)")
    parser.add_argument("--problems", default="", help="only those whose name begins so, such as iris,wine-adam")
    parser.add_argument("--seeds", default="1-20", help="searches on each problem, such as 1-20")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="a CSV file, which is added to")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    if "gp" in arguments.samplers.split(","):
        import torch

        torch.set_num_threads(1)

    problems = json.loads(subprocess.run([arguments.binary, "spaces"], capture_output=True, text=True, check=True).stdout)
    problems = [problem for problem in problems if problem["problem"].startswith(tuple(arguments.problems.split(",")))]
    done = set()
    if arguments.out.exists():
        with arguments.out.open(newline="") as file:
            done = {(row["sampler"], row["problem"], int(row["seed"])) for row in csv.DictReader(file)}
    first, last = (int(end) for end in arguments.seeds.split("-"))
    with arguments.out.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if file.tell() == 0:
            writer.writerow(COLUMNS)
        # Seed by seed, so that what is stopped early has all problems.
        for name in arguments.samplers.split(","):
            for seed in range(first, last + 1):
                begin = time.perf_counter()
                for problem in problems:
                    key = (f"optuna-{name}", problem["problem"], seed)
                    if key in done:
                        continue
                    space = {parameter["name"]: distribution(parameter) for parameter in problem["parameters"]}
                    serve = [arguments.binary, "--tables", arguments.tables, "serve", problem["problem"]]
                    outcomes = list(search(serve, space, SAMPLERS[name](seed), arguments.trials))
                    writer.writerows((*key, *outcome) for outcome in outcomes)
                    file.flush()
                print(f"{name}, seed {seed}: {time.perf_counter() - begin:.1f} s", flush=True)


if __name__ == "__main__":
    main()
