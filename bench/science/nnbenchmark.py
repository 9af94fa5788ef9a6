# SPDX-License-Identifier: BSD-3-Clause
"""NNbenchmark: functions approximated by one layer of tanh units and a linear output, from a few starts
of which the least cost counts."""

import dataclasses
import functools
import statistics
import time

import nnblas
import numpy

import data
import drawing
import options
import rivals
import study
from report import format_ratio, print_note, print_row

OPTIMIZER = "levenberg_marquardt"
# From each start a few iterations, from the best few of these more.
STARTS, FIRST, KEPT, ITERATIONS = 5, 25, 2, 150
# Until the cost, which is about 1/2 where a run begins, no longer falls by so much.
PATIENCE, TOLERANCE = 10, 1e-8
DECIMALS = 4
RIVAL_STARTS = 4
NOTE = f"""
Root of the mean squared error in the unit of the target, of the rows that are trained on; inputs and
target are standardised for the training. Levenberg-Marquardt, {FIRST} iterations from each of {STARTS} starts,
and {ITERATIONS - FIRST} more from the best {KEPT}, of which the one with the least cost counts; less where
the cost no longer falls. best, median: over the seeds. published: the least median of ten runs among the
algorithms of published.csv, and which that is. ms: median of a run, all its starts included."""
RIVALS_NOTE = f"""
Other software on one thread, {rivals.ITERATIONS} iterations at most: the median error, and the time of a run
over that of libnnblas. R's nnet once with one start, as it was published; the others from {RIVAL_STARTS}
starts, of which the least cost counts."""
HEADINGS = ["hidden", "best", "median", "published", "", "ms", "algorithm"]


class NnetOnce(rivals.Nnet):
    key = "nnet_once"
    name = "R nnet, 1"
    note = "the same with one start"

    def train(self, task, seeds):
        return super().train(dataclasses.replace(task, starts=1), seeds)


RIVALS = (NnetOnce, rivals.Nnet, rivals.SciPy, rivals.Torch, rivals.Sklearn)


class Problem:
    """Standardised rows, and how to get back to the unit of the target."""

    def __init__(self, function):
        rows = function.rows
        self.y, self.hidden = rows.Y.ravel(), function.hidden
        self.mean, self.deviation = self.y.mean(), self.y.std(ddof=1)
        self.X = (rows.X - rows.X.mean(axis=0)) / rows.X.std(axis=0, ddof=1)
        self.Y = ((self.y - self.mean) / self.deviation)[:, None]

    def measure_error(self, outputs):
        errors = outputs.ravel() * self.deviation + self.mean - self.y
        return float(numpy.sqrt(numpy.mean(errors**2)))

    def make_task(self):
        return rivals.Task(self.X, self.Y, self.X, self.hidden, starts=RIVAL_STARTS)


def train(problem, seed):
    """The seconds and the best of the starts."""

    def evaluate(trainer):
        return trainer.net.evaluate(problem.X, problem.Y)

    begin = time.perf_counter()
    seeds = range(seed * STARTS, (seed + 1) * STARTS)
    settings = {"optimizer": OPTIMIZER, "patience": PATIENCE, "tolerance": TOLERANCE, "history_limit": 0}
    nets = [study.make_net(problem.X, problem.hidden, start) for start in seeds]
    trainers = [nnblas.Trainer(net, epochs=FIRST, **settings) for net in nets]
    nnblas.fit_many(trainers, problem.X, problem.Y)
    trainers = sorted(trainers, key=evaluate)[:KEPT]
    for trainer in trainers:
        trainer.epochs = ITERATIONS - FIRST
    nnblas.fit_many(trainers, problem.X, problem.Y)
    return time.perf_counter() - begin, min(trainers, key=evaluate).net


def measure(function, known, seeds):
    problem = Problem(function)
    runs = [train(problem, seed) for seed in seeds]
    errors = [problem.measure_error(net.predict(problem.X)) for _, net in runs]
    median, best = statistics.median(errors), known[0] if known else None
    return {
        "problem": function.name,
        "hidden": function.hidden,
        "best": min(errors),
        "median": median,
        "seconds": statistics.median(seconds for seconds, _ in runs),
        "published_median": best.median if best else None,
        "published_algorithm": best.algorithm if best else None,
        "reached": round(median, DECIMALS) <= best.median if best else None,
    }


def print_result(result):
    known = result["published_median"]
    cells = [result["hidden"], f"{result['best']:.4f}", f"{result['median']:.4f}"]
    cells += ["-" if known is None else f"{known:.4f}", study.name_outcome(result["reached"])]
    cells += [f"{result['seconds'] * 1e3:.1f}", result["published_algorithm"] or "-"]
    print_row(result["problem"], cells, HEADINGS)


def compare_rivals(results, functions, setting, installed):
    print_note(RIVALS_NOTE)
    headings = [heading for rival in installed for heading in (rival.name, "/ lib")]
    print_row("", headings, headings)
    for result, function in zip(results, functions):
        problem = Problem(function)
        found = study.measure_rivals(
            installed,
            [(problem.make_task(), range(study.RIVAL_SEEDS), problem.measure_error)],
            setting,
            statistics.median,
        )
        cells = []
        for rival in installed:
            one = found[rival.key]
            cells += [f"{one['error']:.4f}", format_ratio(one["seconds"] / result["seconds"])]
        print_row(function.name, cells, headings)
        result["rivals"] = found


def draw_results(functions, known, stem, results):
    """A median of 0 is drawn at half of the last decimal that is published."""
    least = 0.5 * 10.0**-DECIMALS
    deviations = {function.name: Problem(function).deviation for function in functions}
    others = {
        name: [max(one.median, least) / deviation for one in known.get(name, ())]
        for name, deviation in deviations.items()
    }
    ours = {one["problem"]: max(one["median"], least) / deviations[one["problem"]] for one in results}
    title = "NNbenchmark: median error of ten runs, by the algorithms published and by libnnblas"
    unit = "error over the deviation of the target"
    drawing.draw_points(stem, title, unit, list(deviations), others, ours)


def list_functions(chosen):
    """Those that were chosen, or else those whose table is in the folder."""
    data.check_folder(chosen.folder)
    known = data.list_functions(chosen.folder)
    for name in chosen.problem or ():
        if name not in known:
            raise data.Unreadable(f"{chosen.folder}/problems.csv: no problem {name}")
    names = chosen.problem or [name for name in known if data.has_function(chosen.folder, name)]
    left_out = [name for name in known if name not in names]
    if left_out and not chosen.problem:
        options.warn(f"no table in {chosen.folder}: {', '.join(left_out)}")
    if not names:
        raise data.Unreadable(f"{chosen.folder}: none of the tables of problems.csv")
    return [data.read_function(chosen.folder, name, *known[name]) for name in names]


def compare(chosen, libraries):
    study.require_least_squares()
    functions = list_functions(chosen)
    known = data.read_published(chosen.folder)
    setting, description, installed = study.begin(chosen, libraries, RIVALS)
    print_note(NOTE)
    print_row("problem", HEADINGS, HEADINGS)
    results = []
    for function in functions:
        results.append(measure(function, known.get(function.name), study.list_seeds(chosen)))
        print_result(results[-1])
    study.print_outcome(results)
    if installed:
        compare_rivals(results, functions, setting, installed)
    draw = functools.partial(draw_results, functions, known)
    study.end(chosen, description, results, draw)
