"""Every export opened by who it is made for: onnxruntime, pandas, Optuna, TensorBoard, safetensors.

    python crates/export/tests/consumers.py [--mlpsweep target/release/mlpsweep] [--fixtures crates/export/tests/fixtures]

Needs onnx, onnxruntime, optuna, pandas, safetensors; tensorboard where it is installed. Draws a table with gaps, rare levels and
orders, sweeps it in three ways, exports everything, and holds what the other programs read against what mlpsweep says. With --fixtures it
also keeps the models, their ONNX files, onnxruntime's answers and the other files for the tests. Exits with 1 where something differs.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import optuna
import pandas as pd
from safetensors.numpy import load_file

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

SWEEPS = {
    "people": ("label", "[score]\nmetric = \"accuracy\"\n", ["relu", "gelu", "mish", "selu", "gelu_tanh"], ""),
    "prices": ("price", "[score]\nmetric = \"r2\"\n[preprocess]\nscale = \"quantile\"\ntarget_scale = \"standard\"\n",
               ["tanh", "elu", "silu", "softplus", "leaky_relu"], "missing_indicator = true\n"),
    "counts": ("count", "[select]\nensemble = \"folds\"\n[score]\nmetric = \"mae\"\n[preprocess]\nscale = \"robust\"\ntarget_scale = \"log1p\"\n",
               ["sigmoid", "identity"], "missing = \"median\"\n"),
}


def table(rng, n, new=False):
    towns = ["Ulm", "Jena", "Köln", "Bonn, old", "Trier"] + [f"place {i}" for i in range(12)]
    share = np.array([30, 20, 15, 10, 8] + [1] * 12, float)
    age = np.round(rng.normal(45, 12, n), 1)
    income = np.round(rng.lognormal(3, 0.6, n), 2)
    town = rng.choice(towns, n, p=share / share.sum())
    size = rng.choice(["low", "mid", "high"], n)
    score = 0.05 * (age - 45) + 0.4 * np.log(income) + (town == "Ulm") - 0.5 * (size == "low") + rng.normal(0, 0.4, n)
    frame = pd.DataFrame(dict(age=age, income=income, town=town, size=size))
    frame["label"] = np.where(score > 1.6, "yes", np.where(score > 0.9, "maybe", "no"))
    frame["price"] = np.round(1000 * score + 50_000, 1)
    frame["count"] = np.round(np.exp(score)).astype(int)
    for column, gaps in [("age", 0.1), ("town", 0.05), ("income", 0.03)]:
        frame.loc[rng.random(n) < gaps, column] = np.nan
    if new:
        frame.loc[:3, "town"] = "nowhere"
    return frame


def run(mlpsweep, *arguments, cwd):
    done = subprocess.run([mlpsweep, *map(str, arguments)], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"mlpsweep {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def feeds(session, frame):
    found = {}
    for wanted in session.get_inputs():
        if wanted.name == "X":
            found["X"] = frame.to_numpy(float)
        elif wanted.type == "tensor(string)":
            found[wanted.name] = frame[[wanted.name]].fillna("").astype(str).to_numpy(object)
        else:
            found[wanted.name] = frame[[wanted.name]].to_numpy(float)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mlpsweep", default="target/release/mlpsweep")
    parser.add_argument("--fixtures", type=Path)
    options = parser.parse_args()
    mlpsweep = Path(options.mlpsweep).resolve()
    faults = 0

    def check(what, good, detail=""):
        nonlocal faults
        faults += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}{': ' + detail if detail else ''}")

    for package in (onnx, onnxruntime, optuna, pd, np):
        print(f"{package.__name__} {package.__version__}")
    rng = np.random.default_rng(7)
    train, new = table(rng, 400), table(rng, 60, new=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, (target, extra, activations, data) in SWEEPS.items():
            drop = [other for other in ("label", "price", "count") if other != target]
            train.drop(columns=drop).to_csv(folder / f"{name}.csv", index=False)
            features = new.drop(columns=["label", "price", "count"])
            features.to_csv(folder / "new.csv", index=False)
            for activation in activations:
                sweep = folder / "sweep.toml"
                sweep.write_text(
                    f"name = \"{name}\"\nseed = 4\n[data]\npath = \"{name}.csv\"\ntarget = \"{target}\"\ntest = 0.1\nmax_levels = 6\n"
                    + ("task = \"regression\"\n" if target != "label" else "") + data
                    + "ordinal = { size = [\"low\", \"mid\", \"high\"] }\n[cv]\nfolds = 3\n" + extra
                    + "[search]\ntrials = 6\n[parameters]\nepochs = 12\nwidth = { values = [4, 8] }\ndepth = { min = 1, max = 2 }\n"
                    + "learning_rate = { min = 1e-3, max = 3e-2, scale = \"log\" }\n"
                    + f"activation = \"{activation}\"\n")
                out = folder / f"{name}-{activation}"
                run(mlpsweep, "run", sweep, "--out", out, "--quiet", cwd=folder)
                run(mlpsweep, "export", out, "--to", "onnx", "--out", folder / "model.onnx", cwd=folder)
                onnx.checker.check_model(onnx.load(folder / "model.onnx"), full_check=True)
                session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
                answers = dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds(session, features))))
                run(mlpsweep, "predict", out, folder / "new.csv", "--out", folder / "predicted.csv", cwd=folder)
                predicted = pd.read_csv(folder / "predicted.csv", keep_default_na=False)
                if target == "label":
                    ours = predicted[[c for c in predicted if c.startswith("probability_")]].to_numpy(float)
                    difference = np.abs(ours - answers["probabilities"]).max()
                    check(f"onnx {name} {activation}", difference < 1e-5 and
                          list(predicted["prediction"]) == list(answers["label"]), f"largest difference {difference:.1e}")
                else:
                    ours = predicted["prediction"].to_numpy(float)
                    difference = (np.abs(ours - answers["prediction"][:, 0]) / np.abs(ours).clip(1)).max()
                    check(f"onnx {name} {activation}", difference < 1e-5, f"largest relative difference {difference:.1e}")
                if options.fixtures and activation == activations[0]:
                    options.fixtures.mkdir(parents=True, exist_ok=True)
                    shutil.copy(out / "model" / "model.safetensors", options.fixtures / f"{name}.safetensors")
                    shutil.copy(folder / "model.onnx", options.fixtures / f"{name}.onnx")
                    shutil.copy(folder / "new.csv", options.fixtures / "new.csv")
                    key = "probabilities" if target == "label" else "prediction"
                    (options.fixtures / f"{name}.json").write_text(json.dumps(np.asarray(answers[key], float).tolist()))
        out = folder / "prices-tanh"
        ranked = pd.read_csv(out / "ranked.csv")
        best = ranked.iloc[0]

        run(mlpsweep, "export", out, "--to", "sklearn-csv", "--out", folder / "cv.csv", cwd=folder)
        cv = pd.read_csv(folder / "cv.csv")
        found = cv.sort_values("rank_test_score").iloc[0]
        check("pandas reads cv_results_ as CSV", bool(found["mean_test_score"] == best["mean_test_score"]) and
              np.isclose(found["std_test_score"], best["std_test_score"] * (2 / 3) ** 0.5), f"{cv.shape[0]} × {cv.shape[1]}")
        run(mlpsweep, "export", out, "--to", "sklearn-json", "--out", folder / "cv.json", cwd=folder)
        results = json.loads((folder / "cv.json").read_text())
        check("pandas reads cv_results_ as JSON", bool(pd.DataFrame(results)["mean_test_score"].max() == best["mean_test_score"]))

        run(mlpsweep, "export", out, "--to", "optuna", "--out", folder / "study.log", cwd=folder)
        if options.fixtures:
            shutil.copy(out / "study.db", options.fixtures / "study.db")
            for name in ("cv.csv", "cv.json", "study.log"):
                shutil.copy(folder / name, options.fixtures / name)
        storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(folder / "study.log")))
        study = optuna.load_study(study_name="prices", storage=storage)
        equal = all(study.best_params[p] == best[f"param_{p}"] for p in ("learning_rate", "width", "depth"))
        check("Optuna opens the study", study.best_value == best["mean_test_score"] and equal and
              len(study.trials) == len(ranked) and study.best_trial.number == best["number"],
              f"best trial {study.best_trial.number}, {study.best_value:.4f}")
        optuna.importance.get_param_importances(study)
        study.enqueue_trial(dict(study.best_params))
        study.optimize(lambda trial: trial.suggest_float("learning_rate", 1e-3, 3e-2, log=True), n_trials=1)
        check("Optuna goes on with the study", len(study.trials) == len(ranked) + 1)

        run(mlpsweep, "export", out, "--to", "safetensors", "--out", folder / "m.safetensors", cwd=folder)
        tensors = load_file(folder / "m.safetensors")
        n = sum(tensor.size for tensor in tensors.values())
        check("safetensors loads the weights", n == best["n_parameters"], f"{n} parameters in {len(tensors)} tensors")

        logs = folder / "logs"
        logs.mkdir()
        run(mlpsweep, "export", out, "--to", "tensorboard", "--out", logs / "events.out.tfevents.0.mlpsweep", cwd=folder)
        if options.fixtures:
            shutil.copy(logs / "events.out.tfevents.0.mlpsweep", options.fixtures / "events.tfevents")
        try:
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            events = EventAccumulator(str(logs), size_guidance={"scalars": 0}).Reload()
            curves = pd.read_csv(out / "curves.csv").query(f"trial == {best['number']} and fold == 1")
            read = [event.value for event in events.Scalars(f"trial{best['number']}/fold1/train_loss")]
            check("TensorBoard reads the curves", np.allclose(read, curves["train_loss"], rtol=1e-6), f"{len(events.Tags()['scalars'])} tags")
        except ImportError:
            print("skip tensorboard is not installed")
    print(f"{faults} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
