# SPDX-License-Identifier: BSD-3-Clause
"""A gradient beside busy processes, and with products of the same process between."""

import contextlib
import math
import statistics
import subprocess
import sys
import time

import numpy

import contenders
import machine
import native
import report
from report import format_ratio, format_time, name_shape, print_note, print_row

TURNS = 9
# What a neighbour runs. It ends with its parent, however that ends.
BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(10000))"
# Until the scheduler has spread the processes over the processors; and until OpenBLAS's threads
# have given up waiting for a next product.
SETTLE_SECONDS, CALM_SECONDS = 0.1, 0.15
PRODUCT_SIZE = 500

NOTE = """
One gradient over all rows, float64; medians of nine runs in turns. The rest: the time of a peer over
the library's with its own choice of threads; itself: of a second series of the same. NumPy and
PyTorch use all threads. products: each gradient comes behind a product of 500 x 500 x 500 by NumPy,
which is not in the time."""
HEADINGS = ["libnnblas", "itself", "1 thread", "NumPy", "PyTorch"]


class Series:
    """A contender, with so many threads of the library; 0: its choice."""

    def __init__(self, key, contender, setting, threads=0):
        self.key = key
        self.contender = contender
        self.library = setting.library
        self.threads = threads
        self.seconds = []

    def run(self, repetitions, between):
        native.require_ok(self.library, self.library.nnblas_set_threads(self.threads))
        seconds = 0.0
        for _ in range(repetitions):
            between()
            start = time.perf_counter()
            self.contender.run()
            seconds += time.perf_counter() - start
        return seconds / repetitions

    def count_repetitions(self, share, between):
        """As many as fit into a share of the time."""
        self.run(1, between)
        start = time.perf_counter()
        self.run(3, between)
        return max(1, math.floor(3 * share / (time.perf_counter() - start)))


def make_series(problem, setting):
    library = contenders.Library(problem, setting)
    series = [
        Series("library", library, setting),
        Series("itself", library, setting),
        Series("one_thread", library, setting, threads=1),
    ]
    for contender in (contenders.NumPy, contenders.TorchAutograd):
        if contender.package.is_installed(setting):
            series.append(Series(contender.key, contender(problem, setting), setting))
    setting.use_threads(setting.threads)
    return series


def measure(series, budget, between):
    """The median seconds of each."""
    share = budget / len(series) / TURNS
    repetitions = [one.count_repetitions(share, between) for one in series]
    for one in series:
        one.seconds = []
    for turn in range(TURNS):
        for i in range(len(series)):
            chosen = (turn + i) % len(series)
            series[chosen].seconds.append(series[chosen].run(repetitions[chosen], between))
    return {one.key: statistics.median(one.seconds) for one in series}


@contextlib.contextmanager
def busy_processes(count):
    running = []
    try:
        for _ in range(count):
            running.append(subprocess.Popen([sys.executable, "-c", BUSY]))
        time.sleep(SETTLE_SECONDS)
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def make_product():
    A, B = numpy.random.default_rng(1).random((2, PRODUCT_SIZE, PRODUCT_SIZE))
    C = numpy.empty_like(A)
    return lambda: numpy.matmul(A, B, out=C)


def measure_in_surroundings(series, budget):
    """Pairs of what it is beside, and the seconds."""
    for count in range(3):
        with busy_processes(count):
            yield f"{count} busy", measure(series, budget, lambda: None)
    yield "products", measure(series, budget, make_product())
    time.sleep(CALM_SECONDS)


def print_line(shape, beside, seconds):
    others = [seconds.get(key) for key in ("itself", "one_thread", "numpy", "torch")]
    ratios = ["-" if one is None else format_ratio(one / seconds["library"]) for one in others]
    cells = [f"{beside:>9}", format_time(seconds["library"]), *ratios]
    print_row(name_shape(shape), cells, ["beside", *HEADINGS])


def compare_shape(shape, setting, budget):
    series = make_series(contenders.Problem(shape), setting)
    results = []
    for beside, seconds in measure_in_surroundings(series, budget):
        results.append({"shape": shape, "beside": beside, "seconds": seconds})
        print_line(shape, beside, seconds)
    for contender in {one.contender for one in series}:
        contender.close()
    return results


def compare(chosen, libraries):
    setting = contenders.Setting(*libraries, chosen.threads)
    description = machine.describe(setting)
    report.print_machine(description)
    print_note(NOTE)
    headings = [f"{'beside':>9}", *HEADINGS]
    print_row("N x in x hid x out", headings, headings)
    results = []
    for shape in chosen.shape:
        results += compare_shape(shape, setting, chosen.seconds)
    if chosen.json:
        report.write_json(chosen.json, description, results)
