#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times the reading of a large table beside pandas.read_csv, in turns, and prints the medians of the
seconds and their ratio. A table has 12 columns: doubles of 17 digits, short decimals and whole numbers,
a third each; the second has texts in two of them.

usage: bench/tables/read.py [--build build/demo] [--rows 2000000] [--runs 5]
"""

import argparse
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

BLOCK_ROWS = 100000
PANDAS = "import pandas, sys, time; b = time.perf_counter(); pandas.read_csv(sys.argv[1]); print(time.perf_counter() - b)"


def make_row(rng, has_texts):
    cells = []
    for column in range(12):
        if has_texts and column >= 10:
            cells.append(f"text {rng.randrange(5 if column == 10 else 20)}")
        elif column % 3 == 0:
            cells.append(f"{rng.gauss(0, 1):.17g}")
        elif column % 3 == 1:
            cells.append(f"{rng.uniform(-100, 100):.2f}")
        else:
            cells.append(str(rng.randrange(100000)))
    return ",".join(cells) + "\n"


def make_table(path, rows, has_texts):
    """The rows of a block are repeated, in another order each time."""
    rng = random.Random(1)
    block = [make_row(rng, has_texts) for _ in range(min(rows, BLOCK_ROWS))]
    with open(path, "w", encoding="ascii") as table:
        table.write(",".join(f"x{i}" for i in range(12)) + "\n")
        for begin in range(0, rows, BLOCK_ROWS):
            rng.shuffle(block)
            table.writelines(block[: rows - begin])


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout.split()


def measure(program, table, head, runs):
    seconds = {"train": [], "predict": [], "pandas": []}
    memory = {}
    for _ in range(runs):
        for mode, arguments in (("train", []), ("predict", [head])):
            _, time_taken, kibibytes = run(program, mode, table, "x0", *arguments)
            seconds[mode].append(float(time_taken))
            memory[mode] = int(kibibytes) / 1024
        seconds["pandas"].append(float(run(sys.executable, "-c", PANDAS, table)[0]))
    return {name: statistics.median(values) for name, values in seconds.items()}, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/demo"))
    parser.add_argument("--rows", type=int, default=2000000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    program = options.build / "bench/tables/read_table"
    subprocess.run(["ninja", "-C", options.build, "bench/tables/read_table"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        table, head = pathlib.Path(folder) / "table.csv", pathlib.Path(folder) / "head.csv"
        for has_texts in (False, True):
            make_table(table, options.rows, has_texts)
            with open(table, encoding="ascii") as lines:
                head.write_text("".join(next(lines) for _ in range(min(options.rows, 10000))), encoding="ascii")
            medians, memory = measure(program, table, head, options.runs)
            mebibytes = table.stat().st_size / 2**20
            print(f"{options.rows} x 12, {'two columns of texts' if has_texts else 'numbers'}, {mebibytes:.0f} MiB")
            print(f"  pandas.read_csv {medians['pandas']:.2f} s")
            for mode in ("train", "predict"):
                print(f"  {mode:8}        {medians[mode]:.2f} s   ratio {medians[mode] / medians['pandas']:.2f}"
                      f"   peak {memory[mode]:.0f} MiB")


if __name__ == "__main__":
    main()
