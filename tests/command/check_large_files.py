#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains on files that are larger than the memory that it is given: an array of 2 GB within 1 GiB, and a table in
less than half of what its rows take.

usage: check_large_files.py NNBLAS FOLDER [GIGABYTES]    the files are made in the folder, and removed
"""
import array
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

COLUMNS, BLOCK_ROWS = 128, 8192
failures = 0


def check(is_good, what):
    global failures
    failures += not is_good
    print("ok     " if is_good else "not ok ", what)


def write_arrays(folder, blocks):
    """The same block of random rows again and again; the label is whether the first two features are above 0."""
    random.seed(1)
    rows = [[random.gauss(0, 1) for _ in range(COLUMNS)] for _ in range(BLOCK_ROWS)]
    numbers = array.array("f", [x for row in rows for x in row]).tobytes()
    labels = bytes(row[0] + row[1] > 0 for row in rows)
    N = blocks * BLOCK_ROWS
    with open(folder / "X.npy", "wb") as file:
        head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({N}, {COLUMNS}), }}".encode().ljust(117) + b"\n"
        file.write(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
        for _ in range(blocks):
            file.write(numbers)
    (folder / "Y.idx").write_bytes(b"\0\0\x08\x01" + N.to_bytes(4, "big") + labels * blocks)
    return N


def write_table(path):
    random.seed(1)
    lines = []
    for _ in range(4096):
        x = [random.gauss(0, 1) for _ in range(16)]
        lines.append(",".join(f"{v:.1f}" for v in x) + f",{'yes' if x[0] + x[1] > 0 else 'no'}\n")
    text = "".join(lines)
    path.write_text(",".join(f"x{i}" for i in range(16)) + ",y\n" + text * 300)


def watch_memory(process, peak):
    """The most anonymous memory that it had, in MiB, as far as it was seen."""
    while process.poll() is None:
        try:
            found = re.search(r"RssAnon:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())
            peak[0] = max(peak[0], int(found[1]) / 1024 if found else 0)
        except OSError:
            pass
        time.sleep(0.05)


def run(limit, *arguments):
    """Status, output and the peak of its memory, with a limit of its data in MiB."""
    peak = [0.0]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env=dict(os.environ, NNBLAS_KEEP_CORETYPE="1"),
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit << 20, limit << 20)))
    watcher = threading.Thread(target=watch_memory, args=(process, peak))
    watcher.start()
    output = process.communicate()[0]
    watcher.join()
    return process.returncode, output, peak[0]


def get_accuracy(output, what):
    found = re.search(rf"^{what} accuracy ([0-9.]+)", output, re.M)
    return float(found[1]) if found else 0.0


def check_arrays(nnblas, folder, gigabytes):
    N = write_arrays(folder, int(gigabytes * 1e9) // (COLUMNS * 4 * BLOCK_ROWS) + 1)
    begin = time.monotonic()
    status, output, peak = run(1024, nnblas, "train", "--features", folder / "X.npy", "--labels", folder / "Y.idx",
                               "--epochs", "1", "--hidden", "8", "--batch", "256", "--validation", "0.2",
                               "--output", folder / "model")
    print(output)
    check(status == 0, f"an array of {N} x {COLUMNS} trains within 1 GiB, "
                       f"{peak:.0f} MiB, in {time.monotonic() - begin:.1f} s")
    check("would hold out" in output, "the rows that are held out are bounded, and that is said")
    check(get_accuracy(output, "train") > 0.97 and get_accuracy(output, "validation") > 0.97, "and it has learnt")
    status, output, peak = run(1024, nnblas, "predict", folder / "model", "--features", folder / "X.npy",
                               "--output", folder / "O.npy")
    check(status == 0 and (folder / "O.npy").stat().st_size == 128 + N * 16, f"it predicts, in {peak:.0f} MiB")


def check_table(nnblas, folder):
    path = folder / "table.csv"
    write_table(path)
    options = ("--target", "y", "--epochs", "1", "--batch", "256", "--threads", "2")
    _, _, in_memory = run(1024, nnblas, "train", path, *options)
    status, output, peak = run(1024, nnblas, "train", path, "--stream", *options)
    check(status == 0 and peak < in_memory / 2,
          f"a table of {path.stat().st_size >> 20} MiB trains in {peak:.0f} MiB, not the {in_memory:.0f} of its rows")
    check(get_accuracy(output, "train") > 0.97, "and it has learnt")


def main():
    nnblas, root = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    gigabytes = float(sys.argv[3]) if len(sys.argv) > 3 else 2.0
    if shutil.disk_usage(root).free < gigabytes * 1.3e9 + 1e9:
        print(f"skipped: files larger than memory (needs {gigabytes * 1.3 + 1:.0f} GB of disk)")
        return 0
    with tempfile.TemporaryDirectory(dir=root) as folder:
        check_arrays(nnblas, pathlib.Path(folder), gigabytes)
        check_table(nnblas, pathlib.Path(folder))
    print(f"{failures} not ok")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
