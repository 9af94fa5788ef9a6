# SPDX-License-Identifier: BSD-3-Clause
"""UCI tables on the splits of Hernandez-Lobato and Adams, by networks of 50 tanh units: one by
Levenberg-Marquardt with Bayesian regularisation, and the mean of five by L-BFGS."""

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
from report import format_ratio, print_note, print_row

HIDDEN = 50
BAYESIAN_ITERATIONS = 100
COUNT, ITERATIONS, DECAY = 5, 200, 1e-5
NOTE = f"""
Root of the mean squared error on the test rows in the unit of the target, means over the splits. Features
and target are standardised by the training rows; no row is held back. {HIDDEN} tanh units. one: a network
by {BAYESIAN_ITERATIONS} iterations of Levenberg-Marquardt with Bayesian regularisation (- without LAPACK). five: the mean output
of {COUNT} networks by {ITERATIONS} iterations of L-BFGS with weight decay {DECAY:g}, side by side. dropout, MC
dropout: published, of networks of 50 units. ms: medians over the splits, of the one and of all five."""
RIVALS_NOTE = f"""
Other software on one thread, {study.RIVAL_SEEDS} splits: the error of one network, and the time of its
training over that of the five of libnnblas. scikit-learn first with its defaults, then by L-BFGS."""
HEADINGS = ["rows", "one", "ms", "five", "ms", "dropout", "MC dropout", ""]
RIVALS = (rivals.SklearnDefaults, rivals.Sklearn, rivals.Torch, rivals.Nnet)


class Split:
    """The rows of a split, standardised by those to learn from."""

    def __init__(self, folder, table, number):
        learnt, tested = data.read_split(folder, table, number)
        means, deviations = learnt.X.mean(axis=0), learnt.X.std(axis=0)
        deviations[deviations == 0.0] = 1.0
        self.X, self.X_test = ((rows.X - means) / deviations for rows in (learnt, tested))
        self.mean, self.deviation = learnt.Y.mean(), learnt.Y.std()
        self.Y = (learnt.Y - self.mean) / self.deviation
        self.y_test = tested.Y.ravel()

    def measure_error(self, outputs):
        errors = outputs.ravel() * self.deviation + self.mean - self.y_test
        return float(numpy.sqrt(numpy.mean(errors**2)))

    def make_task(self):
        return rivals.Task(self.X, self.Y, self.X_test, HIDDEN, decay=1e-3)


def train(split, seeds, **settings):
    """The seconds, and the networks from these seeds."""
    start = time.perf_counter()
    nets = [study.make_net(split.X, HIDDEN, seed) for seed in seeds]
    nnblas.fit_many([nnblas.Trainer(net, **settings) for net in nets], split.X, split.Y)
    return time.perf_counter() - start, nets


def train_one(split, seed):
    return train(split, [seed], optimizer="levenberg_marquardt", bayesian=True, epochs=BAYESIAN_ITERATIONS)


def train_five(split, seeds):
    return train(split, seeds, optimizer="lbfgs", weight_decay=DECAY, epochs=ITERATIONS)


def summarise(runs, splits):
    """The mean error of the mean outputs, and the median seconds."""
    outputs = [
        numpy.mean([net.predict(split.X_test) for net in nets], axis=0) for split, (_, nets) in zip(splits, runs)
    ]
    errors = [split.measure_error(those) for split, those in zip(splits, outputs)]
    return {"error": statistics.fmean(errors), "seconds": statistics.median(seconds for seconds, _ in runs)}


def measure(name, splits):
    seeds = [range(number * COUNT, (number + 1) * COUNT) for number in range(len(splits))]
    one = None
    if study.has_least_squares():
        one = summarise([train_one(split, those[0]) for split, those in zip(splits, seeds)], splits)
    five = summarise([train_five(split, those) for split, those in zip(splits, seeds)], splits)
    least = min(those["error"] for those in (one, five) if those)
    dropout, mc_dropout = published.UCI_ERRORS.get(name, (None, None))
    return {
        "problem": name,
        "rows": len(splits[0].X),
        "one": one,
        "five": five,
        "published_dropout": dropout,
        "published_mc_dropout": mc_dropout,
        "reached": None if mc_dropout is None else least <= mc_dropout,
    }


def print_result(result):
    cells = [result["rows"]]
    for those in (result["one"], result["five"]):
        cells += [f"{those['error']:.3f}", f"{those['seconds'] * 1e3:.0f}"] if those else ["-", "-"]
    known = [result[f"published_{kind}"] for kind in ("dropout", "mc_dropout")]
    cells += ["-" if error is None else f"{error:.2f}" for error in known]
    print_row(result["problem"], cells + [study.name_outcome(result["reached"])], HEADINGS)


def compare_rivals(results, problems, setting, installed):
    print_note(RIVALS_NOTE)
    headings = [heading for rival in installed for heading in (rival.name, "/ five")]
    print_row("", headings, headings)
    for result, splits in zip(results, problems):
        trials = [
            (split.make_task(), [number], split.measure_error)
            for number, split in enumerate(splits[: study.RIVAL_SEEDS])
        ]
        found = result["rivals"] = study.measure_rivals(installed, trials, setting, statistics.fmean)
        cells = []
        for rival in installed:
            one = found[rival.key]
            cells += [f"{one['error']:.3f}", format_ratio(one["seconds"] / result["five"]["seconds"])]
        print_row(result["problem"], cells, headings)


def draw(stem, results):
    names = [result["problem"] for result in results]
    known = [name for name in names if name in published.UCI_ERRORS]
    dropout, mc_dropout = ({name: published.UCI_ERRORS[name][kind] for name in known} for kind in (0, 1))
    one, five = (
        {result["problem"]: result[kind]["error"] for result in results if result[kind]} for kind in ("one", "five")
    )
    series = [
        ("libnnblas, one network", drawing.OURS, one),
        ("libnnblas, five", drawing.FIVE, five),
        ("dropout", drawing.OTHERS, dropout),
        ("MC dropout", drawing.BEST, mc_dropout),
    ]
    drawing.draw_bars(stem, "UCI tables: error on the test rows", "root of the mean squared error", names, series)


def read_splits(folder, name, most):
    folder = os.path.join(folder, name)
    data.check_folder(folder)
    table = data.read_table(folder)
    return [Split(folder, table, number) for number in range(min(most, data.count_splits(folder)))]


def compare(chosen, libraries):
    names = chosen.problem or data.list_tables(chosen.folder)
    if not names:
        raise data.Unreadable(f"{chosen.folder}: no folder in it has a data.txt")
    problems = [read_splits(chosen.folder, name, chosen.splits) for name in names]
    setting, description, installed = study.begin(chosen, libraries, RIVALS)
    print_note(NOTE)
    print_row("table", HEADINGS, HEADINGS)
    results = []
    for name, splits in zip(names, problems):
        results.append(measure(name, splits))
        print_result(results[-1])
    study.print_outcome(results)
    if installed:
        compare_rivals(results, problems, setting, installed)
    study.end(chosen, description, results, draw)
