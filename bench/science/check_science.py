#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks science.py on small files that are made up: what the readers make of them, what they refuse, the
tables and the JSON. Prints "ok" or "not ok" and what was checked.

usage: check_science.py BUILD
"""

import argparse
import contextlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
HEADER = """bool_in=1
real_in=1
bool_out=2
real_out=0
training_examples=4
validation_examples=2
test_examples=2
"""
EXAMPLES = ["0 0 1 0", "0 1 0 1", "1 0 0 1", "1 1 1 0"]
PROBEN1 = HEADER + "\n".join(2 * EXAMPLES) + "\n"
PROBLEMS = "problem,rows,inputs,hidden,parameters\nline,5,1,2,7\nabsent,5,1,2,7\n"
PUBLISHED = """problem,algorithm,seconds_mean,rmse_best,rmse_median
line,slow,2.5,0.5,0.75
line,good,0.5,0.125,0.25
absent,good,0.5,0.125,0.25
"""
FUNCTION = "x1,y\n0,1\n1,3\n2,5\n3,7\n4,9\n"
TABLE = "".join(f"{i} {i * i} {2 * i}\n" for i in range(6))
SPLIT = {"features": "0\n1\n", "target": "2\n", "train_0": "0\n1\n2.0\n5\n", "test_0": "3\n4\n"}
failures = 0


def report(ok, description):
    global failures
    failures += not ok
    print(f"{'ok     ' if ok else 'not ok '} {description}", flush=True)


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def write_all(folder):
    write(folder, "proben1/gate.dt", PROBEN1)
    write(folder, "nnbenchmark/problems.csv", PROBLEMS)
    write(folder, "nnbenchmark/published.csv", PUBLISHED)
    write(folder, "nnbenchmark/line.csv", FUNCTION)
    write(folder, "uci/squares/data.txt", TABLE)
    for name, text in SPLIT.items():
        write(folder, f"uci/squares/index_{name}.txt", text)


# ---- readers ----------------------------------------------------------------------------------------


def check_reading(data, folder):
    parts = data.read_proben1(f"{folder}/proben1", "gate")
    report([len(part.X) for part in parts] == [4, 2, 2], "proben1: the parts, by the header")
    validation = parts[1]
    report(validation.X.tolist() == [[0, 0], [0, 1]], "proben1: the inputs of the validation examples")
    report(validation.Y.tolist() == [[1, 0], [0, 1]], "proben1: and their outputs")
    functions = data.list_functions(f"{folder}/nnbenchmark")
    report(functions == {"line": [1, 2], "absent": [1, 2]}, "nnbenchmark: inputs and hidden units")
    rows = data.read_function(f"{folder}/nnbenchmark", "line", 1, 2).rows
    report(rows.X[:, 0].tolist() == [0, 1, 2, 3, 4], "nnbenchmark: the inputs of a function")
    report(rows.Y[:, 0].tolist() == [1, 3, 5, 7, 9], "nnbenchmark: and its values")
    best = data.read_published(f"{folder}/nnbenchmark")["line"][0]
    report((best.algorithm, best.median) == ("good", 0.25), "nnbenchmark: the least median is first")
    report(data.list_tables(f"{folder}/uci") == ["squares"], "uci: the tables")
    squares = f"{folder}/uci/squares"
    learnt, tested = data.read_split(squares, data.read_table(squares), 0)
    report(learnt.X.tolist() == [[0, 0], [1, 1], [2, 4], [5, 25]], "uci: the features to learn from")
    report(tested.Y.tolist() == [[6], [8]], "uci: the targets to test on")
    report(data.count_splits(squares) == 1, "uci: the splits")


# A file, its text, and words of the message.
BROKEN = (
    ("proben1/gate.dt", "bool_in=1\nsize=2\n", "line 2: 'size=2', expected one of bool_in"),
    ("proben1/gate.dt", PROBEN1.replace("real_in=1\n", ""), "line 7: '0 0 1 0', expected one of"),
    ("proben1/gate.dt", HEADER.replace("real_in=1", "bool_in=1"), "no real_in in its header"),
    ("proben1/gate.dt", HEADER.replace("=4", "=-4") + "0", "line 5: no count: '-4'"),
    ("proben1/gate.dt", HEADER + "0 1 1\n", "line 8: 3 numbers, expected 4"),
    ("proben1/gate.dt", PROBEN1.replace("0 1 0 1", "0 x 0 1"), "line 9: could not convert"),
    ("proben1/gate.dt", PROBEN1.replace("0 1 0 1", "0 inf 0 1"), "line 9: a number that is not finite"),
    ("proben1/gate.dt", PROBEN1 + "0 0 1 0\n", "9 examples, expected 8 by its header"),
    ("proben1/gate.dt", HEADER, "no rows"),
    ("proben1/gate.dt", "\u00e9", "not a text of ASCII characters"),
    ("nnbenchmark/problems.csv", "problem,inputs\n", "no column hidden"),
    ("nnbenchmark/problems.csv", "problem,inputs,hidden\nline,1\n", "line 2: fewer fields than its header"),
    ("nnbenchmark/problems.csv", "problem,inputs,hidden\nline,0,2\n", "line 2: a size of 0"),
    ("nnbenchmark/published.csv", PUBLISHED.replace("0.75", "low"), "line 2: could not convert"),
    ("nnbenchmark/line.csv", "x1,x2,y\n0,1,2\n", "line 2: 3 numbers, expected 2"),
    ("uci/squares/index_train_0.txt", "0\n6\n", "line 2: 6 is none of 0 to 5"),
    ("uci/squares/index_train_0.txt", "0.5\n", "line 1: 0.5 is none of 0 to 5"),
    ("uci/squares/index_train_0.txt", "3\n", "a row that is one of those to learn from too"),
    ("uci/squares/index_test_0.txt", "", "no rows"),
    ("uci/squares/data.txt", "1 2 3\n4 5\n", "line 2: 2 numbers, expected 3"),
)


def read_all(data, folder):
    data.read_proben1(f"{folder}/proben1", "gate")
    functions = data.list_functions(f"{folder}/nnbenchmark")
    data.read_published(f"{folder}/nnbenchmark")
    data.read_function(f"{folder}/nnbenchmark", "line", *functions["line"])
    squares = f"{folder}/uci/squares"
    data.read_split(squares, data.read_table(squares), 0)


def check_broken(data, folder):
    for name, text, words in BROKEN:
        write_all(folder)
        write(folder, name, text)
        try:
            read_all(data, folder)
            message = "nothing was refused"
        except data.Unreadable as error:
            message = str(error)
        ok = message.startswith(folder) and words in message
        report(ok, f"{name}: {words}" if ok else f"{name}: '{message}' lacks '{words}'")
    write_all(folder)


# ---- the program ------------------------------------------------------------------------------------


class Program:
    def __init__(self, build, work):
        self.build = build
        self.json = os.path.join(work, "results.json")

    def run(self, *arguments):
        command = [sys.executable, os.path.join(HERE, "science.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    def run_well(self, study, folder, *arguments):
        """What it printed, and the results of its JSON."""
        always = ["--build", self.build, "--threads", "1", "--alone", "--json", self.json]
        process = self.run(study, os.path.join(folder, study), *always, *arguments)
        report(process.returncode == 0, f"science.py {study} {' '.join(arguments)} exits 0")
        if process.returncode != 0:
            print(process.returncode, process.stdout, process.stderr)
            sys.exit(1)
        with open(self.json, encoding="utf-8") as file:
            return process, json.load(file)["results"]

    def refuses(self, status, words, *arguments):
        process = self.run(*arguments, "--build", self.build)
        good = process.returncode == status and words in process.stderr and "Traceback" not in process.stderr
        report(good, f"science.py {' '.join(arguments[:1])} exits {status}: {words}")
        if not good:
            print(process.returncode, process.stdout, process.stderr)


def check_proben1(program, folder):
    """The validation and test examples are among the training examples, so that their errors end at 0;
    a strong weight decay keeps both outputs equal and is not chosen."""
    process, results = program.run_well("proben1", folder, "--seeds", "2", "--hidden", "8", "--decay", "0", "--decay", "10")
    result = results[0]
    report(result["decay"] == 0.0, "proben1: the decay of the least validation cost is chosen")
    report(result["test_error"] == 0.0, "proben1: nothing is classified wrongly")
    report(result["published_error"] is None and result["reached"] is None, "proben1: nothing published")
    for text in ("processor", "core type", "threads"):
        report(text in process.stdout, f"proben1: prints {text}")


def check_uci(program, folder):
    process, results = program.run_well("uci", folder, "--splits", "3")
    result = results[0]
    report(result["problem"] == "squares" and result["rows"] == 4, "uci: the rows to learn from")
    report(result["five"]["error"] < 1.0, "uci: five networks learn a straight line")
    report(result["reached"] is None and "squares" in process.stdout, "uci: nothing published")


def check_nnbenchmark(program, folder):
    process, results = program.run_well("nnbenchmark", folder, "--seeds", "2")
    report([result["problem"] for result in results] == ["line"], "nnbenchmark: the problem that has a table")
    report("no table in" in process.stderr and "absent" in process.stderr, "nnbenchmark: says which has none")
    result = results[0]
    report(result["published_algorithm"] == "good" and result["reached"], "nnbenchmark: beside the best one")
    report(result["best"] <= result["median"] < 0.01, "nnbenchmark: a straight line is learnt")
    program.refuses(1, "no problem none", "nnbenchmark", f"{folder}/nnbenchmark", "--problem", "none")
    program.refuses(1, "/absent.csv: No such file", "nnbenchmark", f"{folder}/nnbenchmark", "--problem", "absent")


def check_derivatives(build, folder, study, derivatives):
    """In this process, on a network and rows that are small."""
    import native

    derivatives.ROWS, derivatives.SIZES, derivatives.BUDGET_SECONDS = 40, (3, 4, 2), 0.05
    derivatives.FIT_ROWS, derivatives.FIT_SIZES, derivatives.FIT_ITERATIONS = 30, (4, 2, 1), 5
    path = os.path.join(folder, "derivatives.json")
    chosen = argparse.Namespace(build=build, threads=1, alone=False, json=path, chart=None, seeds=2, first_seed=1)
    with contextlib.redirect_stdout(io.StringIO()) as page:
        derivatives.compare(chosen, native.open_package(chosen))
    with open(path, encoding="utf-8") as file:
        results = json.load(file)["results"]
    times = results["derivatives"]["seconds"]
    report(set(times) == {"predict", "input_jacobian", "gradient", "hessian_vector"}, "derivatives: what is timed")
    over = times["input_jacobian"] / (2 * times["predict"])
    report(results["derivatives"]["input_jacobian_ratio"] == over, "derivatives: a ratio over each output")
    has_rival = importlib.util.find_spec("scipy") and study.has_least_squares()
    report(("fits" in results) == bool(has_rival), "derivatives: SciPy where both can fit")
    rows = {line.split()[0] for line in page.getvalue().splitlines() if line.strip()}
    for name in ("input_jacobian", "hessian_vector", *(["median"] if has_rival else [])):
        report(name in rows, f"derivatives: the row {name}")
    if has_rival:
        check_fit(derivatives.Fit(1), derivatives.FIT_ITERATIONS)


def check_fit(fit, iterations):
    """The costs of both solvers are those of the network that they leave."""
    first = fit.net.evaluate(fit.X, fit.Y)
    cost = fit.run_library(0.0)
    report(cost < first and cost == fit.net.evaluate(fit.X, fit.Y), "derivatives: the library fits")
    report(fit.run_scipy(0.0, jac=fit.compute_jacobian) < first, "derivatives: SciPy fits, from the same weights")
    report(fit.run_scipy(1.1 * cost) == 1.1 * cost, "derivatives: and ends where the cost is reached")
    fit.net.parameters[:] = fit.first
    report(fit.run_library(0.9 * first) <= 0.9 * first, "derivatives: so does the library")
    report(fit.count_calls({"jac": None}) == iterations, "derivatives: calls with a Jacobian")
    report(fit.count_calls({}) == iterations * (1 + fit.first.size), "derivatives: and without one")


def check_refusals(program, folder):
    for study in ("proben1", "uci"):
        program.refuses(1, "/none: no such folder", study, f"{folder}/none")
        program.refuses(2, "no count", study, folder, "--threads", "0")
    program.refuses(1, "/none.dt: No such file", "proben1", f"{folder}/proben1", "--problem", "none")
    program.refuses(1, "no file NAME.dt", "proben1", f"{folder}/uci")
    program.refuses(1, "no folder in it has a data.txt", "uci", f"{folder}/proben1")
    program.refuses(1, "/none: no such folder", "uci", f"{folder}/uci", "--problem", "none")
    program.refuses(2, "no number above 0: '-1'", "proben1", folder, "--decay=-1")
    program.refuses(2, "invalid choice: 'none'", "none", folder)


def check_choice(proben1):
    """The least is 2, and its standard error 0.71."""
    errors = {(0.0, 8): (1, 3), (1e-2, 32): (2.4, 2.4), (1e-2, 16): (2.5, 2.5), (0.1, 8): (2.75, 2.75)}
    tried = {
        proben1.Setup("tanh", "mse", hidden, decay): [proben1.Training(None, one, 1) for one in those]
        for (decay, hidden), those in errors.items()
    }
    setup = proben1.choose(tried)
    report((setup.decay, setup.hidden) == (1e-2, 16), "proben1: the rule of one standard error")


def check_rows(study, proben1):
    """Of the tables that are printed."""
    result = {
        "problem": "gate",
        "activation": "tanh",
        "cost": "mse",
        "hidden": 8,
        "decay": 1e-4,
        "epochs": 120.4,
        "validation_error": 12.345,
        "test_error": 20.0,
        "published_error": 19.5,
        "reached": False,
        "seconds": 0.0123,
        "choice_seconds": 1.26,
    }
    words = "gate tanh mse 8 0.0001 120 12.35 20.00 19.50 missed 12.3 1.3"
    with contextlib.redirect_stdout(io.StringIO()) as page:
        proben1.print_result(result)
        study.print_outcome([result, {**result, "reached": True}, {**result, "reached": None}])
    row, _, outcome = page.getvalue().splitlines()
    report(row.split() == words.split(), f"a row of the table: {row.strip()}")
    report(outcome.endswith("1 of 2 problems"), outcome)


def import_modules(build):
    """Those of the studies, which need the library."""
    os.environ["NNBLAS_LIBRARY"] = os.path.join(build, "lib", "libnnblas.so")
    sys.path[1:1] = [os.path.join(HERE, os.pardir, "peers"), os.path.join(build, "bindings", "python")]
    sys.dont_write_bytecode = True
    return [importlib.import_module(name) for name in ("data", "study", "proben1", "derivatives")]


def main():
    build = sys.argv[1]
    if not importlib.util.find_spec("numpy") or not os.path.exists(f"{build}/bindings/python/nnblas"):
        print("skipped: needs python3-cffi, python3-numpy")
        return SKIPPED
    data, study, proben1, derivatives = import_modules(build)
    with tempfile.TemporaryDirectory() as folder:
        write_all(folder)
        check_reading(data, folder)
        check_broken(data, folder)
        check_choice(proben1)
        check_rows(study, proben1)
        program = Program(build, folder)
        check_proben1(program, folder)
        check_uci(program, folder)
        if study.has_least_squares():
            check_nnbenchmark(program, folder)
        check_derivatives(build, folder, study, derivatives)
        check_refusals(program, folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
