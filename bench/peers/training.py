# SPDX-License-Identifier: BSD-3-Clause
"""Whole trainings to one accuracy, by everybody, epoch by epoch in turns."""

import math
import statistics
import time

import clock
import contenders
import images
import learners
import machine
import options
import report

NOTE = """
Seconds of training alone: shuffling, gathering the batches, the steps. The accuracy on the test
images is taken after each epoch, beside the clock; who has reached the wanted one stops."""
SUMMARY_HEADINGS = ["epochs", "seconds", "/ lib", "s/epoch", "/ lib", "accuracy", ""]
# The largest difference of a weight after the same epoch, relative to the largest weight.
TOLERANCE = 1e-9


class Run:
    """One learner, and how it went so far."""

    def __init__(self, learner, test, wanted):
        self.learner = learner
        self.test = test
        self.wanted = wanted
        self.seconds = []
        self.accuracies = []

    def has_reached(self):
        return bool(self.accuracies) and self.accuracies[-1] >= self.wanted

    def take_turn(self, seed):
        time.sleep(clock.CALM_SECONDS)
        start = time.perf_counter()
        self.learner.train(seed)
        self.seconds.append(time.perf_counter() - start)
        self.accuracies.append(self.learner.measure_accuracy(self.test))

    def describe(self):
        return {
            "reached": self.has_reached(),
            "epochs": len(self.seconds),
            "seconds": sum(self.seconds),
            "median_epoch_seconds": statistics.median(self.seconds),
            "accuracy": self.accuracies[-1],
            "epoch_seconds": self.seconds,
            "epoch_accuracies": self.accuracies,
        }


def format_turn(run, epoch):
    if len(run.seconds) < epoch:
        return ""
    return f"{run.accuracies[-1]:.4f} {run.seconds[-1]:5.2f} s"


def train_epoch(runs, epoch, chosen, headings):
    for run in runs:
        if not run.has_reached():
            run.take_turn(chosen.seed + epoch)
    report.print_row(epoch, [format_turn(run, epoch) for run in runs], headings)


def train_all(runs, chosen):
    """Returns what check_weights found after the first epoch, which nobody leaves out."""
    headings = [f"{run.learner.name:>14}" for run in runs]
    report.print_row("accuracy, time of epoch", headings, headings)
    train_epoch(runs, 1, chosen, headings)
    checked = check_weights(runs)
    for epoch in range(2, chosen.epochs + 1):
        if all(run.has_reached() for run in runs):
            break
        train_epoch(runs, epoch, chosen, headings)
    return checked


def get_weights_difference(a, b):
    """The largest, relative to the largest weight of the matrix."""
    return max(
        float(abs(V - W).max() / abs(V).max())
        for V, W in zip(a.get_weights(), b.get_weights())
    )


def check_weights(runs):
    """The differences from the library of those who compute the same, and whether they are
    small. Not (a > b), so that a NaN is found."""
    library, *others = [run.learner for run in runs]
    differences, ok = {}, True
    for learner in others:
        if not learner.is_same:
            continue
        difference = get_weights_difference(library, learner)
        differences[learner.key] = None if math.isnan(difference) else difference
        if not difference <= TOLERANCE:
            ok = False
            options.warn(
                f"after one epoch, the weights of {learner.name} and of libnnblas differ by "
                f"{difference:.1e}, over {TOLERANCE:.0e}"
            )
    return differences, ok


def print_summary(runs, described):
    print()
    report.print_row("", SUMMARY_HEADINGS, SUMMARY_HEADINGS)
    library = described["library"]
    for run in runs:
        one = described[run.learner.key]
        cells = [one["epochs"]]
        for name in ("seconds", "median_epoch_seconds"):
            cells += [f"{one[name]:.3f}", report.format_ratio(one[name] / library[name])]
        cells += [f"{one['accuracy']:.4f}", "" if one["reached"] else "not reached"]
        report.print_row(run.learner.name, cells, SUMMARY_HEADINGS)
    print()


def compare_batch(batch, data, setting, chosen):
    train, test = data
    task = learners.Task(train, batch, chosen)
    classes = learners.list_installed(setting)
    runs = [Run(learner(task, setting), test, chosen.accuracy) for learner in classes]
    print(f"Batches of {batch} rows, to an accuracy of {chosen.accuracy}\n")
    differences, ok = train_all(runs, chosen)
    described = {run.learner.key: run.describe() for run in runs}
    print_summary(runs, described)
    for run in runs:
        run.learner.close()
    return {
        "batch": batch,
        "learners": described,
        "weights_differences": differences,
        "same": ok,
    }


def describe(chosen, setting, data):
    """The machine, the software, and what is trained."""
    train, test = data
    description = machine.describe(setting)
    description["contenders"] = machine.describe_contenders(learners.ALL, setting)
    description["task"] = {
        "sizes": [train.X.shape[1], chosen.hidden, train.Y.shape[1]],
        "train_rows": len(train.X),
        "test_rows": len(test.X),
        "learning_rate": chosen.rate,
        "log_loss_learning_rate": chosen.log_loss_rate,
        "seed": chosen.seed,
        "wanted_accuracy": chosen.accuracy,
    }
    return description


def print_head(description):
    report.print_machine(description)
    task = description["task"]
    print(
        f"{'task':10} {report.name_shape(task['sizes'])} sigmoids, {task['train_rows']} rows, "
        f"learning rate {task['learning_rate']} ({task['log_loss_learning_rate']} with log-loss), "
        f"seed {task['seed']}"
    )
    report.print_contenders(description)
    report.print_note(NOTE)


def compare(chosen, libraries):
    """Whether those who compute the same had the same weights."""
    setting = contenders.Setting(*libraries, chosen.threads)
    data = images.load(chosen.data)
    description = describe(chosen, setting, data)
    print_head(description)
    results = [compare_batch(batch, data, setting, chosen) for batch in chosen.batch]
    if chosen.json:
        report.write_json(chosen.json, description, results)
    return all(result["same"] for result in results)
