#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains on scikit-learn's small data sets by nnblas train and by scikit-learn's MLPClassifier, on
the same splits, and tests on the rows that were held back.

Both with their default settings. "scaled" is MLPClassifier behind a StandardScaler, which nnblas
train has built in. Seconds: of the whole command, from start to end, and of fit() alone.
"""

import argparse
import csv
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LOADERS = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast cancer": datasets.load_breast_cancer,
    "digits": datasets.load_digits,
}
TEST_SHARE = 0.25


class Split:
    """A data set cut in two by a seed, with as many rows of each class in both as can be."""

    def __init__(self, data, seed):
        self.features = [str(name) for name in data.feature_names]
        parts = train_test_split(
            data.data, data.target, test_size=TEST_SHARE, random_state=seed, stratify=data.target
        )
        self.train_X, self.test_X, self.train_y, self.test_y = parts

    def write_tables(self, folder):
        self.write_table(folder / "train.csv", self.train_X, self.train_y)
        self.write_table(folder / "test.csv", self.test_X, self.test_y)

    def write_table(self, path, X, y):
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(self.features + ["target"])
            writer.writerows([*map(repr, row), label] for row, label in zip(X.tolist(), y))


def run_nnblas(split, seed, options):
    """The accuracy on the rows held back, and the seconds of the training command."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        split.write_tables(folder)
        model = folder / "model.safetensors"
        train = [options.nnblas, "train", folder / "train.csv", "--target", "target", "--quiet"]
        train += ["--seed", str(seed), "--output", model, *options.arguments]
        start = time.perf_counter()
        subprocess.run(train, check=True)
        seconds = time.perf_counter() - start
        evaluate = [options.nnblas, "evaluate", model, folder / "test.csv"]
        page = subprocess.run(evaluate, check=True, capture_output=True, text=True).stdout
    line = re.search(r"^accuracy (\S+) mse \S+ rows (\d+)\n\Z", page, re.MULTILINE)
    assert int(line[2]) == len(split.test_y)
    return float(line[1]), seconds


def run_classifier(split, classifier):
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(split.train_X, split.train_y)
    seconds = time.perf_counter() - start
    return classifier.score(split.test_X, split.test_y), seconds


def run_plain(split, seed, _):
    return run_classifier(split, MLPClassifier(random_state=seed))


def run_scaled(split, seed, _):
    return run_classifier(
        split, make_pipeline(StandardScaler(), MLPClassifier(random_state=seed))
    )


def parse_seeds(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seeds", type=parse_seeds, default=range(1, 6), help="FIRST-LAST (default 1-5)"
    )
    parser.add_argument(
        "--nnblas", default=ROOT / "build/demo/tools/nnblas", help="the command (default %(default)s)"
    )
    parser.add_argument("--alone", action="store_true", help="without scikit-learn's networks")
    parser.add_argument(
        "arguments", nargs="*", help="of nnblas train, behind --, in place of its defaults"
    )
    return parser.parse_args()


def main():
    options = parse_options()
    runners = {"nnblas": run_nnblas}
    if not options.alone:
        runners |= {"MLPClassifier": run_plain, "scaled": run_scaled}
    print(f"medians of seeds {options.seeds[0]}-{options.seeds[-1]}; accuracy, seconds")
    print(f"{'':16}" + "".join(f"{name:>20}" for name in runners), flush=True)
    for name, load in LOADERS.items():
        outcomes = {runner: [] for runner in runners}
        for seed in options.seeds:
            split = Split(load(), seed)
            for runner, run in runners.items():
                outcomes[runner].append(run(split, seed, options))
        cells = ""
        for results in outcomes.values():
            accuracy, seconds = (statistics.median(column) for column in zip(*results))
            cells += f"{accuracy:12.4f}{seconds:8.3f}"
        print(f"{name:16}{cells}", flush=True)


main()
