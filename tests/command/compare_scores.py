#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The measures of nnblas evaluate are those of scikit-learn, to 1e-12.

usage: compare_scores.py NNBLAS, in an empty folder
"""
import csv
import json
import random
import subprocess
import sys

import numpy as np
from sklearn import metrics

NNBLAS = sys.argv[1]
failures = 0


def run(*arguments):
    result = subprocess.run([NNBLAS, *arguments], stdout=subprocess.PIPE, check=True, text=True)
    return result.stdout


def check(name, value, expected):
    """Compares to 1e-12 of the expected value, or of 1 where that is less."""
    global failures
    is_right = value is not None and abs(value - expected) <= 1e-12 * max(1, abs(expected))
    print(f"{'ok    ' if is_right else 'not ok'}  {name}: {value} {expected}")
    failures += not is_right


def write_table(name, header, rows):
    with open(name, "w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def read_predictions(model, data):
    return list(csv.DictReader(run("predict", model, data).splitlines()))


def evaluate(model, data, weights):
    arguments = ["--weight", "weight"] if weights is not None else []
    return json.loads(run("evaluate", model, data, "--json", "-", *arguments))


def compare_classes(classes, weights):
    """Rows of overlapping classes; the last one is never predicted or has few rows."""
    draw = random.Random(classes)
    rows = []
    for _ in range(600):
        k = min(int(draw.expovariate(1.2)), classes - 1)
        rows.append([k + draw.gauss(0, 1.2), round(draw.random(), 1), draw.choice([0, 0.5, 1, 3.25]), f"c{k}"])
    write_table("classes.csv", ["a", "b", "weight", "class"], rows)
    run("train", "classes.csv", "--target", "class", "--ignore", "weight", "--epochs", "5", "--quiet",
        "--output", "classes.model")
    w = np.array([row[2] for row in rows]) if weights else None
    found = evaluate("classes.model", "classes.csv", w)
    y = [row[3] for row in rows]
    predicted = read_predictions("classes.model", "classes.csv")
    names = sorted(set(y))
    p = np.array([[float(row[name]) for name in names] for row in predicted])
    o = [row["prediction"] for row in predicted]
    name = f"{len(names)} classes{' with weights' if weights else ''}"
    binary = len(names) == 2
    auc = metrics.roc_auc_score(y, p[:, 1] if binary else p, multi_class="ovr", sample_weight=w)
    expected = {
        "accuracy": metrics.accuracy_score(y, o, sample_weight=w),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, o, sample_weight=w),
        "precision": metrics.precision_score(y, o, average="macro", zero_division=0, sample_weight=w),
        "recall": metrics.recall_score(y, o, average="macro", zero_division=0, sample_weight=w),
        "f1": metrics.f1_score(y, o, average="macro", zero_division=0, sample_weight=w),
        "auc": auc,
        "log_loss": metrics.log_loss(y, p, sample_weight=w),
        "mse": np.average(((p - np.array([[n == c for n in names] for c in y])) ** 2).sum(axis=1), weights=w) / 2,
    }
    for key, value in expected.items():
        check(f"{key} of {name}", found["measures"][key], value)
    matrix = metrics.confusion_matrix(y, o, sample_weight=w)
    check(f"the confusion matrix of {name}", np.abs(np.array(found["targets"][0]["confusion"]) - matrix).max(), 0)
    f1 = metrics.f1_score(y, o, average=None, zero_division=0, sample_weight=w)
    for entry, value in zip(found["targets"][0]["classes"], f1):
        check(f"f1 of {entry['name']} of {name}", entry["f1"] or 0, value)


def compare_numbers(scale, offset, weights):
    draw = random.Random(3)
    rows = []
    for _ in range(500):
        a, b = draw.random(), draw.random()
        rows.append([a, b, draw.choice([0, 0.5, 2]), offset + scale * (a - b * b), scale * a * b])
    write_table("numbers.csv", ["a", "b", "weight", "y", "z"], rows)
    run("train", "numbers.csv", "--target", "y,z", "--ignore", "weight", "--epochs", "5", "--quiet", "--numbers",
        "--output", "numbers.model")
    w = np.array([row[2] for row in rows]) if weights else None
    found = evaluate("numbers.model", "numbers.csv", w)
    predicted = read_predictions("numbers.model", "numbers.csv")
    name = f"numbers near {offset + scale:g}{' with weights' if weights else ''}"
    y = np.array([row[3:] for row in rows])
    o = np.array([[float(row["y"]), float(row["z"])] for row in predicted])
    squares = metrics.mean_squared_error(y, o, multioutput="raw_values", sample_weight=w)
    expected = {
        "r2": metrics.r2_score(y, o, sample_weight=w),
        "mae": metrics.mean_absolute_error(y, o, sample_weight=w),
        "rmse": np.sqrt(squares).mean(),
        "mse": squares.mean() / 2,
    }
    for key, value in expected.items():
        size = 1 if key == "r2" else value
        check(f"{key} of {name}", found["measures"][key] / size, value / size)
    for k in range(2):
        check(f"r2 of {found['targets'][k]['name']} of {name}", found["targets"][k]["measures"]["r2"],
              metrics.r2_score(y[:, k], o[:, k], sample_weight=w))


for weights in (False, True):
    for classes in (2, 3, 6):
        compare_classes(classes, weights)
    for scale, offset in ((1, 0), (1, 1000), (1e-6, 0), (1e120, 0)):
        compare_numbers(scale, offset, weights)
print(f"{failures} not ok")
sys.exit(failures > 0)
