"""What every contestant does: the tables, the trainings, the sweeps, and the judge of what came out.

    X standardised, hidden layers relu
    J = mean cross-entropy, or half the mean squared error, + alpha/(2 batch) sum of W^2, weights only
    Adam(learning_rate, 0.9, 0.999, 1e-8); a new order of the rows each epoch; the last, shorter batch is used

These are scikit-learn's conventions. Where ours differ the sweep file says the same in our words: J has the whole squared error
and l2/(2 m_train), so l2 = alpha m_train / batch, twice that for a regression.
"""

import dataclasses
import importlib
import itertools
import os
import pathlib
import tomllib


@dataclasses.dataclass(frozen=True)
class Training:
    """One network and how it is trained."""

    hidden: tuple
    batch_size: int
    epochs: int
    n_classes: int          # 0: a regression
    learning_rate: float = 1e-3
    alpha: float = 1e-4

    def sizes(self, n_features):
        """n_0 ... n_L"""
        return (n_features, *self.hidden, self.n_classes or 1)


# name: (table, training); the networks are those of benches/src/lib.rs
WORKLOADS = {
    "W1": ("digits", Training(hidden=(64, 64), batch_size=32, epochs=30, n_classes=10)),
    "W2": ("digits", Training(hidden=(100,), batch_size=200, epochs=50, n_classes=10)),
    "W3": ("friedman", Training(hidden=(128, 128, 128), batch_size=256, epochs=10, n_classes=0)),
    "W4": ("wide", Training(hidden=(512, 512), batch_size=256, epochs=3, n_classes=10)),
    "W5": ("iris", Training(hidden=(16, 16), batch_size=16, epochs=100, n_classes=3)),
}


def set_threads(environment, n=1):
    """One thread for every library that would take more; to be set before they are imported."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(n)
    environment.update(
        XLA_FLAGS=f"--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads={n}",
        JAX_PLATFORMS="cpu",
        CUDA_VISIBLE_DEVICES="",
        PYTHONWARNINGS="ignore",
    )


# --- tables ---------------------------------------------------------------------------------------------------------------


def table(name):
    """(features, targets) of that name: float32 standardised, and float32 or the positions of classes."""
    import numpy as np
    from sklearn import datasets

    if name == "digits":                                    # 1,797 x 64
        features, targets = datasets.load_digits(return_X_y=True)
    elif name == "iris":                                    # 150 x 4
        features, targets = datasets.load_iris(return_X_y=True)
    elif name == "friedman":
        features, targets = friedman(20_640)
    elif name == "wide":                                    # the shape of MNIST, a third of its rows
        features, targets = datasets.make_classification(
            20_000, n_features=784, n_informative=60, n_redundant=60, n_classes=10, n_clusters_per_class=2,
            class_sep=1.5, flip_y=0.02, random_state=0)
    features = standardiser(features)(features)
    return features, targets.astype(np.float32 if targets.dtype.kind == "f" else np.int64)


def friedman(n_rows):
    """Friedman's first function (1991) with three idle features, as large as California housing.

    x ~ U(0, 1)^8;  y = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5 + N(0, 1), then standardised
    """
    import numpy as np

    random = np.random.RandomState(0)
    x = random.uniform(size=(n_rows, 8))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    y += random.standard_normal(n_rows)
    return x, (y - y.mean()) / y.std()


def standardiser(features):
    """x -> (x - mean)/sd, in float32; a constant feature has sd 1."""
    import numpy as np

    mean, sd = features.mean(0, dtype=np.float64), features.std(0, dtype=np.float64)
    sd[sd == 0] = 1
    return lambda x: np.ascontiguousarray((x - mean) / sd, np.float32)


# --- random numbers -------------------------------------------------------------------------------------------------------


class Draws:
    """Start weights and orders as scikit-learn draws them, from the same generator, so that all peers go the same way."""

    def __init__(self, seed, n_rows):
        import numpy as np

        self.random = np.random.RandomState(seed)
        self.rows = np.arange(n_rows)

    def weights(self, sizes):
        """[(W, b)], W n_in x n_out, all U(+-sqrt(6/(n_in + n_out)))."""
        layers = []
        for n_in, n_out in itertools.pairwise(sizes):
            bound = (6 / (n_in + n_out)) ** 0.5
            w, b = (self.random.uniform(-bound, bound, shape).astype("f4") for shape in ((n_in, n_out), n_out))
            layers.append((w, b))
        return layers

    def order(self):
        """The rows in the order of the next epoch."""
        self.rows = self.rows[self.random.permutation(len(self.rows))]
        return self.rows


# --- the judge ------------------------------------------------------------------------------------------------------------


def outputs(weights, features):
    """The output layer before softmax, rows x n_out."""
    import numpy as np

    a = features
    for i, (w, b) in enumerate(weights):
        a = a @ w + b if i == 0 else np.maximum(a, 0) @ w + b
    return a


def score(metric, weights, features, targets):
    """`log_loss`, `accuracy`, `mse` or `r2` of a network."""
    import numpy as np

    z = outputs(weights, features).astype(np.float64)
    if metric == "accuracy":
        return float((z.argmax(1) == targets).mean())
    if metric == "log_loss":
        z -= z.max(1, keepdims=True)
        return float((np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), targets]).mean())
    squared_error = ((z[:, 0] - targets) ** 2).mean(dtype=np.float64)
    return float({"mse": squared_error, "r2": 1 - squared_error / targets.var(dtype=np.float64)}[metric])


# --- sweeps ---------------------------------------------------------------------------------------------------------------


class Sweep:
    """A sweep file: its table, its folds, its configurations, in scikit-learn's words."""

    def __init__(self, path):
        path = pathlib.Path(path)
        self.file = tomllib.loads(path.read_text())
        self.data = self.file["data"]
        self.table = path.with_name(self.data["path"]) if "path" in self.data else None
        self.metric = self.file["score"]["metric"]
        self.n_folds = self.file["cv"]["folds"]
        self.is_stratified = self.file["cv"]["kind"] == "stratified"

    def load(self):
        """(features, targets), not standardised: that is the fold's."""
        import numpy as np

        if self.table is None:
            from sklearn import datasets
            return datasets.load_digits(return_X_y=True)
        columns = self.table.open().readline().strip().split(",")
        rows = np.loadtxt(self.table, delimiter=",", skiprows=1, ndmin=2)
        target = columns.index(self.data["target"])
        return np.delete(rows, target, axis=1), rows[:, target]

    def folds(self):
        """A splitter of scikit-learn's."""
        from sklearn.model_selection import KFold, StratifiedKFold

        return (StratifiedKFold if self.is_stratified else KFold)(self.n_folds, shuffle=True, random_state=0)

    def trainings(self, n_rows, n_classes):
        """One for each `[[enqueue]]`, or for each point of the grid where nothing is listed."""
        parameters = self.file["parameters"]
        searched = {key: value["values"] for key, value in parameters.items() if isinstance(value, dict) and "values" in value}
        grid = (dict(zip(searched, point)) for point in itertools.product(*searched.values()))
        return [self._training({**parameters, **point}, n_rows, n_classes) for point in self.file.get("enqueue") or grid]

    def _training(self, point, n_rows, n_classes):
        m_train = n_rows * (1 - 1 / self.n_folds)
        halves = 1 if n_classes else 2
        return Training(
            hidden=tuple(point["hidden"] if "hidden" in point else [point["width"]] * point["depth"]),
            batch_size=point["batch_size"],
            epochs=point["epochs"],
            n_classes=n_classes,
            learning_rate=point["learning_rate"],
            alpha=point["l2"] * point["batch_size"] / m_train / halves,
        )


def fold_score(peer, training, metric, features, targets, train, test):
    """Trains on the rows `train`, scores on the rows `test`; the peer's module is loaded where it works."""
    scale = standardiser(features[train])
    run = importlib.import_module(peer).prepare(training, scale(features[train]), targets[train])
    return score(metric, run(0), scale(features[test]), targets[test])


def sweep_with_joblib(peer, sweep, trainings, features, targets, n_jobs):
    """The mean score of each configuration; a job is a configuration on a fold."""
    from joblib import Parallel, delayed

    folds = list(sweep.folds().split(features, targets))
    units = itertools.product(trainings, folds)
    job = delayed(fold_score)
    scores = Parallel(n_jobs)(job(peer, training, sweep.metric, features, targets, *fold) for training, fold in units)
    return [sum(scores[i:i + len(folds)]) / len(folds) for i in range(0, len(scores), len(folds))]


set_threads(os.environ)
