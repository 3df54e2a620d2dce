"""JAX: a whole training is one compiled call, a scan over epochs of a scan over mini-batches; a sweep is dealt to processes."""

import functools
import itertools

import numpy as np

from work import Draws, fold_score


def prepare(training, features, targets):
    """run(seed) -> [(W, b)]; compiled here."""
    import jax
    import jax.numpy as jnp

    n_rows, n_features = features.shape
    sizes = training.sizes(n_features)
    if training.n_classes:
        targets = np.eye(training.n_classes, dtype=np.float32)[targets]
    x, y = jnp.asarray(features), jnp.asarray(targets, jnp.float32).reshape(n_rows, -1)
    constants = np.float32(training.learning_rate), np.float32(training.alpha)
    train = compiled(sizes, n_rows, training.batch_size, training.epochs, bool(training.n_classes))

    def run(seed):
        draws = Draws(seed, n_rows)
        weights = draws.weights(sizes)
        orders = np.stack([draws.order() for _ in range(training.epochs)]).astype(np.int32)
        return jax.device_get(train(weights, x, y, orders, *constants))
    return run


@functools.cache
def compiled(sizes, n_rows, batch_size, epochs, classifies):
    """(weights, x, y, orders, learning rate, alpha) -> weights, for these shapes."""
    import jax
    import jax.numpy as jnp

    def objective(weights, x, y, alpha):
        a = x
        for w, b in weights[:-1]:
            a = jax.nn.relu(a @ w + b)
        w, b = weights[-1]
        z = a @ w + b
        data = -jnp.sum(jax.nn.log_softmax(z) * y) if classifies else 0.5 * jnp.sum((z - y) ** 2)
        penalty = 0.5 * alpha * sum(jnp.sum(w * w) for w, _ in weights)
        return (data + penalty) / len(x)

    def step(state, x, y, learning_rate, alpha):
        weights, mean, square, t = state
        each = jax.tree.map
        grad = jax.grad(objective)(weights, x, y, alpha)
        t = t + 1
        rate = learning_rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        mean = each(lambda m, g: m + 0.1 * (g - m), mean, grad)
        square = each(lambda s, g: s + 0.001 * (g * g - s), square, grad)
        weights = each(lambda w, m, s: w - rate * m / (jnp.sqrt(s) + 1e-8), weights, mean, square)
        return weights, mean, square, t

    n_full = n_rows // batch_size * batch_size

    def train(weights, x, y, orders, *constants):
        def epoch(state, order):
            x_now, y_now = x[order], y[order]
            batches = [rows[:n_full].reshape(-1, batch_size, rows.shape[1]) for rows in (x_now, y_now)]
            state, _ = jax.lax.scan(lambda state, batch: (step(state, *batch, *constants), None), state, batches)
            if n_full < n_rows:
                state = step(state, x_now[n_full:], y_now[n_full:], *constants)
            return state, None

        zeros = jax.tree.map(jnp.zeros_like, weights)
        state, _ = jax.lax.scan(epoch, (weights, zeros, zeros, jnp.float32(0)), orders)
        return state[0]

    shape = functools.partial(jax.ShapeDtypeStruct, dtype=jnp.float32)
    weights = [(shape(pair), shape(pair[1:])) for pair in itertools.pairwise(sizes)]
    orders = jax.ShapeDtypeStruct((epochs, n_rows), jnp.int32)
    arguments = weights, shape((n_rows, sizes[0])), shape((n_rows, sizes[-1])), orders, shape(()), shape(())
    return jax.jit(train).lower(*arguments).compile()


def sweep(sweep, trainings, features, targets, n_jobs):
    """The mean score of each configuration. What is compiled serves all configurations of a shape, in one process.

    Folds are cut to the rows of the shortest (by one row at most), since another length is another compilation.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    folds = list(sweep.folds().split(features, targets))
    shortest = min(len(train) for train, _ in folds)
    folds = [(train[:shortest], test) for train, test in folds]
    piles = deal(trainings, features.shape[1], n_jobs)
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        share = functools.partial(scores_of, metric=sweep.metric, folds=folds, features=features, targets=targets)
        scores = dict(itertools.chain.from_iterable(pool.map(share, piles)))
    return [scores[training] for training in trainings]


def scores_of(trainings, metric, folds, features, targets):
    """[(training, mean score)]"""
    means = []
    for training in trainings:
        scores = [fold_score("jax_peer", training, metric, features, targets, *fold) for fold in folds]
        means.append((training, sum(scores) / len(scores)))
    return means


def deal(trainings, n_features, n_piles):
    """Piles of like cost, the dearest shape first onto the lowest pile; a shape stays together."""
    def cost(training):
        products = sum(n_in * n_out for n_in, n_out in itertools.pairwise(training.sizes(n_features)))
        return 10_000 + products    # a step costs something beside its products

    shapes = {}
    for training in trainings:
        shapes.setdefault(training.hidden, []).append(training)
    piles = [[] for _ in range(n_piles)]
    for shape in sorted(shapes.values(), key=lambda shape: -sum(map(cost, shape))):
        min(piles, key=lambda pile: sum(map(cost, pile))).extend(shape)
    return piles
