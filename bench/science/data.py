# SPDX-License-Identifier: BSD-3-Clause
"""Reads the three collections of problems, each from a folder. What is wrong with a file is said with
its path and line."""

import csv
import dataclasses
import os

import numpy


class Unreadable(Exception):
    """A folder or file that is not there, or not what it should be."""


@dataclasses.dataclass(frozen=True)
class Rows:
    """Features and targets, one row an example."""

    X: numpy.ndarray
    Y: numpy.ndarray

    def take(self, rows):
        return Rows(numpy.ascontiguousarray(self.X[rows]), numpy.ascontiguousarray(self.Y[rows]))


def check_folder(path):
    if not os.path.isdir(path):
        raise Unreadable(f"{path}: no such folder")


def read_lines(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read().splitlines()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: not a text of ASCII characters") from error


def parse_numbers(path, line, fields, parse=float):
    try:
        numbers = [parse(field) for field in fields]
    except ValueError as error:
        raise Unreadable(f"{path}, line {line}: {error}") from error
    if not numpy.isfinite(numbers).all():
        raise Unreadable(f"{path}, line {line}: a number that is not finite")
    return numbers


def parse_matrix(path, rows, columns, first_line=1, separator=None):
    """A matrix of the rows that are not empty, all of them so many columns wide."""
    matrix = []
    for line, row in enumerate(rows, first_line):
        fields = row.split(separator)
        if not fields:
            continue
        if len(fields) != columns:
            raise Unreadable(f"{path}, line {line}: {len(fields)} numbers, expected {columns}")
        matrix.append(parse_numbers(path, line, fields))
    if not matrix:
        raise Unreadable(f"{path}: no rows")
    return numpy.array(matrix)


def parse_count(text):
    """A whole number from 0."""
    if not text.strip().isdecimal():
        raise ValueError(f"no count: '{text}'")
    return int(text)


# ---- PROBEN1: a header, then training, validation and test examples --------------------------------

INPUT_KEYS, OUTPUT_KEYS = ("bool_in", "real_in"), ("bool_out", "real_out")
PARTS = ("training", "validation", "test")
HEADER_KEYS = (*INPUT_KEYS, *OUTPUT_KEYS, *(f"{part}_examples" for part in PARTS))


def parse_header(path, lines):
    header = {}
    for line, text in enumerate(lines[: len(HEADER_KEYS)], 1):
        key, _, value = text.partition("=")
        if key.strip() not in HEADER_KEYS:
            raise Unreadable(f"{path}, line {line}: '{text}', expected one of {', '.join(HEADER_KEYS)}")
        header[key.strip()] = parse_numbers(path, line, [value], parse_count)[0]
    missing = [key for key in HEADER_KEYS if key not in header]
    if missing:
        raise Unreadable(f"{path}: no {missing[0]} in its header")
    return header


def read_proben1(folder, name):
    """The training, validation and test examples of folder/name.dt."""
    path = os.path.join(folder, f"{name}.dt")
    lines = read_lines(path)
    header = parse_header(path, lines)
    inputs, outputs = (sum(header[key] for key in keys) for keys in (INPUT_KEYS, OUTPUT_KEYS))
    first = len(HEADER_KEYS)
    table = parse_matrix(path, lines[first:], inputs + outputs, first + 1)
    counts = [header[f"{part}_examples"] for part in PARTS]
    if len(table) != sum(counts):
        raise Unreadable(f"{path}: {len(table)} examples, expected {sum(counts)} by its header")
    if 0 in counts:
        raise Unreadable(f"{path}: no {PARTS[counts.index(0)]} examples by its header")
    ends = numpy.cumsum(counts)
    rows = Rows(table[:, :inputs], table[:, inputs:])
    return [rows.take(slice(end - count, end)) for end, count in zip(ends, counts)]


# ---- NNbenchmark: problems.csv, published.csv and a table a problem --------------------------------


@dataclasses.dataclass(frozen=True)
class Function:
    """A function that a network of so many hidden units approximates."""

    name: str
    inputs: int
    hidden: int
    rows: Rows


@dataclasses.dataclass(frozen=True)
class Published:
    """What an algorithm reached in ten runs."""

    algorithm: str
    seconds: float
    best: float
    median: float


def read_records(path, columns):
    """The lines of a CSV file as dictionaries, which have these columns, and their numbers."""
    reader = csv.DictReader(read_lines(path))
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise Unreadable(f"{path}: no column {missing[0]}")
    records = list(reader)
    for line, record in enumerate(records, 2):
        if any(record[column] is None for column in columns):
            raise Unreadable(f"{path}, line {line}: fewer fields than its header")
    return list(enumerate(records, 2))


def read_function(folder, name, inputs, hidden):
    path = os.path.join(folder, f"{name}.csv")
    table = parse_matrix(path, read_lines(path)[1:], inputs + 1, 2, ",")
    return Function(name, inputs, hidden, Rows(table[:, :inputs].copy(), table[:, inputs:].copy()))


def list_functions(folder):
    """Inputs and hidden units of each problem by name."""
    path = os.path.join(folder, "problems.csv")
    found = {}
    for line, record in read_records(path, ("problem", "inputs", "hidden")):
        sizes = parse_numbers(path, line, [record["inputs"], record["hidden"]], parse_count)
        if 0 in sizes:
            raise Unreadable(f"{path}, line {line}: a size of 0")
        found[record["problem"]] = sizes
    return found


def has_function(folder, name):
    return os.path.exists(os.path.join(folder, f"{name}.csv"))


def read_published(folder):
    """What was published of each problem, the smallest median first."""
    path = os.path.join(folder, "published.csv")
    numbers = ("seconds_mean", "rmse_best", "rmse_median")
    found = {}
    for line, record in read_records(path, ("problem", "algorithm", *numbers)):
        values = parse_numbers(path, line, [record[key] for key in numbers])
        found.setdefault(record["problem"], []).append(Published(record["algorithm"], *values))
    return {name: sorted(those, key=lambda one: one.median) for name, those in found.items()}


# ---- UCI: a table, the columns of features and target, and the rows of each split -------------------


def read_indices(path, count):
    """Whole numbers under count, one a line."""
    lines = [line for line in read_lines(path) if line.strip()]
    indices = []
    for line, text in enumerate(lines, 1):
        # Written as a real number in some copies.
        index = parse_numbers(path, line, [text])[0]
        if index != int(index) or not 0 <= index < count:
            raise Unreadable(f"{path}, line {line}: {text.strip()} is none of 0 to {count - 1}")
        indices.append(int(index))
    if not indices:
        raise Unreadable(f"{path}: no rows")
    return indices


def read_table(folder):
    path = os.path.join(folder, "data.txt")
    lines = read_lines(path)
    columns = len(lines[0].split()) if lines else 0
    table = parse_matrix(path, lines, columns)
    features = read_indices(os.path.join(folder, "index_features.txt"), columns)
    target = read_indices(os.path.join(folder, "index_target.txt"), columns)
    return Rows(table[:, features], table[:, target])


def count_splits(folder):
    count = 0
    while os.path.exists(os.path.join(folder, f"index_train_{count}.txt")):
        count += 1
    if not count:
        raise Unreadable(f"{os.path.join(folder, 'index_train_0.txt')}: no such file")
    return count


def read_split(folder, table, split):
    """Rows to learn from, and rows to test on."""
    parts = []
    for part in ("train", "test"):
        path = os.path.join(folder, f"index_{part}_{split}.txt")
        parts.append(read_indices(path, len(table.X)))
    if set(parts[0]) & set(parts[1]):
        raise Unreadable(f"{path}: a row that is one of those to learn from too")
    return [table.take(part) for part in parts]


def list_tables(folder):
    """The folders in it that hold a table."""
    check_folder(folder)
    names = sorted(os.listdir(folder))
    return [name for name in names if os.path.exists(os.path.join(folder, name, "data.txt"))]
