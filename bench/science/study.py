# SPDX-License-Identifier: BSD-3-Clause
"""What the studies share: the machine and the other software, the outcome, the JSON."""

import statistics

import nnblas
import numpy

import contenders
import machine
import options
import packages
import report

# Other software is slow; the median of so few trainings tells its time.
RIVAL_SEEDS = 5


class Library:
    key = "library"
    name = "libnnblas"
    note = "the Python package on it"
    package = packages.Library


def has_least_squares():
    """Whether the library was built with LAPACK, which Levenberg-Marquardt needs."""
    return nnblas.has("lapack")


def require_least_squares():
    if not has_least_squares():
        options.fail("Levenberg-Marquardt is missing: the library was built without LAPACK")


def make_net(X, hidden, seed):
    """Tanh units and a linear output: Glorot's weights, and biases from -1/2 to 1/2, so that the units bend
    at different places."""
    net = nnblas.Net([X.shape[1], hidden, 1], hidden="tanh", output="identity", seed=seed)
    random = numpy.random.default_rng(seed)
    for layer in (1, 2):
        net.bias(layer)[:] = random.uniform(-0.5, 0.5, net.bias(layer).size)
    return net


def begin(chosen, libraries, rivals):
    """The setting, the description of the machine, and the other software that is installed."""
    setting = contenders.Setting(*libraries, chosen.threads)
    description = machine.describe(setting)
    those = [] if chosen.alone else [rival() for rival in rivals]
    description["contenders"] = machine.describe_contenders([Library, *those], setting)
    report.print_machine(description)
    report.print_contenders(description)
    return setting, description, [one for one in those if one.package.is_installed(setting)]


def list_seeds(chosen):
    return range(chosen.first_seed, chosen.first_seed + chosen.seeds)


def measure_rivals(installed, trials, setting, average):
    """Of each its average error and its median seconds. trials: tasks, their seeds, and the measure of the
    outputs for the test rows."""
    setting.use_threads(1)
    found = {}
    for rival in installed:
        runs = [
            (seconds, measure(outputs))
            for task, seeds, measure in trials
            for seconds, outputs in rival.train(task, seeds)
        ]
        seconds, errors = zip(*runs)
        found[rival.key] = {"error": average(errors), "seconds": statistics.median(seconds)}
    setting.use_threads(setting.threads)
    return found


def name_outcome(is_reached):
    return {None: "", True: "reached", False: "missed"}[is_reached]


def print_outcome(results):
    known = [result["reached"] for result in results if result["reached"] is not None]
    print(f"\nat or below the published error: {sum(known)} of {len(known)} problems")


def end(chosen, description, results, draw):
    if chosen.json:
        report.write_json(chosen.json, description, results)
    if chosen.chart:
        draw(chosen.chart, results)
