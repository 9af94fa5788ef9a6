#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Files of gzip that are cut, or have a bit flipped, are said to be damaged by all that read data.
usage: check_damage.py NNBLAS"""
import gzip
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import zlib

# More than is expanded at once, so that rows are looked at before the damage is met.
ROWS, LABELS, DAMAGES = 15000, 70000, 12
FAST = ("--epochs", "1", "--hidden", "2", "--validation", "0")


def write_data(folder, roll):
    """The bytes of the files by their names."""
    rows = [(roll.random(), roll.random()) for _ in range(LABELS)]
    lines = [f"{a:.4f},{b:.4f},{'red' if a > b else 'blue'},{'up' if a + b > 1 else 'down'}\n" for a, b in rows[:ROWS]]
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
    numbers = header % ("<f8", (LABELS, 2)), b"".join(struct.pack("<2d", *row) for row in rows)
    labels = header % ("|u1", (LABELS,)), bytes(a + b > 1 for a, b in rows)
    arrays = [b"\x93NUMPY\x01\0" + struct.pack("<H", len(h)) + h.encode() + values for h, values in (numbers, labels)]
    pixels = struct.pack(">BBBBII", 0, 0, 8, 2, LABELS, 2) + bytes(int(255 * value) for row in rows for value in row)
    data = {"t.csv": ("a,b,colour,y\n" + "".join(lines)).encode(), "x.npy": arrays[0], "y.npy": arrays[1], "x.idx": pixels}
    for name, content in data.items():
        (folder / name).write_bytes(content)
    return data


# The file that is damaged, and the command that reads it.
COMMANDS = (
    ("t.csv", ("train", "{}", "--target", "y", *FAST)),
    ("t.csv", ("train", "{}", "--target", "y", "--stream", *FAST)),
    ("t.csv", ("search", "{}", "--target", "y", "--trials", "1", "--epochs", "1")),
    ("t.csv", ("cross-validate", "{}", "--target", "y", "--folds", "2", "--epochs", "1")),
    ("t.csv", ("predict", "table", "{}")),
    ("t.csv", ("evaluate", "table", "{}")),
    ("t.csv", ("importance", "table", "{}")),
    ("x.npy", ("train", "--features", "{}", "--labels", "y.npy", *FAST)),
    ("y.npy", ("train", "--features", "x.npy", "--labels", "{}", *FAST)),
    ("x.idx", ("train", "--features", "{}", "--labels", "y.npy", *FAST)),
    ("x.npy", ("predict", "arrays", "--features", "{}")),
    ("x.npy", ("evaluate", "arrays", "--features", "{}", "--labels", "y.npy")),
    ("y.npy", ("evaluate", "arrays", "--features", "x.npy", "--labels", "{}")),
)


def run(nnblas, *arguments):
    return subprocess.run([nnblas, *arguments], env=dict(os.environ, NNBLAS_KEEP_CORETYPE="1"), timeout=120,
                          capture_output=True, encoding="utf-8", errors="replace", check=False)


def damage(packed, roll, number):
    """One in four is cut; the header and the checksum get their share."""
    if number < 2:
        return packed[:number], f"cut to {number} bytes"
    place = roll.choice([roll.randrange(len(packed)), roll.randrange(len(packed)), roll.randrange(12),
                         len(packed) - 1 - roll.randrange(9)])
    if number % 4 == 0:
        return packed[:place], f"cut to {place} bytes"
    bit = roll.randrange(8)
    return packed[:place] + bytes([packed[place] ^ 1 << bit]) + packed[place + 1:], f"bit {bit} of byte {place}"


def is_harmless(packed, content):
    """The time and the like, of which there is no checksum."""
    try:
        return zlib.decompress(packed, 31) == content
    except zlib.error:
        return False


def check_command(nnblas, content, name, command):
    roll, failures = random.Random(repr(command)), 0
    packed = gzip.compress(content, mtime=1)
    arguments = [argument.replace("{}", name) for argument in command]
    for number in range(DAMAGES):
        damaged, what = damage(packed, roll, number)
        pathlib.Path(name).write_bytes(damaged)
        done = run(nnblas, *arguments)
        last = (done.stderr.splitlines() or [""])[-1]
        is_good = done.returncode == 0 if is_harmless(damaged, content) else \
            done.returncode == 1 and name in last and "damaged" in last
        failures += not is_good
        if not is_good:
            print("NOT OK", *arguments, f"({what}) {done.returncode}: {last}", flush=True)
    return failures


def main():
    nnblas = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        data = write_data(pathlib.Path(folder), random.Random(1))
        run(nnblas, "train", "t.csv", "--target", "y", *FAST, "--output", "table")
        run(nnblas, "train", "--features", "x.npy", "--labels", "y.npy", *FAST, "--output", "arrays")
        pathlib.Path("t.csv.gz").write_bytes(gzip.compress(data["t.csv"]))
        if "expand it with gunzip first" in run(nnblas, "predict", "table", "t.csv.gz").stderr:
            print("skipped: files of gzip (this build has no zlib)")
            return 0
        failures = sum(check_command(nnblas, data[name], name + ".gz", command) for name, command in COMMANDS)
    print(f"{failures} not ok")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
