"""scikit-learn: MLPClassifier and MLPRegressor, all epochs; a sweep is a GridSearchCV over a list of single points."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

SCORING = {"accuracy": "accuracy", "r2": "r2", "mse": "neg_mean_squared_error", "log_loss": "neg_log_loss"}


def prepare(training, features, targets):
    """run(seed) -> [(W, b)]"""
    warnings.simplefilter("ignore", ConvergenceWarning)

    def run(seed):
        model = network(training.n_classes, seed).set_params(**hyperparameters(training)).fit(features, targets)
        assert model.n_iter_ == training.epochs, "it stopped early"
        return list(zip(model.coefs_, model.intercepts_))
    return run


def network(n_classes, seed):
    """Without a reason to stop before the last epoch."""
    kind = MLPClassifier if n_classes else MLPRegressor
    return kind(tol=0, n_iter_no_change=10**9, random_state=seed)


def hyperparameters(training):
    """A training in scikit-learn's words."""
    return dict(
        hidden_layer_sizes=training.hidden,
        batch_size=training.batch_size,
        max_iter=training.epochs,
        learning_rate_init=training.learning_rate,
        alpha=training.alpha,
    )


def sweep(sweep, trainings, features, targets, n_jobs):
    """The mean score of each configuration."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    model = Pipeline([("scale", StandardScaler()), ("network", network(trainings[0].n_classes, seed=0))])
    points = [{f"network__{key}": [value] for key, value in hyperparameters(training).items()} for training in trainings]
    search = GridSearchCV(
        model, points, scoring=SCORING[sweep.metric], cv=sweep.folds(), n_jobs=n_jobs, refit=False, error_score="raise")
    scores = search.fit(features, targets).cv_results_["mean_test_score"]
    return list(-scores if SCORING[sweep.metric].startswith("neg_") else scores)
