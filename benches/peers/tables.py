"""Tables as they come: mlpsweep beside pandas and scikit-learn.

    python benches/peers/tables.py read  [DATA.csv]            reading; without a file 1,000,000 x 20 drawn numbers
    python benches/peers/tables.py score DATA.csv --target Y   one configuration through both, over several seeds

`read` times the whole process `mlpsweep init`, which reads the table and finds out what its columns are, and pandas.read_csv
within a process of its own, imports left out; both in turn, the best of the rounds, and the peak memory of each process.

`score` holds out every fifth row, trains the same network on the others (numbers standardised, their gaps the mean; words
one-hot, a gap its own level) and prints the test scores of both, seed by seed. scikit-learn's penalty divides by the rows of a batch, so
its alpha is lambda * batch / rows, and half of that for its halved squared error.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / "target" / "release" / "mlpsweep"
SCORED = {"classification": ["accuracy", "log_loss"], "regression": ["r2", "rmse"]}


def process(command, folder):
    """Seconds, peak megabytes and stdout of a process."""
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))}: exit {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024, out


PANDAS = """
import time, pandas, sys
started = time.perf_counter()
table = pandas.read_csv(sys.argv[1])
print(time.perf_counter() - started)
"""


def draw(path):
    import numpy

    generator = numpy.random.default_rng(0)
    with open(path, "w") as file:
        file.write(",".join(f"x{i}" for i in range(19)) + ",y\n")
        for _ in range(100):
            numpy.savetxt(file, generator.normal(size=(10_000, 20)), fmt="%.6f", delimiter=",")


def read(options):
    with tempfile.TemporaryDirectory() as folder:
        data = Path(options.data).resolve() if options.data else Path(folder) / "drawn.csv"
        if not options.data:
            draw(data)
        target = ["--target", options.target] if options.target else []
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(process([BINARY, "init", data, "--out", "s.toml", "--force", *target], folder)[:2])
            _, memory, out = process([sys.executable, "-c", PANDAS, data], folder)
            theirs.append((float(out), memory))
        size = data.stat().st_size / 1e6
        print(f"{data.name}, {size:.0f} MB, best of {options.rounds}")
        for name, runs in [("mlpsweep init", ours), ("pandas.read_csv", theirs)]:
            print(f"  {name:16} {min(runs)[0]:.3f} s  {max(memory for _, memory in runs):.0f} MB")
        print(f"  pandas takes {min(theirs)[0] / min(ours)[0]:.2f} times as long")


CONFIG = """name = "one"
seed = {seed}
[data]
path = "train.csv"
test_path = "test.csv"
target = {target}
[cv]
kind = "holdout"
[preprocess]
target_scale = "{target_scale}"
[parameters]
hidden = [64, 64]
init = "glorot_uniform"
learning_rate = 1e-3
l2 = 1.0
batch_size = 128
epochs = {epochs}
"""


def ours(folder, seed, options, task):
    scale = "standard" if task == "regression" else "none"
    text = CONFIG.format(seed=seed, target=json.dumps(options.target), target_scale=scale, epochs=options.epochs)
    (Path(folder) / "s.toml").write_text(text)
    process([BINARY, "run", "s.toml", "--out", "o", "--fresh", "--quiet", "--no-progress"], folder)
    scores = process([BINARY, "predict", "o", "test.csv", "--score", "--format", "json"], folder)[2]
    scores = json.loads(scores)
    return [scores[name] for name in SCORED[task]]


def theirs(folder, seed, options, task):
    import numpy
    import pandas
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
    from sklearn.impute import SimpleImputer
    from sklearn.metrics import accuracy_score, log_loss, r2_score, root_mean_squared_error
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    train, test = (pandas.read_csv(Path(folder) / name, na_values="?") for name in ["train.csv", "test.csv"])
    x, y = train.drop(columns=options.target), train[options.target]
    columns = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number")),
        ("words", make_pipeline(SimpleImputer(strategy="constant", fill_value="missing"),
                                OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
         make_column_selector(dtype_exclude="number")),
    ])
    alpha = 1.0 * 128 / len(train) / (2 if task == "regression" else 1)
    network = dict(hidden_layer_sizes=(64, 64), alpha=alpha, batch_size=128, learning_rate_init=1e-3,
                   max_iter=options.epochs, n_iter_no_change=options.epochs, random_state=seed)
    if task == "regression":
        network = TransformedTargetRegressor(MLPRegressor(**network), transformer=StandardScaler())
    else:
        network = MLPClassifier(**network)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = make_pipeline(columns, network).fit(x, y)
    x, y = test.drop(columns=options.target), test[options.target]
    found = model.predict(x)
    if task == "regression":
        return [r2_score(y, found), root_mean_squared_error(y, found)]
    return [accuracy_score(y, found), log_loss(y, numpy.asarray(model.predict_proba(x)))]


def score(options):
    with open(options.data, newline="") as file:
        header, *rows = csv.reader(file)
    target = header.index(options.target)
    is_number = all(row[target].replace(".", "", 1).lstrip("-").isdigit() for row in rows)
    task = "regression" if is_number and len({row[target] for row in rows}) > 20 else "classification"
    with tempfile.TemporaryDirectory() as folder:
        for name, chosen in [("train.csv", lambda i: i % 5 != 0), ("test.csv", lambda i: i % 5 == 0)]:
            with open(Path(folder) / name, "w", newline="") as file:
                csv.writer(file).writerows([header, *(row for i, row in enumerate(rows) if chosen(i))])
        print(f"{Path(options.data).name}, {task}, {options.epochs} epochs, {options.seeds} seeds")
        for name, run in [("mlpsweep", ours), ("scikit-learn", theirs)]:
            runs = [run(folder, seed, options, task) for seed in range(options.seeds)]
            for metric, values in zip(SCORED[task], zip(*runs)):
                shown = " ".join(f"{value:.4f}" for value in values)
                deviation = statistics.stdev(values) if len(values) > 1 else 0.0
                print(f"  {name:13}{metric:9} {statistics.mean(values):.4f} ± {deviation:.4f}   {shown}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("read")
    verb.add_argument("data", nargs="?")
    verb.add_argument("--target")
    verb.add_argument("--rounds", type=int, default=5)
    verb.set_defaults(run=read)
    verb = verbs.add_parser("score")
    verb.add_argument("data")
    verb.add_argument("--target", required=True)
    verb.add_argument("--epochs", type=int, default=20)
    verb.add_argument("--seeds", type=int, default=5)
    verb.set_defaults(run=score)
    options = parser.parse_args()
    if not BINARY.exists():
        sys.exit("first: cargo build --release")
    options.run(options)


if __name__ == "__main__":
    main()
