# SPDX-License-Identifier: BSD-3-Clause
"""The two that are compared: each learns from the same rows with its defaults, predicts the same rows
that were held back, and says how much processor time the training took."""

import csv
import io
import os
import resource
import subprocess
import tempfile
import time
import warnings

import numpy
import sklearn
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import sources

TEST_SHARE = 0.25
VERSION = sklearn.__version__


class Failure(Exception):
    """What nnblas said when it refused a table."""


class Rows:
    """A table as the fields of its file."""

    def __init__(self, table, path):
        self.table = table
        with open(path, encoding="utf-8", newline="") as file:
            self.names, *self.rows = csv.reader(file)
        self.target = self.names.index(table.target)

    def split(self, seed):
        """Row numbers to learn from and to test on; each class in both in the same proportion."""
        labels = [row[self.target] for row in self.rows] if self.table.has_classes else None
        return train_test_split(
            range(len(self.rows)), test_size=TEST_SHARE, random_state=seed, stratify=labels
        )

    def get_targets(self, numbers):
        texts = [self.rows[number][self.target] for number in numbers]
        return texts if self.table.has_classes else list(map(float, texts))


def score(table, truth, prediction):
    """The accuracy of classes, the R2 of numbers."""
    if table.has_classes:
        return accuracy_score(truth, prediction)
    return r2_score(truth, list(map(float, prediction)))


# ---- nnblas ----------------------------------------------------------------------------------------


def measure_children():
    """The processor time of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_command(*command):
    """Its standard output, and the processor time that it took."""
    before = measure_children()
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode != 0:
        raise Failure(process.stderr.strip())
    return process.stdout, measure_children() - before


def run_nnblas(rows, seed, command, arguments):
    """The score, and the processor time of nnblas train, from its start to its end."""
    learnt, tested = rows.split(seed)
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("train.csv", "test.csv", "model")]
        for path, numbers in zip(files, (learnt, tested)):
            sources.write_table(path, rows.names, [rows.rows[number] for number in numbers])
        train = ["train", files[0], "--target", rows.table.target, "--quiet", "--output", files[2]]
        if rows.table.ignored:
            train += ["--ignore", ",".join(rows.table.ignored)]
        if rows.table.texts:
            train += ["--text", ",".join(rows.table.texts)]
        _, seconds = run_command(command, *train, "--seed", str(seed), *arguments)
        page, _ = run_command(command, "predict", files[2], files[1])
    predictions = [row["prediction"] for row in csv.DictReader(io.StringIO(page))]
    if len(predictions) != len(tested):
        raise Failure(f"predicted {len(predictions)} of {len(tested)} rows")
    return score(rows.table, rows.get_targets(tested), predictions), seconds


# ---- scikit-learn ----------------------------------------------------------------------------------


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def make_frame(rows):
    """The features as an array of objects, and which columns are numbers. A missing value is NaN."""
    left_out = {rows.table.target, *rows.table.ignored}
    columns, are_numbers = [], []
    for position, name in enumerate(rows.names):
        if name in left_out:
            continue
        fields = [row[position] for row in rows.rows]
        are_numbers.append(all(is_number(field) for field in fields if field))
        read = float if are_numbers[-1] else str
        columns.append([read(field) if field else numpy.nan for field in fields])
    return numpy.array(columns, dtype=object).T, are_numbers


def make_estimator(rows, are_numbers, seed):
    numbers = [i for i, is_one in enumerate(are_numbers) if is_one]
    texts = [i for i, is_one in enumerate(are_numbers) if not is_one]
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), numbers),
            ("texts", OneHotEncoder(handle_unknown="ignore"), texts),
        ]
    )
    if rows.table.has_classes:
        return make_pipeline(prepare, MLPClassifier(random_state=seed))
    regressor = TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler())
    return make_pipeline(prepare, regressor)


def run_scikit_learn(rows, seed):
    """The score, and the processor time of fit."""
    learnt, tested = rows.split(seed)
    X, are_numbers = make_frame(rows)
    estimator = make_estimator(rows, are_numbers, seed)
    y = rows.get_targets(learnt)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = time.process_time()
        estimator.fit(X[learnt], y)
        seconds = time.process_time() - start
    return score(rows.table, rows.get_targets(tested), estimator.predict(X[tested])), seconds
