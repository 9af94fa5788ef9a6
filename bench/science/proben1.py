# SPDX-License-Identifier: BSD-3-Clause
"""PROBEN1: trains by RPROP with early stopping, chooses hidden units and weight decay, and only then
looks at the test examples."""

import dataclasses
import functools
import itertools
import math
import os
import statistics
import time

import nnblas
import numpy

import data
import drawing
import published
import rivals
import study
from report import print_note, print_row

ACTIVATIONS = ("sigmoid", "tanh")
COSTS = ("cross_entropy", "mse")
HIDDEN = (8, 16, 32)
DECAYS = (0.0, 1e-4, 1e-3, 1e-2)
RIVALS = (rivals.SklearnDefaults, rivals.Torch, rivals.Nnet)
RATE, PATIENCE, EPOCHS = 0.1, 100, 3000
# All setups are tried with the first seeds, and one in so many of them with the others too.
FIRST_SEEDS, KEPT = 5, 4
NOTE = f"""
Percent of the test examples that are classified wrongly, by the largest output; means over the seeds.
RPROP with its first step {RATE}, softmax outputs; a training ends once the cost of the validation examples
has not fallen for {PATIENCE} epochs, with the weights that were best. Activation, cost, hidden units and
weight decay are chosen by the percent of validation examples classified wrongly, mean over the seeds: of
those within one standard error of the least, the largest decay, then the fewest units. All are tried
with {FIRST_SEEDS} seeds, the better quarter with the others too. Test examples have no part in it. ms: median
of a training. choice: seconds of all trainings of the problem."""
RIVALS_NOTE = f"""
Other software with as many hidden units and the same weight decay, on one thread, without early
stopping: percent wrong, and milliseconds of a training with {rivals.ITERATIONS} iterations."""
HEADINGS = ["", "         cost", "hidden", "decay", "epochs", "validation", "test", "published", "", "ms", "choice"]


@dataclasses.dataclass(frozen=True)
class Setup:
    activation: str
    cost: str
    hidden: int
    decay: float


@dataclasses.dataclass(frozen=True)
class Training:
    net: nnblas.Net
    validation_error: float
    epochs: int


def measure_error(outputs, Y):
    return 100.0 * float(numpy.mean(outputs.argmax(axis=1) != Y.argmax(axis=1)))


def train(parts, setup, seeds):
    """A training from each seed, side by side."""
    if not seeds:
        return []
    training, validation, _ = parts
    sizes = [training.X.shape[1], setup.hidden, training.Y.shape[1]]
    kind = {"hidden": setup.activation, "output": "softmax", "cost": setup.cost}
    settings = {"learning_rate": RATE, "weight_decay": setup.decay, "patience": PATIENCE, "epochs": EPOCHS}
    trainers = [
        nnblas.Trainer(nnblas.Net(sizes, seed=seed, **kind), optimizer="rprop", **settings) for seed in seeds
    ]
    nnblas.fit_many(trainers, training.X, training.Y, validation=(validation.X, validation.Y))
    return [
        Training(one.net, measure_error(one.net.predict(validation.X), validation.Y), len(one.history))
        for one in trainers
    ]


def take_time(parts, setup, seed):
    start = time.perf_counter()
    train(parts, setup, [seed])
    return time.perf_counter() - start


def average(trainings, name):
    return statistics.fmean(getattr(one, name) for one in trainings)


def try_setups(parts, setups, seeds):
    """The trainings of the better setups, with all seeds."""
    trainings = {setup: train(parts, setup, seeds[:FIRST_SEEDS]) for setup in setups}
    best = sorted(setups, key=lambda setup: average(trainings[setup], "validation_error"))
    best = best[: math.ceil(len(best) / KEPT)]
    return {setup: trainings[setup] + train(parts, setup, seeds[FIRST_SEEDS:]) for setup in best}


def choose(trainings):
    """By the rule of one standard error: L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and
    regression trees" (1984), section 3.4.3."""
    errors = {setup: average(those, "validation_error") for setup, those in trainings.items()}
    best = min(errors, key=errors.get)
    spread = numpy.std([one.validation_error for one in trainings[best]])
    limit = errors[best] + spread / math.sqrt(len(trainings[best]))
    near = [setup for setup in errors if errors[setup] <= limit]
    return min(near, key=lambda setup: (-setup.decay, setup.hidden, errors[setup]))


def measure(name, folder, setups, seeds):
    parts = data.read_proben1(folder, name)
    start = time.perf_counter()
    tried = try_setups(parts, setups, seeds)
    seconds = time.perf_counter() - start
    setup = choose(tried)
    trainings = tried[setup]
    test = parts[2]
    error = statistics.fmean(measure_error(one.net.predict(test.X), test.Y) for one in trainings)
    limit = published.PROBEN1_ERRORS.get(name)
    return {
        "problem": name,
        **dataclasses.asdict(setup),
        "epochs": average(trainings, "epochs"),
        "validation_error": average(trainings, "validation_error"),
        "test_error": error,
        "published_error": limit,
        "reached": None if limit is None else error <= limit,
        "seconds": statistics.median(take_time(parts, setup, seed) for seed in seeds[: study.RIVAL_SEEDS]),
        "choice_seconds": seconds,
        "tried": [
            {**dataclasses.asdict(one), "validation_error": average(those, "validation_error")}
            for one, those in tried.items()
        ],
    }


def print_result(result):
    limit = result["published_error"]
    cells = [result["activation"], result["cost"], result["hidden"], f"{result['decay']:g}", f"{result['epochs']:.0f}"]
    cells += [f"{result['validation_error']:.2f}", f"{result['test_error']:.2f}"]
    cells += ["-" if limit is None else f"{limit:.2f}", study.name_outcome(result["reached"])]
    cells += [f"{result['seconds'] * 1e3:.1f}", f"{result['choice_seconds']:.1f}"]
    print_row(result["problem"], cells, HEADINGS)


def list_problems(folder):
    data.check_folder(folder)
    names = sorted(name[:-3] for name in os.listdir(folder) if name.endswith(".dt"))
    if not names:
        raise data.Unreadable(f"{folder}: no file NAME.dt")
    return names


def make_trial(folder, result):
    training, _, test = data.read_proben1(folder, result["problem"])
    task = rivals.Task(
        training.X, training.Y, test.X, result["hidden"], has_classes=True, decay=result["decay"]
    )
    return task, range(study.RIVAL_SEEDS), functools.partial(measure_error, Y=test.Y)


def compare_rivals(results, folder, setting, installed):
    print_note(RIVALS_NOTE)
    headings = [heading for rival in installed for heading in (rival.name, "ms")]
    print_row("", headings, headings)
    for result in results:
        result["rivals"] = study.measure_rivals(
            installed, [make_trial(folder, result)], setting, statistics.fmean
        )
        found = [result["rivals"][rival.key] for rival in installed]
        cells = [cell for one in found for cell in (f"{one['error']:.2f}", f"{one['seconds'] * 1e3:.1f}")]
        print_row(result["problem"], cells, headings)


def draw(stem, results):
    names = [result["problem"] for result in results]
    ours = {result["problem"]: result["test_error"] for result in results}
    known = {name: published.PROBEN1_ERRORS[name] for name in names if name in published.PROBEN1_ERRORS}
    series = [("libnnblas", drawing.OURS, ours), ("published, RPROP", drawing.BEST, known)]
    drawing.draw_bars(stem, "PROBEN1: errors on the test examples", "% classified wrongly", names, series)


def compare(chosen, libraries):
    names = chosen.problem or list_problems(chosen.folder)
    choices = itertools.product(ACTIVATIONS, COSTS, chosen.hidden or HIDDEN, chosen.decay or DECAYS)
    setups = list(itertools.starmap(Setup, choices))
    setting, description, installed = study.begin(chosen, libraries, RIVALS)
    print_note(NOTE)
    print_row("problem", HEADINGS, HEADINGS)
    results = []
    for name in names:
        results.append(measure(name, chosen.folder, setups, study.list_seeds(chosen)))
        print_result(results[-1])
    study.print_outcome(results)
    if installed:
        compare_rivals(results, chosen.folder, setting, installed)
    study.end(chosen, description, results, draw)
