#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks compare.py on two tables that scikit-learn generates, two splits each: its exit status, its JSON,
that scikit-learn's results are kept, what it refuses. Prints "ok" or "not ok" and what was checked.

usage: check_compare.py NNBLAS
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
TASKS = {"circles": "classes", "friedman1": "numbers"}
LEAST_SCORES = {"circles": 0.9, "friedman1": 0.8}
failures = 0


def report(ok, description):
    global failures
    failures += not ok
    print(f"{'ok     ' if ok else 'not ok '} {description}", flush=True)


def run(*arguments):
    command = [sys.executable, os.path.join(HERE, "compare.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def check_side(name, side, who):
    scores = side["scores"]
    report(len(scores) == 2 and len(set(scores)) == 2, f"{name}: {who} has the scores of two splits")
    report(LEAST_SCORES[name] < side["score"] <= 1.0, f"  and a mean of {side['score']:.4f}")
    report(0.0 < side["seconds"] < 100.0, f"  in {side['seconds']:.3f} s of processor time")


def check_results(content):
    tables = content["tables"]
    report([table["name"] for table in tables] == list(TASKS), "the tables that were named")
    for table in tables:
        name = table["name"]
        report(table["task"] == TASKS[name], f"{name} has {TASKS[name]}")
        report((table["rows"], table["columns"]) in ((1000, 2), (500, 10)), "  its rows and columns")
        for who in ("nnblas", "scikit_learn"):
            check_side(name, table[who], who)
    check_summary(tables, content["summary"]["all"])
    report(content["summary"]["apart"]["tables"] == 1, "one of them was kept apart")


def check_summary(tables, summary):
    gains = [table["nnblas"]["score"] - table["scikit_learn"]["score"] for table in tables]
    report(abs(summary["median_difference"] - sum(gains) / 2.0) < 1e-12, "the median difference")
    report(summary["worst_difference"] == min(gains), "  the worst")
    report(summary["worst_table"] == tables[gains.index(min(gains))]["name"], "  and where")
    own, other = (sum(table[who]["seconds"] for table in tables) for who in ("nnblas", "scikit_learn"))
    report(abs(summary["ratio_of_all_seconds"] - own / other) < 1e-12, "the ratio of processor times")


def check_runs(nnblas, folder):
    path = os.path.join(folder, "results.json")
    options = ["--nnblas", nnblas, "--cache", folder, "--splits", "2", "--json", path, *TASKS]
    process = run(*options)
    report(process.returncode == 0, "two tables are compared")
    if process.returncode != 0:
        print(process.stdout, process.stderr)
        return
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    check_results(content)
    report("friedman1" in process.stdout and "all tables (2)" in process.stdout, "and printed")
    run(*options)
    with open(path, encoding="utf-8") as file:
        again = json.load(file)
    kept = [[table["scikit_learn"] for table in one["tables"]] for one in (content, again)]
    report(kept[0] == kept[1], "scikit-learn's results are kept, seconds too")


def check_refusals(folder):
    process = run("nonsense")
    report(process.returncode == 2 and "no table nonsense" in process.stderr, "an unknown table is refused")
    process = run("--nnblas", "/bin/false", "--cache", folder, "--alone", "--splits", "1", "circles")
    report(process.returncode == 1, "a training that fails is a failure")
    process = run("--list")
    report(len(process.stdout.splitlines()) == 31, "thirty tables are listed")


def main():
    if not all(map(importlib.util.find_spec, ("numpy", "sklearn"))):
        print("skipped: scikit-learn is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        check_runs(sys.argv[1], folder)
        check_refusals(folder)
    print(f"{failures} not ok")
    return 1 if failures else 0


sys.exit(main())
