# SPDX-License-Identifier: BSD-3-Clause
"""Other software that trains the same network on the same rows."""

import dataclasses
import os
import subprocess
import tempfile
import time
import warnings

import numpy

import options
import packages

ITERATIONS = 200
HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass(frozen=True)
class Task:
    """What is trained: one hidden layer, from several starts of which the least cost counts."""

    X: numpy.ndarray
    Y: numpy.ndarray
    X_test: numpy.ndarray
    hidden: int
    has_classes: bool = False
    starts: int = 1
    iterations: int = ITERATIONS
    decay: float = 0.0


class Rival:
    """train() gives, for each seed, the seconds and the outputs for X_test."""

    key = name = note = ""
    package = None

    def fit(self, task, seed):
        """The cost reached, and a function that predicts."""
        raise NotImplementedError

    def fit_best(self, task, seed):
        fits = [self.fit(task, seed * task.starts + start) for start in range(task.starts)]
        return min(fits, key=lambda fit: fit[0])[1]

    def train(self, task, seeds):
        for seed in seeds:
            start = time.perf_counter()
            predict = self.fit_best(task, seed)
            seconds = time.perf_counter() - start
            yield seconds, predict(task.X_test).reshape(len(task.X_test), -1)


class Sklearn(Rival):
    key = "sklearn"
    name = "scikit-learn"
    note = "MLPRegressor or MLPClassifier, solver lbfgs, tanh"
    package = packages.Sklearn
    settings = {"solver": "lbfgs", "activation": "tanh", "tol": 0.0, "max_fun": 10**9}

    def fit(self, task, seed):
        from sklearn import neural_network

        warnings.simplefilter("ignore")  # of trainings that have not converged
        make = neural_network.MLPClassifier if task.has_classes else neural_network.MLPRegressor
        settings = {"max_iter": task.iterations, "alpha": task.decay * len(task.X), **self.settings}
        model = make((task.hidden,), random_state=seed, **settings)
        y = task.Y.argmax(axis=1) if task.has_classes else task.Y.ravel()
        model.fit(task.X, y)
        return model.loss_, model.predict_proba if task.has_classes else model.predict


class SklearnDefaults(Sklearn):
    key = "sklearn_defaults"
    note = "MLPRegressor or MLPClassifier with its defaults: Adam, relu, batches of 200"
    settings = {}

    def fit(self, task, seed):
        return super().fit(dataclasses.replace(task, decay=1e-4 / len(task.X)), seed)


class Torch(Rival):
    key = "torch"
    name = "PyTorch"
    note = "torch.optim.LBFGS with strong_wolfe, tanh, autograd; float64"
    package = packages.Torch

    def fit(self, task, seed):
        import torch

        torch.manual_seed(seed)
        outputs = task.Y.shape[1]
        net = torch.nn.Sequential(
            torch.nn.Linear(task.X.shape[1], task.hidden), torch.nn.Tanh(), torch.nn.Linear(task.hidden, outputs)
        ).double()
        X = torch.from_numpy(task.X)
        Y = torch.from_numpy(task.Y.argmax(axis=1) if task.has_classes else task.Y)
        measure = torch.nn.CrossEntropyLoss() if task.has_classes else torch.nn.MSELoss()
        scale = 1.0 if task.has_classes else 0.5
        weights = [layer.weight for layer in net if hasattr(layer, "weight")]
        optimizer = torch.optim.LBFGS(
            net.parameters(),
            max_iter=task.iterations,
            history_size=10,
            line_search_fn="strong_wolfe",
            tolerance_grad=0.0,
            tolerance_change=1e-15,
        )

        def compute():
            optimizer.zero_grad()
            cost = scale * measure(net(X), Y) + 0.5 * task.decay * sum((W * W).sum() for W in weights)
            cost.backward()
            return cost

        optimizer.step(compute)
        return compute().item(), lambda rows: net(torch.from_numpy(rows)).detach().numpy()


class SciPy(Rival):
    key = "scipy"
    name = "SciPy"
    note = "optimize.least_squares, method lm, given the Jacobian by NumPy"
    package = packages.SciPy

    def fit(self, task, seed):
        from scipy import optimize

        net = LeastSquares(task)
        found = optimize.least_squares(
            net.compute_errors,
            net.draw(numpy.random.default_rng(seed)),
            net.compute_jacobian,
            method="lm",
            max_nfev=task.iterations,
        )
        return found.cost, lambda X: net.predict(found.x, X)


class LeastSquares:
    """The errors of a network with tanh units and a linear output, and their derivatives."""

    def __init__(self, task):
        self.X, self.y, self.hidden = task.X, task.Y.ravel(), task.hidden
        self.inputs = task.X.shape[1]

    def draw(self, random):
        limits = [(6.0 / (self.inputs + self.hidden)) ** 0.5, 0.5, (6.0 / (self.hidden + 1)) ** 0.5, 0.5]
        counts = self.inputs * self.hidden, self.hidden, self.hidden, 1
        return numpy.concatenate([random.uniform(-a, a, n) for a, n in zip(limits, counts)])

    def split(self, parameters):
        """W1, b1, W2, b2"""
        end = self.inputs * self.hidden
        W1 = parameters[:end].reshape(self.inputs, self.hidden)
        return W1, parameters[end : end + self.hidden], parameters[end + self.hidden : -1], parameters[-1]

    def predict(self, parameters, X):
        W1, b1, W2, b2 = self.split(parameters)
        return numpy.tanh(X @ W1 + b1) @ W2 + b2

    def compute_errors(self, parameters):
        return self.predict(parameters, self.X) - self.y

    def compute_jacobian(self, parameters):
        W1, b1, W2, _ = self.split(parameters)
        H_out = numpy.tanh(self.X @ W1 + b1)
        H_delta = W2 * (1.0 - H_out * H_out)
        by_W1 = (self.X[:, :, None] * H_delta[:, None, :]).reshape(len(self.X), -1)
        return numpy.hstack((by_W1, H_delta, H_out, numpy.ones((len(self.X), 1))))


class Nnet(Rival):
    key = "nnet"
    name = "R nnet"
    note = "nnet::nnet: BFGS, logistic units, its own first weights"
    package = packages.Nnet

    def train(self, task, seeds):
        """One process of R for all seeds, which takes the time itself."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("X", "Y", "X_test"):
                numpy.savetxt(os.path.join(folder, name), getattr(task, name), "%.17g")
            kind = "classes" if task.has_classes else "numbers"
            # It adds decay times the squares to the sum of all errors, of numbers without a half.
            decay = task.decay * len(task.X) * (0.5 if task.has_classes else 1.0)
            numbers = [task.hidden, task.starts, task.iterations, decay]
            command = ["Rscript", "--vanilla", os.path.join(HERE, "nnet.R"), folder, kind]
            command += map(str, [*numbers, *seeds])
            process = subprocess.run(command, capture_output=True, text=True)
        if process.returncode != 0:
            options.fail(f"R: {process.stderr.strip()}")
        for line in process.stdout.splitlines():
            seconds, *outputs = map(float, line.split())
            yield seconds, numpy.reshape(outputs, (len(task.X_test), -1), order="F")
