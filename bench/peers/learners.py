# SPDX-License-Identifier: BSD-3-Clause
"""Who trains the network: with the same first weights and the same batches."""

import warnings

import numpy

import native
import packages


class Task:
    """What all of them are given. The first weights are drawn like those of nnblas_net_init."""

    def __init__(self, examples, batch, chosen):
        self.examples = examples
        self.sizes = examples.X.shape[1], chosen.hidden, examples.Y.shape[1]
        self.batch = min(batch, len(examples.X))
        self.rate = chosen.rate
        self.log_loss_rate = chosen.log_loss_rate
        random = numpy.random.default_rng(chosen.seed)
        self.W1, self.W2 = map(self.draw_weights, (random, random), self.sizes, self.sizes[1:])

    @staticmethod
    def draw_weights(random, inputs, outputs):
        limit = 4.0 * (6.0 / (inputs + outputs)) ** 0.5
        return random.uniform(-limit, limit, (inputs, outputs))


def shuffle_rows(count, seed):
    """The order that scikit-learn makes of the same seed."""
    order = numpy.arange(count)
    numpy.random.RandomState(seed).shuffle(order)
    return order


class Learner:
    """One who trains. train() takes all rows once, in batches, shuffled by the seed; predict()
    gives the outputs of rows, the largest of which is the class."""

    key = name = note = ""
    package = None
    # Whether it computes the same as the library, to rounding.
    is_same = False
    # The library chooses for itself how many threads it uses.
    chooses_threads = False

    def __init__(self, task, setting):
        self.task = task

    def cut_batches(self, seed):
        order = shuffle_rows(len(self.task.examples.X), seed)
        for start in range(0, len(order), self.task.batch):
            yield order[start : start + self.task.batch]

    def measure_accuracy(self, examples):
        return float((self.predict(examples.X).argmax(axis=1) == examples.classes).mean())

    def close(self):
        pass


class Library(Learner):
    key = "library"
    name = "libnnblas"
    note = "nnblas_gradient_step for each batch, which numpy.take gathers; float64"
    package = packages.Library
    is_same = True
    chooses_threads = True

    def __init__(self, task, setting):
        super().__init__(task, setting)
        self.library = setting.library
        inputs, _, outputs = task.sizes
        self.W1, self.W2 = task.W1.copy(), task.W2.copy()
        self.X, self.Y = numpy.empty((task.batch, inputs)), numpy.empty((task.batch, outputs))
        arrays = (self.X, self.Y, self.W1, self.W2)
        self.addresses = [array.ctypes.data for array in arrays]

    def gather(self, rows):
        """numpy.take would copy once more where it has to look for rows out of range."""
        examples = self.task.examples
        numpy.take(examples.X, rows, axis=0, out=self.X[: len(rows)], mode="clip")
        numpy.take(examples.Y, rows, axis=0, out=self.Y[: len(rows)], mode="clip")

    def train(self, seed):
        X, Y, W1, W2 = self.addresses
        for rows in self.cut_batches(seed):
            self.gather(rows)
            status = self.library.nnblas_gradient_step(
                len(rows), *self.task.sizes, X, Y, self.task.rate, W1, W2, None
            )
            native.require_ok(self.library, status)

    def predict(self, X):
        _, hidden, outputs = self.task.sizes
        H_out, O_out = numpy.empty((len(X), hidden)), numpy.empty((len(X), outputs))
        arrays = (X, self.W1, self.W2, H_out, O_out)
        addresses = [array.ctypes.data for array in arrays]
        status = self.library.nnblas_feedforward(len(X), *self.task.sizes, *addresses)
        native.require_ok(self.library, status)
        return O_out

    def get_weights(self):
        return self.W1, self.W2


class LibrarySoftmax(Learner):
    key = "library_softmax"
    name = "libnnblas soft"
    note = (
        "nnblas_trainer_fit for each epoch: scikit-learn's network and cost, on batches that it "
        "shuffles and gathers itself, once it has looked for NaN; float64"
    )
    package = packages.Library
    chooses_threads = True

    def __init__(self, task, setting):
        super().__init__(task, setting)
        self.library = setting.library
        self.net = native.create_net(self.library, task.sizes, native.BIAS)
        status = self.library.nnblas_net_set_output(
            self.net, native.SOFTMAX, native.CROSS_ENTROPY
        )
        native.require_ok(self.library, status)
        b1, b2 = map(numpy.zeros, task.sizes[1:])
        parameters = numpy.concatenate((task.W1.ravel(), b1, task.W2.ravel(), b2))
        native.view_parameters(self.library, self.net, parameters.size)[:] = parameters
        self.trainer = native.create_trainer(
            self.library,
            self.net,
            learning_rate=task.log_loss_rate,
            batch_size=task.batch,
            epochs=1,
        )

    def train(self, seed):
        examples = self.task.examples
        inputs, _, outputs = self.task.sizes
        native.set_option(self.library, self.trainer, "seed", seed)
        status = self.library.nnblas_trainer_fit(
            self.trainer,
            len(examples.X),
            examples.X.ctypes.data,
            inputs,
            examples.Y.ctypes.data,
            outputs,
        )
        native.require_ok(self.library, status)

    def predict(self, X):
        inputs, _, outputs = self.task.sizes
        O_out = numpy.empty((len(X), outputs))
        status = self.library.nnblas_net_predict(
            self.net, len(X), X.ctypes.data, inputs, O_out.ctypes.data, outputs
        )
        native.require_ok(self.library, status)
        return O_out

    def close(self):
        self.library.nnblas_trainer_destroy(self.trainer)
        self.library.nnblas_net_destroy(self.net)


class Sklearn(Learner):
    key = "sklearn"
    name = "scikit-learn"
    note = (
        "MLPClassifier.partial_fit for each epoch, float64; another network and cost: biases, "
        "softmax and log-loss"
    )
    package = packages.Sklearn

    def __init__(self, task, setting):
        from sklearn.neural_network import MLPClassifier

        super().__init__(task, setting)
        # The first call has one row, so as to get weights that can be set.
        warnings.filterwarnings("ignore", "Got `batch_size` less than 1 or larger")
        self.random = numpy.random.RandomState(0)
        self.model = MLPClassifier(
            hidden_layer_sizes=task.sizes[1:2],
            activation="logistic",
            solver="sgd",
            alpha=0.0,
            batch_size=task.batch,
            learning_rate_init=task.log_loss_rate,
            momentum=0.0,
            nesterovs_momentum=False,
            n_iter_no_change=2**30,
            random_state=self.random,
        )
        examples = task.examples
        classes = numpy.arange(task.sizes[2])
        self.model.partial_fit(examples.X[:1], examples.classes[:1], classes)
        for weights, first in zip(self.model.coefs_, (task.W1, task.W2)):
            weights[:] = first
        for biases in self.model.intercepts_:
            biases[:] = 0.0

    def train(self, seed):
        self.random.seed(seed)
        self.model.partial_fit(self.task.examples.X, self.task.examples.classes)

    def predict(self, X):
        return self.model.predict_proba(X)


class Torch(Learner):
    key = "torch"
    name = "PyTorch"
    note = "autograd and SGD, batches by index_select; float64"
    package = packages.Torch
    type = "float64"
    is_same = True

    def __init__(self, task, setting):
        import torch

        super().__init__(task, setting)
        self.torch = torch
        self.X, self.Y = map(self.convert, (task.examples.X, task.examples.Y))
        self.W1, self.W2 = (self.convert(W).clone().requires_grad_() for W in (task.W1, task.W2))
        self.optimizer = torch.optim.SGD((self.W1, self.W2), lr=task.rate)

    def convert(self, array):
        return self.torch.from_numpy(array).to(getattr(self.torch, self.type))

    def feed_forward(self, X):
        return self.torch.sigmoid(self.torch.sigmoid(X @ self.W1) @ self.W2)

    def train(self, seed):
        for rows in map(self.torch.from_numpy, self.cut_batches(seed)):
            X = self.torch.index_select(self.X, 0, rows)
            Y = self.torch.index_select(self.Y, 0, rows)
            mse = self.torch.sum((self.feed_forward(X) - Y) ** 2) / (2 * len(rows))
            self.optimizer.zero_grad()
            mse.backward()
            self.optimizer.step()

    def predict(self, X):
        with self.torch.no_grad():
            return self.feed_forward(self.convert(X)).numpy()

    def get_weights(self):
        return self.W1.detach().numpy(), self.W2.detach().numpy()


class TorchFloat32(Torch):
    key = "torch_float32"
    name = "PyTorch f32"
    note = "the same in float32: half of the digits and half of the bytes"
    type = "float32"
    is_same = False


ALL = (Library, LibrarySoftmax, Sklearn, Torch, TorchFloat32)


def list_installed(setting):
    """The library first."""
    return [learner for learner in ALL if learner.package.is_installed(setting)]
