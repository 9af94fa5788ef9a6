# SPDX-License-Identifier: BSD-3-Clause
"""Writes the tables as CSV files into a cache: from scikit-learn, from R's packages, from a package of
npm. A missing value is an empty field, and a row without its target is left out."""

import csv
import io
import json
import os
import subprocess
import tarfile

import catalogue

GENERATED = {
    "make_circles": {"n_samples": 1000, "noise": 0.15, "factor": 0.5, "random_state": 1},
    "make_friedman1": {"n_samples": 500, "noise": 1.0, "random_state": 1},
}


class Missing(Exception):
    """A package that is not installed, or a program that failed."""


def run(*command):
    try:
        process = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise Missing(f"{error.filename} is not installed") from error
    if process.returncode != 0:
        raise Missing(f"{command[0]}: {process.stderr.strip()}")


def read_scikit_learn(table, _):
    try:
        from sklearn import datasets
    except ImportError as error:
        raise Missing(str(error)) from error
    load = getattr(datasets, table.item)
    if table.item in GENERATED:
        X, y = load(**GENERATED[table.item])
        names = [f"x{number}" for number in range(1, X.shape[1] + 1)]
    else:
        data = load()
        X, y = data.data, data.target
        names = list(map(str, data.feature_names))
        if table.has_classes:
            y = data.target_names[y]
    rows = [[*map(repr, row), str(label)] for row, label in zip(X.tolist(), y.tolist())]
    return [*names, table.target], rows


def read_csv(text):
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


def read_r(table, cache):
    package, name = table.item.split("::")
    path = os.path.join(cache, f"{table.name}.r.csv")
    script = (
        "a <- commandArgs(TRUE); e <- new.env(); data(list = a[2], package = a[1], envir = e);"
        "write.csv(as.data.frame(e[[a[2]]]), a[3], row.names = FALSE, na = '', quote = TRUE)"
    )
    run("Rscript", "--vanilla", "-e", f"suppressWarnings({{{script}}})", package, name, path)
    with open(path, encoding="utf-8", newline="") as file:
        content = read_csv(file.read())
    os.remove(path)
    return content


def format_value(value):
    """A value of JSON as a field."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def read_vega(table, cache):
    archive = os.path.join(cache, catalogue.VEGA.replace("@", "-") + ".tgz")
    if not os.path.exists(archive):
        run("npm", "pack", catalogue.VEGA, "--pack-destination", cache)
    with tarfile.open(archive) as package:
        text = package.extractfile(f"package/data/{table.item}").read().decode("utf-8")
    if table.item.endswith(".csv"):
        return read_csv(text)
    records = json.loads(text)
    names = list(records[0])
    return names, [[format_value(record.get(name)) for name in names] for record in records]


READERS = {"scikit-learn": read_scikit_learn, "R": read_r, "vega": read_vega}


def write_table(path, names, rows):
    """The whole file or none."""
    unfinished = f"{path}.unfinished"
    with open(unfinished, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    os.replace(unfinished, path)


def find_table(table, cache):
    """The path of its CSV file, which is written if it is not there yet."""
    os.makedirs(cache, exist_ok=True)
    path = os.path.join(cache, f"{table.name}.csv")
    if not os.path.exists(path):
        names, rows = READERS[table.origin](table, cache)
        target = names.index(table.target)
        write_table(path, names, [row for row in rows if row[target] != ""])
    return path
