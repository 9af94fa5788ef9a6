# SPDX-License-Identifier: BSD-3-Clause
"""Who computes the gradient: the library and its peers, each on the same arrays."""

import copy
import ctypes
import functools
import math
import sys
import warnings

import numpy

import native
import packages


class Problem:
    """Seeded data, weights small enough that no unit saturates."""

    def __init__(self, shape):
        N, inputs, hidden, outputs = self.shape = tuple(shape)
        random = numpy.random.default_rng(1)
        self.X = self.draw(random, (N, inputs), -1.0, 1.0)
        self.Y = self.draw(random, (N, outputs), 0.0, 1.0)
        self.parameters = numpy.empty((inputs + outputs) * hidden)
        self.W1 = self.parameters[: inputs * hidden].reshape(inputs, hidden)
        self.W2 = self.parameters[inputs * hidden :].reshape(hidden, outputs)
        for W in (self.W1, self.W2):
            limit = 2.0 / math.sqrt(len(W))
            W[:] = random.uniform(-limit, limit, W.shape)

    @staticmethod
    def draw(random, shape, low, high):
        numbers = numpy.empty(shape)
        random.random(out=numbers)
        numbers *= high - low
        numbers += low
        return numbers

    def take_rows(self, count):
        """The same network on the first rows."""
        part = copy.copy(self)
        part.shape = (count,) + self.shape[1:]
        part.X, part.Y = self.X[:count], self.Y[:count]
        return part


class Setting:
    """What every contender may need: the libraries that are loaded, and the threads."""

    def __init__(self, library, peers, threads):
        self.library = library
        self.peers = peers
        self.threads = threads

    def use_threads(self, count):
        """Of everybody: NumPy, scikit-learn and PyTorch call the same OpenBLAS."""
        native.require_ok(self.library, self.library.nnblas_set_threads(count))
        self.peers.set_five_threads(count)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(count)


class Contender:
    """One who computes. run() computes one gradient; results() computes one and returns the mse
    and the two updates, or None for what cannot be had."""

    key = name = note = ""
    package = packages.Package
    # How far the mse may be from NumPy's, relative; None: it computes something else.
    tolerance = 1e-10
    # One thread whatever the setting, and time in proportion to the rows.
    is_sequential = False

    def list_thread_counts(self, setting):
        """Those to measure, of which the best one counts: more threads are not always faster."""
        return [1] if self.is_sequential else sorted({1, setting.threads})

    def results(self):
        return None, None, None

    def close(self):
        pass


class Library(Contender):
    key = "library"
    name = "libnnblas"
    note = "nnblas_net_gradient"
    package = packages.Library

    def __init__(self, problem, setting):
        N, inputs, hidden, outputs = problem.shape
        self.problem = problem
        self.library = setting.library
        self.net = native.create_net(self.library, problem.shape[1:])
        count = problem.parameters.size
        native.view_parameters(self.library, self.net, count)[:] = problem.parameters
        self.gradient = numpy.empty(count)
        self.mse = ctypes.c_double()
        self.run = functools.partial(
            self.library.nnblas_net_gradient,
            self.net,
            native.size_t(N),
            native.pointer(problem.X.ctypes.data),
            native.size_t(inputs),
            native.pointer(problem.Y.ctypes.data),
            native.size_t(outputs),
            native.pointer(self.gradient.ctypes.data),
            ctypes.byref(self.mse),
        )

    def list_thread_counts(self, setting):
        """The library chooses for itself how many it uses."""
        return [setting.threads]

    def results(self):
        native.require_ok(self.library, self.run())
        split = self.problem.W1.size
        return self.mse.value, self.gradient[:split], self.gradient[split:]

    def close(self):
        self.library.nnblas_net_destroy(self.net)


class Compiled(Contender):
    """On a naive_iteration: the problem and a workspace of all six matrices."""

    def __init__(self, problem, setting):
        self.problem = problem
        self.peers = setting.peers
        arrays = (problem.X, problem.Y, problem.W1, problem.W2)
        self.iteration = native.NaiveIteration(
            *problem.shape, *(array.ctypes.data for array in arrays)
        )
        reference = ctypes.byref(self.iteration)
        self.workspace = numpy.empty(self.peers.naive_count_workspace(reference))
        self.peers.naive_lay_out_workspace(reference, self.workspace.ctypes.data)
        self.run = functools.partial(getattr(self.peers, self.function), reference)

    def view(self, name, count):
        start = (getattr(self.iteration, name) - self.workspace.ctypes.data) // 8
        return self.workspace[start : start + count]


class Naive(Compiled):
    key = name = "naive"
    note = "triple loops and libm's exp, one thread"
    function = "naive_gradient"
    is_sequential = True

    def results(self):
        mse = self.run()
        W1_size, W2_size = self.problem.W1.size, self.problem.W2.size
        return mse, self.view("W1_update", W1_size), self.view("W2_update", W2_size)


class Five(Compiled):
    key = "five"
    name = "5 dgemms"
    note = "five cblas_dgemm over all rows and nothing else: no gradient"
    package = packages.Products
    function = "compute_five_products"
    tolerance = None

    def __init__(self, problem, setting):
        super().__init__(problem, setting)
        N, _, _, outputs = problem.shape
        random = numpy.random.default_rng(2)
        random.random(out=self.view("O_delta", N * outputs))


class NumPy(Contender):
    key = "numpy"
    name = "NumPy"
    note = "the same formulas, every array allocated before"
    package = packages.NumPy

    def __init__(self, problem, setting):
        N, inputs, hidden, outputs = problem.shape
        self.problem = problem
        self.H_out, self.H_delta, self.H_rest = numpy.empty((3, N, hidden))
        self.O_out, self.O_delta, self.O_rest = numpy.empty((3, N, outputs))
        self.W1_update = numpy.empty((inputs, hidden))
        self.W2_update = numpy.empty((hidden, outputs))

    @staticmethod
    def apply_sigmoid(A):
        numpy.negative(A, out=A)
        numpy.exp(A, out=A)
        A += 1.0
        numpy.reciprocal(A, out=A)

    @staticmethod
    def apply_derivative(delta, out, rest):
        """delta := delta out (1 - out)"""
        delta *= out
        numpy.subtract(1.0, out, out=rest)
        delta *= rest

    def run(self):
        problem = self.problem
        N = len(problem.X)
        numpy.matmul(problem.X, problem.W1, out=self.H_out)
        self.apply_sigmoid(self.H_out)
        numpy.matmul(self.H_out, problem.W2, out=self.O_out)
        self.apply_sigmoid(self.O_out)
        numpy.subtract(self.O_out, problem.Y, out=self.O_delta)
        mse = numpy.vdot(self.O_delta, self.O_delta) / (2 * N)
        self.apply_derivative(self.O_delta, self.O_out, self.O_rest)
        numpy.matmul(self.O_delta, problem.W2.T, out=self.H_delta)
        self.apply_derivative(self.H_delta, self.H_out, self.H_rest)
        numpy.matmul(self.H_out.T, self.O_delta, out=self.W2_update)
        self.W2_update /= N
        numpy.matmul(problem.X.T, self.H_delta, out=self.W1_update)
        self.W1_update /= N
        return float(mse)

    def results(self):
        return self.run(), self.W1_update, self.W2_update


class Sklearn(Contender):
    key = "sklearn"
    name = "scikit-learn"
    note = (
        "MLPRegressor.partial_fit, one batch of all rows; another network: biases, and outputs "
        "without sigmoid; it also checks its input and takes a step"
    )
    package = packages.Sklearn
    tolerance = None

    def __init__(self, problem, setting):
        from sklearn.neural_network import MLPRegressor

        # The first call has one row, so as to get weights that can be set.
        warnings.filterwarnings("ignore", "Got `batch_size` less than 1 or larger")
        N, _, hidden, outputs = problem.shape
        # A rate so small that the weights stay.
        self.model = MLPRegressor(
            hidden_layer_sizes=(hidden,),
            activation="logistic",
            solver="sgd",
            alpha=0.0,
            batch_size=N,
            learning_rate_init=1e-30,
            momentum=0.0,
            nesterovs_momentum=False,
            shuffle=False,
            n_iter_no_change=2**30,
            random_state=1,
        )
        Y = problem.Y.ravel() if outputs == 1 else problem.Y
        self.model.partial_fit(problem.X[:1], Y[:1])
        self.model.coefs_[0][:] = problem.W1
        self.model.coefs_[1][:] = problem.W2
        self.run = functools.partial(self.model.partial_fit, problem.X, Y)


class Torch(Contender):
    package = packages.Torch
    type = "float64"

    def __init__(self, problem, setting):
        import torch

        self.torch = torch
        arrays = (problem.X, problem.Y, problem.W1, problem.W2)
        tensors = [torch.from_numpy(array).to(getattr(torch, self.type)) for array in arrays]
        self.X, self.Y, self.W1, self.W2 = tensors


class TorchAutograd(Torch):
    key = "torch"
    name = "PyTorch"
    note = "autograd, float64"

    def __init__(self, problem, setting):
        super().__init__(problem, setting)
        for W in (self.W1, self.W2):
            W.requires_grad_()

    def run(self):
        self.W1.grad = self.W2.grad = None
        O_out = self.torch.sigmoid(self.torch.sigmoid(self.X @ self.W1) @ self.W2)
        mse = self.torch.sum((O_out - self.Y) ** 2) / (2 * len(self.X))
        mse.backward()
        return mse

    def results(self):
        return self.run().item(), self.W1.grad.numpy(), self.W2.grad.numpy()


class TorchFloat32(TorchAutograd):
    key = "torch_float32"
    name = "PyTorch f32"
    note = "autograd, float32: half of the digits and half of the bytes"
    type = "float32"
    tolerance = 1e-4


class TorchByHand(Torch):
    key = "torch_by_hand"
    name = "PyTorch hand"
    note = "the formulas under no_grad, float64, every tensor allocated before"

    def __init__(self, problem, setting):
        super().__init__(problem, setting)
        N, inputs, hidden, outputs = problem.shape
        empty = functools.partial(self.torch.empty, dtype=self.torch.float64)
        self.H_out, self.H_delta = empty((N, hidden)), empty((N, hidden))
        self.O_out, self.O_delta = empty((N, outputs)), empty((N, outputs))
        self.W1_update, self.W2_update = empty((inputs, hidden)), empty((hidden, outputs))

    def run(self):
        torch = self.torch
        derive = torch.ops.aten.sigmoid_backward.grad_input
        N = len(self.X)
        with torch.no_grad():
            torch.mm(self.X, self.W1, out=self.H_out).sigmoid_()
            torch.mm(self.H_out, self.W2, out=self.O_out).sigmoid_()
            O_error = torch.sub(self.O_out, self.Y, out=self.O_delta).view(-1)
            mse = torch.dot(O_error, O_error) / (2 * N)
            derive(self.O_delta, self.O_out, grad_input=self.O_delta)
            torch.mm(self.O_delta, self.W2.T, out=self.H_delta)
            derive(self.H_delta, self.H_out, grad_input=self.H_delta)
            torch.mm(self.H_out.T, self.O_delta, out=self.W2_update).div_(N)
            torch.mm(self.X.T, self.H_delta, out=self.W1_update).div_(N)
        return mse

    def results(self):
        return self.run().item(), self.W1_update.numpy(), self.W2_update.numpy()


class Fann(Contender):
    key = "fann"
    name = "FANN"
    note = (
        "fann_train_epoch with FANN_TRAIN_BATCH, double build, one thread; biases too, which are "
        "0, and its mse is a float"
    )
    package = packages.Fann
    is_sequential = True

    def __init__(self, problem, setting):
        self.peers = setting.peers
        # It sums the mse in single precision, output by output.
        self.tolerance = problem.Y.size * 2.0**-24 + 1e-6
        arrays = (problem.X, problem.Y, problem.parameters)
        self.plain = native.PlainProblem(
            *problem.shape, *(array.ctypes.data for array in arrays)
        )
        self.peer = self.peers.make_fann_peer(ctypes.byref(self.plain))
        self.peers.prepare_fann_gradient(ctypes.byref(self.peer))
        self.run = functools.partial(self.peers.run_fann_gradient, ctypes.byref(self.peer))

    def results(self):
        return self.run(), None, None

    def close(self):
        self.peers.free_fann_peer(ctypes.byref(self.peer))


ALL = (Library, Five, Naive, NumPy, Sklearn, TorchAutograd, TorchByHand, TorchFloat32, Fann)


def find(key):
    return next(contender for contender in ALL if contender.key == key)


def list_installed(setting):
    """The library first."""
    return [contender for contender in ALL if contender.package.is_installed(setting)]
