"""NumPy by hand: what BLAS reaches from Python when nothing is allocated in the loop. A yardstick, not a product."""

import itertools

import numpy as np

from work import Draws


def prepare(training, features, targets):
    """run(seed) -> [(W, b)]"""
    n_rows, n_features = features.shape
    sizes = training.sizes(n_features)
    if training.n_classes:
        targets = np.eye(training.n_classes, dtype=np.float32)[targets]
    else:
        targets = targets.astype(np.float32).reshape(-1, 1)

    def run(seed):
        draws = Draws(seed, n_rows)
        network = Network(sizes, training, draws.weights(sizes))
        x, y = np.empty_like(features), np.empty_like(targets)
        for _ in range(training.epochs):
            order = draws.order()
            np.take(features, order, axis=0, out=x, mode="clip")    # clip writes into `out` without a copy
            np.take(targets, order, axis=0, out=y, mode="clip")
            for start in range(0, n_rows, training.batch_size):
                rows = slice(start, start + training.batch_size)
                network.gradient(x[rows], y[rows])
                network.update()
        return network.layers
    return run


class Network:
    """Parameters, gradient and Adam's moments as four flat vectors; layers are views of them."""

    def __init__(self, sizes, training, weights):
        self.training = training
        self.params = np.concatenate([part.ravel() for layer in weights for part in layer])
        self.grad, self.mean, self.square, self.spare = (np.zeros_like(self.params) for _ in range(4))
        self.layers, self.grads = views(self.params, sizes), views(self.grad, sizes)
        self.outputs = [np.empty((training.batch_size, n), np.float32) for n in sizes[1:]]
        self.deltas = [np.empty((training.batch_size, n), np.float32) for n in sizes[1:]]
        self.step = 0

    def gradient(self, x, y):
        """The gradient of J on one mini-batch, into `grad`."""
        m = len(x)
        last = len(self.layers) - 1
        inputs = [x]
        for i, (w, b) in enumerate(self.layers):
            z = np.matmul(inputs[-1], w, out=self.outputs[i][:m])
            z += b
            inputs.append(np.maximum(z, 0, out=z) if i < last else z)

        z, delta = inputs.pop(), self.deltas[last][:m]
        if self.training.n_classes:
            np.exp(np.subtract(z, z.max(1, keepdims=True), out=delta), out=delta)
            delta /= delta.sum(1, keepdims=True)
            delta -= y
        else:
            np.subtract(z, y, out=delta)
        delta *= np.float32(1 / m)

        penalty = np.float32(self.training.alpha / m)
        for i in range(last, -1, -1):
            (w, _), (dw, db) = self.layers[i], self.grads[i]
            np.matmul(inputs[i].T, delta, out=dw)
            dw += penalty * w
            delta.sum(0, out=db)
            if i > 0:
                delta = np.matmul(delta, w.T, out=self.deltas[i - 1][:m])
                delta *= inputs[i] > 0

    def update(self):
        """Adam, in place."""
        self.step += 1
        g, spare = self.grad, self.spare
        correction = (1 - 0.999**self.step) ** 0.5 / (1 - 0.9**self.step)
        self.mean += np.multiply(np.subtract(g, self.mean, out=spare), np.float32(0.1), out=spare)
        np.multiply(g, g, out=spare)
        spare -= self.square
        spare *= np.float32(0.001)
        self.square += spare
        np.sqrt(self.square, out=spare)
        spare += np.float32(1e-8)
        np.divide(self.mean, spare, out=spare)
        spare *= np.float32(self.training.learning_rate * correction)
        self.params -= spare


def views(flat, sizes):
    """[(W, b)] on one flat vector."""
    layers, at = [], 0
    for n_in, n_out in itertools.pairwise(sizes):
        w, at = flat[at:at + n_in * n_out].reshape(n_in, n_out), at + n_in * n_out
        b, at = flat[at:at + n_out], at + n_out
        layers.append((w, b))
    return layers
