#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times an epoch in mini-batches of small networks with libnnblas and its peers, in turns."""

import argparse
import statistics
import sys
import time

sys.dont_write_bytecode = True

import native
import options

DEFAULT_SHAPES = (
    (5000, 4, 8, 3),
    (5000, 13, 16, 3),
    (5000, 30, 32, 3),
    (5000, 64, 32, 10),
    (5000, 64, 64, 10),
    (5000, 784, 64, 10),
)
DEFAULT_BATCHES = (32, 64, 128, 256)
NOTE = """
Milliseconds of an epoch by nnblas_trainer_fit: checks, shuffling, gathering, the steps. Medians of
epochs in turns. The times of the others are over that of the library with the same network: "by
steps" is nnblas_gradient_step on batches that numpy.take gathers, and "soft" is the network of
scikit-learn. A peer has one thread or all of them, whichever was faster; the library chooses by
itself."""
HEADINGS = [
    "batch",
    "libnnblas",
    "by steps",
    "PyTorch",
    "PyTorch f32",
    "nnblas soft",
    "scikit-learn",
]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, epilog=options.EXIT_STATUS)
    options.add_shape_option(parser, "; at least 3 outputs")
    parser.add_argument(
        "--batch",
        action="append",
        type=options.parse_count,
        metavar="ROWS",
        help="rows of a batch; may be repeated (default 32, 64, 128 and 256)",
    )
    parser.add_argument(
        "--turns",
        type=options.parse_count,
        default=9,
        metavar="COUNT",
        help="epochs of each that count (default %(default)s)",
    )
    options.add_common_options(parser)
    chosen = parser.parse_args()
    chosen.rate = chosen.log_loss_rate = 0.1
    chosen.seed = 1
    if any(shape[3] < 3 for shape in chosen.shape or ()):
        parser.error("a shape needs at least 3 outputs: rows are classes")
    return chosen


def make_examples(numpy, shape):
    """Rows of random classes. The time of an epoch does not depend on them."""
    N, inputs, _, outputs = shape
    random = numpy.random.default_rng(1)

    class Examples:
        X = random.uniform(0.0, 1.0, (N, inputs))
        classes = random.integers(0, outputs, N)
        Y = numpy.eye(outputs)[classes]

    return Examples


def make_trainer_class(learners, numpy):
    """The network of PyTorch, trained by nnblas_trainer_fit."""

    class LibraryTrainer(learners.LibrarySoftmax):
        key = "library_trainer"
        name = "libnnblas"

        def __init__(self, task, setting):
            learners.Learner.__init__(self, task, setting)
            self.library = setting.library
            self.net = native.create_net(self.library, task.sizes, 0)
            parameters = numpy.concatenate((task.W1.ravel(), task.W2.ravel()))
            native.view_parameters(self.library, self.net, parameters.size)[:] = parameters
            self.trainer = native.create_trainer(
                self.library, self.net, learning_rate=task.rate, batch_size=task.batch, epochs=1
            )

    return LibraryTrainer


def time_epoch(run, seed):
    """A run is a learner and its threads."""
    learner, threads, setting = run
    setting.use_threads(threads)
    start = time.perf_counter()
    learner.train(seed)
    return time.perf_counter() - start


def measure(runs, turns):
    """The median seconds of each run, with one epoch before each that counts."""
    seconds = [[] for _ in runs]
    for turn in range(turns):
        for run, series in zip(runs, seconds):
            time_epoch(run, 2 * turn)
            series.append(time_epoch(run, 2 * turn + 1))
    return [statistics.median(series) for series in seconds]


def time_shape(shape, batch, setting, chosen, modules):
    learners, numpy = modules
    chosen.hidden = shape[2]
    task = learners.Task(make_examples(numpy, shape), batch, chosen)
    runs, keys = [], []
    for learner in (make_trainer_class(learners, numpy), *learners.list_installed(setting)):
        counts = {setting.threads} if learner.chooses_threads else {1, setting.threads}
        for threads in sorted(counts):
            runs.append((learner(task, setting), threads, setting))
            keys.append(learner.key)
    seconds = {}
    for key, median in zip(keys, measure(runs, chosen.turns)):
        seconds[key] = min(median, seconds.get(key, median))
    for learner, _, _ in runs:
        learner.close()
    return seconds


def compare(chosen, libraries):
    import numpy

    contenders = options.import_module("contenders")
    learners = options.import_module("learners")
    machine = options.import_module("machine")
    report = options.import_module("report")
    setting = contenders.Setting(*libraries, chosen.threads)
    description = machine.describe(setting)
    description["contenders"] = machine.describe_contenders(learners.ALL, setting)
    report.print_machine(description)
    report.print_contenders(description)
    report.print_note(NOTE)
    report.print_row("N x in x hid x out", HEADINGS, HEADINGS)
    results = []
    for shape in chosen.shape or DEFAULT_SHAPES:
        for batch in chosen.batch or DEFAULT_BATCHES:
            seconds = time_shape(shape, batch, setting, chosen, (learners, numpy))
            results.append({"shape": shape, "batch": batch, "seconds": seconds})
            cells = [batch, f"{seconds['library_trainer'] * 1e3:.2f}"]
            cells += [
                format_ratio(report, seconds, key, "library_trainer")
                for key in ("library", "torch", "torch_float32")
            ]
            cells += [f"{seconds['library_softmax'] * 1e3:.2f}"]
            cells += [format_ratio(report, seconds, "sklearn", "library_softmax")]
            report.print_row(report.name_shape(shape), cells, HEADINGS)
    if chosen.json:
        report.write_json(chosen.json, description, results)


def format_ratio(report, seconds, key, base):
    return report.format_ratio(seconds[key] / seconds[base]) if key in seconds else "-"


def main():
    chosen = parse_options()
    compare(chosen, native.open_libraries(chosen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
