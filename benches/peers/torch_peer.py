"""PyTorch: nn.Linear and relu, fused Adam, rows gathered once an epoch; with `compiled`, loss and gradient through torch.compile."""

import functools

import torch
from torch import nn

from work import Draws


def prepare(training, features, targets, compiled=False):
    """run(seed) -> [(W, b)]"""
    torch.set_num_threads(1)
    sizes = training.sizes(features.shape[1])
    x, y = torch.from_numpy(features), torch.from_numpy(targets)
    if training.n_classes:
        data_term = nn.functional.cross_entropy
    else:
        y = y.to(torch.float32).reshape(-1, 1)
        data_term = half_squared_error
    model = nn.Sequential(*layers(sizes))

    def loss(x, y):
        return data_term(model(x), y)
    if compiled:
        loss = torch.compile(loss, dynamic=False)

    def run(seed):
        draws = Draws(seed, len(x))
        set_weights(model, draws.weights(sizes))
        optimizer = adam(model, training)
        for _ in range(training.epochs):
            order = torch.from_numpy(draws.order())
            for batch in zip(x[order].split(training.batch_size), y[order].split(training.batch_size)):
                optimizer.zero_grad()
                loss(*batch).backward()
                optimizer.step()
        return [(layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()) for layer in linear(model)]
    return run


prepare_compiled = functools.partial(prepare, compiled=True)


def half_squared_error(z, y):
    """As scikit-learn has it."""
    return 0.5 * nn.functional.mse_loss(z, y)


def layers(sizes):
    """Linear, relu, linear, ..., linear."""
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        if i > 0:
            yield nn.ReLU()
        yield nn.utils.skip_init(nn.Linear, n_in, n_out)


def linear(model):
    """The layers that have parameters."""
    return [layer for layer in model if isinstance(layer, nn.Linear)]


@torch.no_grad()
def set_weights(model, weights):
    """nn.Linear has W n_out x n_in."""
    for layer, (w, b) in zip(linear(model), weights):
        layer.weight.copy_(torch.from_numpy(w.T))
        layer.bias.copy_(torch.from_numpy(b))


def adam(model, training):
    """Weights are penalised and biases are not."""
    groups = [
        {"params": [layer.weight for layer in linear(model)], "weight_decay": training.alpha / training.batch_size},
        {"params": [layer.bias for layer in linear(model)]},
    ]
    return torch.optim.Adam(groups, lr=training.learning_rate, fused=True)
