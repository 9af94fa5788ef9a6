#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How often nnblas train --stream reads a large table, and what it finds in one pass.
usage: check_passes.py NNBLAS"""
import gzip
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from compare_models import is_same, read_model

ROWS = 300000
FULL = ("--batch", "all", "--epochs", "1", "--patience", "0", "--weight-decay", "1e-4", "--hidden", "4")
failures = 0


def check(is_good, what):
    global failures
    failures += not is_good
    print("ok" if is_good else "NOT OK", what, flush=True)


def write_table(path):
    """Texts and missing values that come late, a number that is 0 or 1, dates, two targets."""
    roll = random.Random(1)
    with open(path, "w", encoding="utf-8") as file:
        print("id,a,b,size,city,when,kind,y", file=file)
        for i in range(ROWS):
            a = roll.gauss(0, 1)
            size = "" if i > ROWS - 9 else f"{roll.gauss(900, 20):.9f}"
            city = "Rome" if i < ROWS / 2 else roll.choice(["Århus", "Rome", ""])
            print(i + 7, f"{a:.9f}", roll.randint(0, 1), size, city, f"20{i % 20:02}-01-02", roll.choice(["high", "low"]),
                  f"{a + roll.gauss(0, 1):.6f}", sep=",", file=file)


def train(nnblas, *arguments):
    """Status, output, and how many bytes were read."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([nnblas, "train", *map(str, arguments)], stdout=output, stderr=subprocess.STDOUT,
                                   env=dict(os.environ, NNBLAS_KEEP_CORETYPE="1"))
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        count = int(re.search(r"rchar: (\d+)", pathlib.Path(f"/proc/{process.pid}/io").read_text())[1])
        status = process.wait()
        output.seek(0)
        return status, output.read(), count


def check_passes(nnblas, path, most, *options):
    """The first pass, that of the epoch, what is read ahead of the next one, and that of the scores."""
    stream, memory = path.with_name("stream"), path.with_name("memory")
    status, _, count = train(nnblas, path, *options, *FULL, "--stream", "--output", stream)
    passes = count / path.stat().st_size
    check(status == 0 and passes < most, f"{' '.join(options)}: {passes:.2f} passes")
    train(nnblas, path, *options, *FULL, "--output", memory)
    check(is_same(read_model(stream), read_model(memory)), "  and the model is that of rows in memory")


def check_held_out(nnblas, path):
    models = []
    for seed, threads in (1, 1), (1, 2), (1, 3), (2, 2):
        model = path.with_name(f"model.{seed}.{threads}")
        _, output, count = train(nnblas, path, "--target", "kind", "--ignore", "when", "--validation", "0.2", "--hidden",
                                 "4", "--epochs", "1", "--stream", "--seed", seed, "--threads", threads, "--output", model)
        models.append(read_model(model))
    learnt = ROWS * 4 // 5
    check(count < 3.4 * path.stat().st_size, "rows are held out in the same passes")
    check(f"learns from {learnt} rows; {ROWS // 5} are held out" in output, "as many as in memory")
    check(models[0] == models[1] == models[2], "the same with any number of threads")
    check(models[0][0] != models[3][0], "and others with another seed")
    packed = path.with_name("packed.csv.gz")
    with gzip.open(packed, "wb", compresslevel=1) as file:
        file.write(path.read_bytes())
    check(packed.stat().st_size < 16 << 20, "a compressed file is smaller")
    _, _, count = train(nnblas, packed, "--target", "kind", "--ignore", "when", "--validation", "0.2", "--hidden", "4",
                        "--epochs", "1", "--stream", "--output", path.with_name("model"))
    check(count < 3.4 * packed.stat().st_size, "  read as often")
    check(read_model(path.with_name("model"))[0] == models[0][0], "  and the same rows of it are held out")
    ones = [c["mean"] * learnt for m in models for c in m[0]["features"] if c["name"] == "b"]
    check(all(abs(n - round(n)) < 1e-6 and abs(n / learnt - 0.5) < 0.01 for n in ones) and ones[0] != ones[3],
          "the scaling is that of the others")


def check_values(nnblas, path):
    state, options = path.with_name("state"), ("--target", "y", "--ignore", "when", "--stream", "--hidden", "4")
    train(nnblas, path, *options, "--epochs", "1", "--checkpoint", state)
    status, output, _ = train(nnblas, path, *options, "--epochs", "2", "--checkpoint", state, "--resume")
    check(status == 0, "a training goes on")
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size - 2)
        digit = file.read(1)
        file.seek(path.stat().st_size - 2)
        file.write(b"1" if digit == b"2" else b"2")
    status, output, _ = train(nnblas, path, *options, "--epochs", "3", "--checkpoint", state, "--resume")
    check(status == 1 and "have changed since" in output, "  but not on another value")


def main():
    nnblas = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "table.csv"
        write_table(path)
        check_passes(nnblas, path, 3.4, "--target", "y", "--ignore", "when")
        check_passes(nnblas, path, 3.4, "--target", "kind", "--ignore", "when")
        check_passes(nnblas, path, 3.4, "--target", "kind,b", "--ignore", "when")
        check_passes(nnblas, path, 5.4, "--target", "y")
        check_held_out(nnblas, path)
        check_values(nnblas, path)
        with open(path, "a") as file:
            print("9,x,1,3,Rome,2001-01-02,low,4", file=file)
        check_passes(nnblas, path, 5.4, "--target", "y", "--ignore", "when,id", "--skip-bad-rows")
    print(f"{failures} not ok")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
