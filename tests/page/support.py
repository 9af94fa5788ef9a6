# SPDX-License-Identifier: BSD-3-Clause
"""What the checks of the page share: the command, pages of several networks, "ok" and "not ok"."""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import webdriver

failures = 0


def check(is_good, what):
    global failures
    print("ok     " if is_good else "not ok ", what, flush=True)
    failures += not is_good


def conclude():
    print(failures, "not ok")
    sys.exit(failures > 0)


def skip_without_browser(what):
    missing = webdriver.find_missing()
    if missing:
        print(f"skipped: {what} (needs {' '.join(missing)})")
        sys.exit(77)


def write_table(path, header, rows):
    lines = [",".join(map(str, row)) for row in [header, *rows]]
    path.write_text("\n".join(lines) + "\n")


def make_rows(count, columns):
    numbers = random.Random(7)
    return [[round(numbers.uniform(-2, 2), 3) for _ in range(columns)] for _ in range(count)]


class Pages:
    """Pages in a folder of their own: of the flowers, and of models of nnblas train."""

    def __init__(self, nnblas):
        self.nnblas = pathlib.Path(nnblas).resolve()
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def run(self, *arguments):
        environment = {**os.environ, "NNBLAS_KEEP_CORETYPE": "1"}
        return subprocess.run([self.nnblas, *map(str, arguments)], check=True, text=True,
                              stdout=subprocess.PIPE, env=environment).stdout

    def explain(self, name, *arguments):
        page = self.path / f"{name}.html"
        self.run("explain", "--html", page, *arguments)
        return page

    def make_iris(self):
        return self.explain("iris")

    def make_model(self, name, table, *options, explained=()):
        model = self.path / name
        self.run("train", table, "--epochs", 5, "--quiet", "--output", model, *options)
        return self.explain(name, model, table, *explained)

    def make_classes(self):
        table = self.path / "iris.csv"
        table.write_text(self.run("iris", "--part", "train"))
        return self.make_model("classes", table, "--target", "species", "--hidden", 5)

    def make_deep(self):
        table = self.path / "deep.csv"
        rows = [[*row, round(row[0] * row[1] - row[2], 3)] for row in make_rows(60, 3)]
        write_table(table, ["a", "b", "c", "y"], rows)
        return self.make_model("deep", table, "--target", "y", "--hidden", "7,5,4", "--activation", "relu")

    def make_labels(self):
        table = self.path / "labels.csv"
        rows = [[*row, int(row[0] > 0), int(row[1] > row[2])] for row in make_rows(60, 3)]
        write_table(table, ["a", "b", "c", "p", "q"], rows)
        return self.make_model("labels", table, "--target", "p,q", "--hidden", 4,
                               "--activation", "sigmoid")

    def make_linear(self):
        table = self.path / "linear.csv"
        rows = [[a, b, round(a - b, 3)] for a, b in make_rows(30, 2)]
        write_table(table, ['"a</script><b>&amp;"', "b", "y"], rows)
        return self.make_model("linear", table, "--target", "y", "--hidden", 0)

    def make_large(self):
        table = self.path / "large.csv"
        write_table(table, [f"column {i}" for i in range(40)], make_rows(40, 40))
        return self.make_model("large", table, "--target", 40, "--hidden", 200)

    def make_ensemble(self):
        table = self.path / "products.csv"
        rows = [[a, b, round(a * b, 3)] for a, b in make_rows(30, 2)]
        write_table(table, ["a", "b", "y"], rows)
        return self.make_model("ensemble", table, "--target", "y", "--hidden", 3, "--ensemble", 3,
                               explained=["--member", 2])

    def make_weighted(self):
        """20 rows, all shown, so that the cost of the page is that of the training."""
        table = self.path / "weighted.csv"
        rows = [[a, b, "yes" if a > b else "no", 1 + i % 4] for i, (a, b) in enumerate(make_rows(20, 2))]
        write_table(table, ["a", "b", "y", "w"], rows)
        return self.make_model("weighted", table, "--target", "y", "--weight", "w", "--hidden", 3,
                               "--class-weights", "yes=2.5", "--json", self.path / "weighted.json")

    def make_all(self):
        return {"the flowers": self.make_iris(), "classes": self.make_classes(),
                "a deep network": self.make_deep(), "labels": self.make_labels(),
                "a network without hidden layers": self.make_linear(),
                "a large network": self.make_large(), "an ensemble": self.make_ensemble(),
                "weighted rows": self.make_weighted()}


def read_data(page):
    """The data that the command wrote into the page."""
    found = re.search(r'<script type="application/json" id="data">\n(.*?)</script>', page.read_text(),
                      re.DOTALL)
    return json.loads(found[1])
