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
images is taken after each epoch, beside the clock; who has reached the wanted one stops. A peer has
one thread or all of them, whichever trained faster on the first rows; the library chooses by
itself."""
SUMMARY_HEADINGS = ["threads", "epochs", "seconds", "/ lib", "s/epoch", "/ lib", "accuracy", ""]
TRIAL_BATCHES = 32
TRIAL_EPOCHS = 4
# The largest difference of a weight after the same steps, relative to the largest weight. Rounding
# grows with the steps: 2e-8 was seen after 900 of them, 1e-14 after 30.
TOLERANCE = 1e-10


class Run:
    """One learner with so many threads, and how it went so far."""

    def __init__(self, learner, threads, setting):
        self.learner = learner
        self.threads = threads
        self.setting = setting
        self.seconds = []
        self.accuracies = []

    def has_reached(self, accuracy):
        return bool(self.accuracies) and self.accuracies[-1] >= accuracy

    def train(self, seed):
        self.setting.use_threads(self.threads)
        time.sleep(clock.CALM_SECONDS)
        start = time.perf_counter()
        self.learner.train(seed)
        self.seconds.append(time.perf_counter() - start)

    def measure_accuracy(self, test):
        self.accuracies.append(self.learner.measure_accuracy(test))

    def describe(self, accuracy):
        return {
            "threads": self.threads,
            "reached": self.has_reached(accuracy),
            "epochs": len(self.seconds),
            "seconds": sum(self.seconds),
            "median_epoch_seconds": statistics.median(self.seconds),
            "accuracy": self.accuracies[-1],
            "epoch_seconds": self.seconds,
            "epoch_accuracies": self.accuracies,
        }


def try_threads(learner, threads, setting):
    """Seconds of an epoch on the first rows."""
    run = Run(learner, threads, setting)
    for seed in range(TRIAL_EPOCHS):
        run.train(seed)
    return statistics.median(run.seconds)


def choose_threads(learner, setting):
    counts = {setting.threads} if learner.chooses_threads else {1, setting.threads}
    return min(sorted(counts), key=lambda count: try_threads(learner, count, setting))


def format_turn(run, epoch):
    if len(run.seconds) < epoch:
        return ""
    return f"{run.accuracies[-1]:.4f} {run.seconds[-1]:5.2f} s"


def train_epoch(runs, epoch, test, chosen):
    for run in runs:
        if not run.has_reached(chosen.accuracy):
            run.train(chosen.seed + epoch)
            run.measure_accuracy(test)


def train_all(runs, test, chosen):
    headings = [f"{run.learner.name:>14}" for run in runs]
    report.print_row("accuracy, time of epoch", headings, headings)
    for epoch in range(1, chosen.epochs + 1):
        if all(run.has_reached(chosen.accuracy) for run in runs):
            break
        train_epoch(runs, epoch, test, chosen)
        report.print_row(epoch, [format_turn(run, epoch) for run in runs], headings)


def get_weights_difference(a, b):
    """The largest, relative to the largest weight of the matrix."""
    return max(
        float(abs(V - W).max() / abs(V).max())
        for V, W in zip(a.get_weights(), b.get_weights())
    )


def check_weights(task, setting):
    """The differences from the library of those who compute the same, after an epoch on the first
    rows, and whether they are small. Not (a > b), so that a NaN is found."""
    classes = [one for one in learners.list_installed(setting) if one.is_same]
    library, *others = [learner(task, setting) for learner in classes]
    library.train(0)
    differences, ok = {}, True
    for learner in others:
        learner.train(0)
        difference = get_weights_difference(library, learner)
        differences[learner.key] = None if math.isnan(difference) else difference
        if not difference <= TOLERANCE:
            ok = False
            options.warn(
                f"after the same steps, the weights of {learner.name} and of libnnblas differ by "
                f"{difference:.1e}, over {TOLERANCE:.0e}"
            )
    return differences, ok


def print_summary(runs, described):
    print()
    report.print_row("", SUMMARY_HEADINGS, SUMMARY_HEADINGS)
    library = described["library"]
    for run in runs:
        one = described[run.learner.key]
        cells = [one["threads"], one["epochs"]]
        for name in ("seconds", "median_epoch_seconds"):
            cells += [f"{one[name]:.3f}", report.format_ratio(one[name] / library[name])]
        cells += [f"{one['accuracy']:.4f}", "" if one["reached"] else "not reached"]
        report.print_row(run.learner.name, cells, SUMMARY_HEADINGS)
    print()


def make_runs(task, trial, setting):
    runs = []
    for learner in learners.list_installed(setting):
        tried = learner(trial, setting)
        threads = choose_threads(tried, setting)
        tried.close()
        runs.append(Run(learner(task, setting), threads, setting))
    return runs


def compare_batch(batch, data, setting, chosen):
    train, test = data
    trial = learners.Task(train.take_rows(TRIAL_BATCHES * batch), batch, chosen)
    differences, ok = check_weights(trial, setting)
    runs = make_runs(learners.Task(train, batch, chosen), trial, setting)
    print(f"Batches of {batch} rows, to an accuracy of {chosen.accuracy}\n")
    train_all(runs, test, chosen)
    described = {run.learner.key: run.describe(chosen.accuracy) for run in runs}
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
