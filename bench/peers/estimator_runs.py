# SPDX-License-Identifier: BSD-3-Clause
"""Fits of the estimators, of the library alone and of scikit-learn, seed by seed in turns."""

import statistics
import time
import warnings

import nnblas
import numpy
import sklearn
import threadpoolctl
from sklearn import datasets, neural_network
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import contenders
import images
import machine
import report

NOTE = """
Milliseconds of fit, medians over the seeds; each seed is another split and other weights, and
everybody has the same. "library" is nnblas.Trainer.fit on arrays that are ready, with the settings and
the first weights of the estimator: both end with the same weights. scikit-learn has one thread or all
of them, whichever was faster; the library chooses by itself. The scores are the accuracy or R2 on a
quarter of the rows, medians; features are standardised."""
HEADINGS = [
    "solver",
    "library",
    "estimator",
    "/ lib",
    "scikit-learn",
    "/ est",
    "score",
    "its score",
]
REGRESSION_SHAPE = (20000, 8)
FASHION_EPOCHS = 5


def load(name, directory):
    """X and y."""
    if name == "fashion":
        train, _ = images.load(directory)
        return train.X, train.classes
    if name != "regression":
        return getattr(datasets, f"load_{name}")(return_X_y=True)
    random = numpy.random.default_rng(1)
    X = random.standard_normal(REGRESSION_SHAPE)
    noise = 0.1 * random.standard_normal(len(X))
    return X, numpy.sin(X[:, 0]) + X[:, 1] * X[:, 2] + 0.5 * X[:, 3] + noise


def take_time(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


class Run:
    """One data set, one solver, one seed."""

    def __init__(self, name, solver, seed, data):
        X, y = data
        self.is_regression = name == "regression"
        parts = train_test_split(
            X, y, random_state=seed, stratify=None if self.is_regression else y
        )
        X_train, X_test, self.y, self.y_test = parts
        scaler = StandardScaler().fit(X_train)
        self.X, self.X_test = scaler.transform(X_train), scaler.transform(X_test)
        self.parameters = {"solver": solver, "random_state": seed}
        if solver == "sgd":
            self.parameters["learning_rate_init"] = 0.1
        if name == "fashion":
            self.parameters["max_iter"] = FASHION_EPOCHS
        self.is_long = name == "fashion"

    def make(self, module):
        name = "MLPRegressor" if self.is_regression else "MLPClassifier"
        return getattr(module, name)(**self.parameters)

    def time_estimator(self, module):
        estimator = self.make(module)
        seconds = take_time(lambda: estimator.fit(self.X, self.y))
        return seconds, estimator

    def time_library(self, same_as):
        """What the estimator gives to the library, caught on its way and run again from the first
        weights."""
        caught = {}
        fit = nnblas.Trainer.fit

        def catch(trainer, *arguments, **options):
            caught.update(trainer=trainer, arguments=arguments, options=options)
            caught["first"] = trainer.net.parameters.copy()
            return nnblas.Status.STOPPED_COST

        nnblas.Trainer.fit = catch
        try:
            self.make(nnblas).fit(self.X, self.y)
        finally:
            nnblas.Trainer.fit = fit
        trainer = caught["trainer"]
        trainer.net.parameters[:] = caught["first"]
        seconds = take_time(lambda: trainer.fit(*caught["arguments"], **caught["options"]))
        end = numpy.concatenate([W.ravel() for W in same_as.coefs_])
        own = [trainer.net.weights(layer).ravel() for layer in range(1, same_as.n_layers_)]
        return seconds, bool((numpy.concatenate(own) == end).all())

    def measure(self, threads):
        estimator_seconds, estimator = self.time_estimator(nnblas)
        library_seconds, is_same = self.time_library(estimator)
        result = {
            "library": library_seconds,
            "estimator": estimator_seconds,
            "score": estimator.score(self.X_test, self.y_test),
            "epochs": estimator.n_iter_,
            "same": is_same,
        }
        if self.is_long:
            return result
        for count in sorted({1, threads}):
            with threadpoolctl.threadpool_limits(count):
                seconds, peer = self.time_estimator(neural_network)
            result[f"sklearn_{count}"] = seconds
        result["sklearn_score"] = peer.score(self.X_test, self.y_test)
        result["sklearn_epochs"] = peer.n_iter_
        return result


def get_median(results, key):
    return statistics.median(result[key] for result in results)


def summarize(results, threads):
    summary = {key: get_median(results, key) for key in results[0]}
    peers = [summary[f"sklearn_{count}"] for count in {1, threads} if f"sklearn_{count}" in summary]
    if peers:
        summary["sklearn"] = min(peers)
    summary["same"] = all(result["same"] for result in results)
    return summary


def print_summary(name, solver, summary):
    library, estimator = summary["library"], summary["estimator"]
    cells = [solver, f"{library * 1e3:.2f}", f"{estimator * 1e3:.2f}"]
    cells += [report.format_ratio(estimator / library)]
    if "sklearn" in summary:
        cells += [
            f"{summary['sklearn'] * 1e3:.2f}",
            report.format_ratio(summary["sklearn"] / estimator),
        ]
        cells += [f"{summary['score']:.4f}", f"{summary['sklearn_score']:.4f}"]
    else:
        cells += ["-", "-", f"{summary['score']:.4f}", "-"]
    report.print_row(name, cells, HEADINGS)


def compare(chosen, libraries):
    """Whether the estimators and the library alone had the same weights."""
    warnings.simplefilter("ignore")  # of trainings that have not converged
    setting = contenders.Setting(*libraries, chosen.threads)
    description = machine.describe(setting)
    description["scikit-learn"] = sklearn.__version__
    report.print_machine(description)
    print(f"{'peer':10} scikit-learn {sklearn.__version__}, NumPy {numpy.__version__}")
    report.print_note(NOTE)
    report.print_row("data", HEADINGS, HEADINGS)
    described = []
    for name in chosen.data:
        data = load(name, chosen.images)
        for solver in chosen.solver:
            Run(name, solver, chosen.seeds, data).measure(chosen.threads)  # to warm up
            runs = (Run(name, solver, seed, data) for seed in range(chosen.seeds))
            summary = summarize([run.measure(chosen.threads) for run in runs], chosen.threads)
            print_summary(name, solver, summary)
            described.append({"data": name, "solver": solver, **summary})
    if chosen.json:
        report.write_json(chosen.json, description, described)
    return all(one["same"] for one in described)
