# SPDX-License-Identifier: BSD-3-Clause
"""Derivatives beside predictions and gradients, and Levenberg-Marquardt beside SciPy's."""

import statistics
import time

import nnblas
import numpy

import clock
import rivals
import study
from report import format_ratio, format_time, name_shape, print_note, print_row

ROWS, SIZES = 10000, (10, 64, 64, 3)
BUDGET_SECONDS = 8.0
NOTE = f"""
{ROWS} rows of {name_shape(SIZES)}, tanh; medians of runs in turns, all threads. Each over what it is to be
compared with: the matrix of the derivatives of all outputs by all inputs over a prediction and the number
of outputs, the product of the Hessian and a vector over a gradient."""
HEADINGS = ["      time", "over", "ratio"]
FIT_ROWS, FIT_SIZES, FIT_ITERATIONS = 1000, (10, 15, 1), 100
FIT_NOTE = f"""
Least squares on {FIT_ROWS} rows of {name_shape(FIT_SIZES)}, tanh and a linear output, from the same first
weights to the same cost: the highest that one of them ends at after {FIT_ITERATIONS} iterations, and a
thousandth more. SciPy is optimize.least_squares with method lm, given the errors by libnnblas, once with the
Jacobian by libnnblas and once without; one thread. Medians over the seeds."""
FIT_HEADINGS = ["     cost", "libnnblas", "with Jacobian", "/ lib", "without", "/ lib"]


class Run:
    """For the clock."""

    def __init__(self, run):
        self.run = run

    def prepare(self):
        pass


def compare_derivatives():
    random = numpy.random.default_rng(1)
    net = nnblas.Net(SIZES, hidden="tanh", output="identity", seed=1)
    X, Y = (random.standard_normal((ROWS, width)) for width in (SIZES[0], SIZES[-1]))
    v = random.standard_normal(net.parameters.size)
    calls = {
        "predict": lambda: net.predict(X),
        "input_jacobian": lambda: net.input_jacobian(X),
        "gradient": lambda: net.gradient(X, Y),
        "hessian_vector": lambda: net.hessian_vector(X, Y, v),
    }
    measured = clock.measure([Run(call) for call in calls.values()], BUDGET_SECONDS)
    seconds = {name: median for name, (median, _) in zip(calls, measured)}
    return {
        "seconds": seconds,
        "input_jacobian_ratio": seconds["input_jacobian"] / (SIZES[-1] * seconds["predict"]),
        "hessian_vector_ratio": seconds["hessian_vector"] / seconds["gradient"],
    }


def print_derivatives(result):
    print_note(NOTE)
    print_row("", HEADINGS, HEADINGS)
    seconds = result["seconds"]
    for name, base in (("input_jacobian", "predict"), ("hessian_vector", "gradient")):
        over = f"{base} {format_time(seconds[base])}"
        print_row(name, [format_time(seconds[name]), over, format_ratio(result[f"{name}_ratio"])], HEADINGS)


# ---- least squares ----------------------------------------------------------------------------------


class Reached(Exception):
    """The cost that was to be reached."""


class Fit:
    """A problem, and who solves it from the same first weights down to a cost; 0: as far as it gets."""

    def __init__(self, seed):
        random = numpy.random.default_rng(seed)
        self.X = random.uniform(-1.0, 1.0, (FIT_ROWS, FIT_SIZES[0]))
        waves = numpy.sin(numpy.pi * self.X[:, 0] * self.X[:, 1]) + self.X[:, 2] ** 2 + 0.5 * self.X[:, 3]
        self.Y = (waves + 0.1 * random.standard_normal(FIT_ROWS))[:, None]
        self.net = study.make_net(self.X, FIT_SIZES[1], seed)
        self.first = self.net.parameters.copy()

    def run_library(self, cost):
        self.net.parameters[:] = self.first
        trainer = nnblas.Trainer(
            self.net, optimizer="levenberg_marquardt", epochs=FIT_ITERATIONS, desired_cost=cost
        )
        trainer.fit(self.X, self.Y)
        return self.net.evaluate(self.X, self.Y)

    def compute_errors(self, parameters, cost):
        self.net.parameters[:] = parameters
        errors = (self.net.predict(self.X) - self.Y).ravel()
        if errors @ errors <= 2 * FIT_ROWS * cost:
            raise Reached
        return errors

    def compute_jacobian(self, parameters, _):
        self.net.parameters[:] = parameters
        return self.net.jacobian(self.X).reshape(FIT_ROWS, -1)

    def run_scipy(self, cost, **given):
        from scipy import optimize

        try:
            found = optimize.least_squares(
                self.compute_errors, self.first, method="lm", args=(cost,), max_nfev=self.count_calls(given), **given
            )
        except Reached:
            return cost
        return found.cost / FIT_ROWS

    def count_calls(self, given):
        """Without a Jacobian SciPy counts the calls that take the differences, too."""
        return FIT_ITERATIONS * (1 if given else 1 + self.first.size)


def take_time(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def time_fit(seed):
    fit = Fit(seed)
    cost = 1.001 * max(fit.run_library(0.0), fit.run_scipy(0.0, jac=fit.compute_jacobian))
    return {
        "cost": cost,
        "library": take_time(lambda: fit.run_library(cost)),
        "jacobian": take_time(lambda: fit.run_scipy(cost, jac=fit.compute_jacobian)),
        "differences": take_time(lambda: fit.run_scipy(cost)),
    }


def compare_fits(seeds, setting):
    setting.use_threads(1)
    runs = [time_fit(seed) for seed in seeds]
    setting.use_threads(setting.threads)
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def print_fits(result):
    print_note(FIT_NOTE)
    print_row("", FIT_HEADINGS, FIT_HEADINGS)
    cells = [f"{result['cost']:.3g}", format_time(result["library"])]
    for name in ("jacobian", "differences"):
        cells += [format_time(result[name]), format_ratio(result[name] / result["library"])]
    print_row("median", cells, FIT_HEADINGS)


def compare(chosen, libraries):
    setting, description, installed = study.begin(chosen, libraries, [rivals.SciPy])
    results = {"derivatives": compare_derivatives()}
    print_derivatives(results["derivatives"])
    if installed and study.has_least_squares():
        results["fits"] = compare_fits(study.list_seeds(chosen), setting)
        print_fits(results["fits"])
    study.end(chosen, description, results, None)
