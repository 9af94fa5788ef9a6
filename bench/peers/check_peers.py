#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks that peers.py, busy.py, networks.py, fashion.py, estimators.py and calls.py run, on small data
and with whom there is: their exit status, their JSON, what they refuse. Prints "ok" or "not ok" and what
was checked.

usage: check_peers.py BUILD
"""

import gzip
import importlib.util
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SHAPES = ((1, 1, 1, 1), (1, 5, 1, 2), (30, 7, 3, 1))
LISTS = ("seconds", "accuracies")
SKIPPED = 77
failures = 0


def report(ok, description):
    global failures
    failures += not ok
    print(f"{'ok     ' if ok else 'not ok '} {description}", flush=True)


class Checker:
    """Runs the programs, with modules hidden as if they were not installed."""

    def __init__(self, build, work, *hidden):
        self.build = build
        self.work = work
        self.environment = dict(os.environ)
        if hidden:
            self.environment["PYTHONPATH"] = tempfile.mkdtemp(dir=work)
        for module in hidden:
            stub = os.path.join(self.environment["PYTHONPATH"], f"{module}.py")
            with open(stub, "w", encoding="utf-8") as file:
                file.write(f"raise ImportError('{module} is hidden')\n")

    def run(self, program, *arguments):
        command = [sys.executable, os.path.join(HERE, program), "--build", self.build, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True)

    def run_well(self, description, program, *arguments):
        """Returns the JSON that it wrote."""
        path = os.path.join(self.work, "results.json")
        process = self.run(program, "--threads", "1", "--json", path, *arguments)
        report(process.returncode == 0, f"{description} exits 0")
        if process.returncode != 0:
            print(process.returncode, process.stdout, process.stderr)
            sys.exit(1)
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def refuses(self, status, words, program, *arguments):
        process = self.run(program, *arguments)
        good = process.returncode == status and words in process.stderr
        good = good and "Traceback" not in process.stderr
        report(good, f"{program} {' '.join(arguments)} exits {status}: {words}")
        if not good:
            print(process.returncode, process.stdout, process.stderr)


def list_faults(result, shape):
    """What is wrong with the result of a shape."""
    seconds = result["seconds"]
    required = {"library", "five", "naive", "numpy"}
    rules = {
        "shape": result["shape"] == list(shape),
        "contenders": required <= set(seconds),
        "seconds": min(seconds.values()) > 0.0,
        "same": result["same"] is True and set(result["differences"]) >= required - {"five"},
        "flops": result["library_flops_per_second"] > 0.0,
        "roofline": result["roofline_share"] > 0.0,
    }
    return [name for name, is_kept in rules.items() if not is_kept]


def check_gradient(checker, description, shapes, *arguments):
    given = [text for shape in shapes for text in ("--shape", ",".join(map(str, shape)))]
    found = checker.run_well(description, "peers.py", *given, "--seconds", "0.05", *arguments)
    results = found["results"]
    report(len(results) == len(shapes), f"{description}: a result for each shape")
    for result, shape in zip(results, shapes):
        faults = list_faults(result, shape)
        report(not faults, " ".join([f"{description}: the result of {shape}", *faults]))
    return found


def check_missing_peers(checker):
    stem = os.path.join(checker.work, "chart")
    chart = ["--chart", stem] if shutil.which("gnuplot") else []
    found = check_gradient(checker, "without peers", SHAPES[:1], "--memory", *chart)
    known, result = found["machine"]["contenders"], found["results"][0]
    report(not known["torch"]["installed"], "PyTorch is said not to be installed")
    report("torch" not in result["seconds"], "PyTorch has no result")
    counts = result["memory_bytes"]
    good = set(counts) == set(result["seconds"]) and min(counts.values()) >= 0
    report(good, "the memory of each is a count of bytes")
    for extension in ("svg", "png") if chart else ():
        report(os.path.getsize(f"{stem}.{extension}") > 0, f"the chart is there as {extension}")


def check_busy(checker, description, keys):
    arguments = "--shape", "30,7,3,1", "--seconds", "0.05"
    results = checker.run_well(description, "busy.py", *arguments)["results"]
    besides = [result["beside"] for result in results]
    report(besides == ["0 busy", "1 busy", "2 busy", "products"], f"{description}: its results")
    good = all(set(result["seconds"]) >= keys for result in results)
    good = good and min(min(result["seconds"].values()) for result in results) > 0.0
    report(good, f"{description}: seconds of each")


def write_idx(path, head, content):
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(f">{len(head)}I", *head) + bytes(content))


def write_images(directory):
    """Two by two pixels, as bright as the class."""
    os.mkdir(directory)
    for prefix, count in (("train", 200), ("t10k", 50)):
        classes = [e % 10 for e in range(count)]
        pixels = [25 * c for c in classes for _ in range(4)]
        stem = os.path.join(directory, prefix)
        write_idx(f"{stem}-images-idx3-ubyte.gz", (2051, count, 2, 2), pixels)
        write_idx(f"{stem}-labels-idx1-ubyte.gz", (2049, count), classes)


def check_training(checker):
    data = os.path.join(checker.work, "data")
    write_images(data)
    arguments = "--batch 16 --batch 300 --epochs 3 --accuracy 1".split()
    found = checker.run_well("fashion.py", "fashion.py", "--data", data, *arguments)
    report([r["batch"] for r in found["results"]] == [16, 300], "a result for each batch")
    for result in found["results"]:
        batch, library = result["batch"], result["learners"]["library"]
        report(result["same"] is True, f"batch {batch}: the same weights")
        counts = [library["epochs"]] + [len(library[f"epoch_{of}"]) for of in LISTS]
        report(counts == [3, 3, 3], f"batch {batch}: seconds and accuracies of each epoch")
    checker.refuses(1, "train-images-idx3-ubyte.gz", "fashion.py", "--data", checker.work)
    checker.refuses(2, "no share up to 1", "fashion.py", "--accuracy", "87")


def check_networks(checker):
    arguments = ("--shape", "20,4,3,3", "--batch", "8", "--turns", "1")
    found = checker.run_well("networks.py", "networks.py", *arguments)
    seconds = found["results"][0]["seconds"]
    times = [seconds[key] for key in ("library", "library_trainer", "library_softmax")]
    report(all(time > 0.0 for time in times), "networks.py times the library")
    checker.refuses(2, "at least 3 outputs", "networks.py", "--shape", "20,4,3,2")


def check_estimators(checker):
    arguments = "--data iris --solver lbfgs --seeds 2".split()
    result = checker.run_well("estimators.py", "estimators.py", *arguments)["results"][0]
    report(result["same"], "estimators.py: the library alone has the same weights")
    seconds = [result[key] for key in ("library", "estimator", "sklearn")]
    report(min(seconds) > 0.0, "estimators.py: seconds of each")
    checker.refuses(2, "invalid choice: 'none'", "estimators.py", "--data", "none")


def check_calls(checker):
    results = checker.run_well("calls.py", "calls.py")["results"]
    report(results["gradient"]["package"] > 0.0, "calls.py times the package")


def has_modules(*names):
    return all(importlib.util.find_spec(name) for name in names)


def check_refusals(checker):
    for shape in ("1,2,3", "1,2,3,0", "1,2,3,x", "-1,2,3,4", "1,2,3,9999999999", ""):
        checker.refuses(2, "no shape N,INPUTS,HIDDEN,OUTPUTS", "peers.py", f"--shape={shape}")
    checker.refuses(2, "no number above 0", "peers.py", "--seconds", "0")
    checker.refuses(2, "no count", "peers.py", "--threads", "0")
    checker.refuses(2, "cannot be written", "peers.py", "--json", "/nowhere/at/all.json")
    checker.refuses(1, "bench/peers/run builds it", "peers.py", "--build", checker.work)
    checker.refuses(1, "bench/peers/run builds it", "fashion.py", "--build", checker.work)


def main():
    if not importlib.util.find_spec("numpy"):
        print("skipped: no NumPy")
        return SKIPPED
    with tempfile.TemporaryDirectory() as work:
        checker = Checker(sys.argv[1], work)
        check_refusals(checker)
        Checker(sys.argv[1], work, "numpy").refuses(1, "numpy is hidden; tools/setup", "peers.py")
        check_missing_peers(Checker(sys.argv[1], work, "sklearn", "torch"))
        check_busy(checker, "busy.py", {"library", "itself", "one_thread", "numpy"})
        check_gradient(checker, "with all there are", SHAPES)
        check_training(checker)
        check_networks(checker)
        if not os.path.exists(os.path.join(sys.argv[1], "bindings", "python", "nnblas")):
            print("skipped: estimators.py and calls.py (need python3-cffi, python3-numpy)")
            return 1 if failures else 0
        check_calls(checker)
        if has_modules("sklearn"):
            check_estimators(checker)
        else:
            print("skipped: estimators.py (needs python3-sklearn)")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
