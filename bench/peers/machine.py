# SPDX-License-Identifier: BSD-3-Clause
"""What the numbers were measured on, and how fast that could be at best."""

import concurrent.futures
import ctypes
import datetime
import math
import os
import re
import subprocess
import time

import numpy

# m, n, k: large, and small enough for OpenBLAS's kernel that packs nothing.
PEAK_SHAPES = ((512, 512, 512), (32, 32, 784))
PEAK_FLOPS = 2e10
BANDWIDTH_BYTES = 512 << 20
ROUNDS = 5
ROW_MAJOR, NO_TRANSPOSE = 101, 111


def name_processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*:\s*(.+)$", file.read(), re.MULTILINE)
    return found[1] if found else "unknown"


def find_blas(binary):
    """The files that a binary is linked to and that are a BLAS, as directory/file. Debian's
    libblas.so.3 may be a face of the one behind it."""
    links = subprocess.run(["ldd", binary], capture_output=True, text=True).stdout
    paths = re.findall(r"=> (\S*(?:blas|blis|mkl)\S*)", links)
    files = {os.path.realpath(path) for path in paths if os.path.exists(path)}
    behind = {file for file in files if "/libblas.so" not in file}
    names = sorted(os.sep.join(file.split(os.sep)[-2:]) for file in behind or files)
    return ", ".join(names) or None


def find_best(run, rounds=ROUNDS):
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def measure_dgemm(peers, m, n, k):
    """Flops a second of cblas_dgemm, at best."""
    A, B, C = numpy.ones((m, k)), numpy.ones((k, n)), numpy.empty((m, n))
    multiply = peers.cblas_dgemm
    multiply.restype = None
    factor = ctypes.c_double
    addresses = [ctypes.c_void_p(array.ctypes.data) for array in (A, B, C)]
    arguments = (ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, factor(1.0))
    arguments += (addresses[0], k, addresses[1], n, factor(0.0), addresses[2], n)
    flops = 2.0 * m * n * k
    return flops / find_best(lambda: multiply(*arguments), math.ceil(PEAK_FLOPS / flops))


def measure_peak(setting):
    """Of one thread, times the threads."""
    setting.use_threads(1)
    peak = max(measure_dgemm(setting.peers, *shape) for shape in PEAK_SHAPES)
    setting.use_threads(setting.threads)
    return peak * setting.threads


def measure_bandwidth(threads):
    """Bytes a second of numpy.sum over an array in parts, one for each thread."""
    parts = numpy.array_split(numpy.ones(BANDWIDTH_BYTES // 8), threads)
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        seconds = find_best(lambda: list(pool.map(numpy.sum, parts)))
    return BANDWIDTH_BYTES / seconds


def measure_call(library):
    """Seconds of a call through ctypes that does nothing."""
    calls = 10000

    def run():
        for _ in range(calls):
            library.nnblas_version()

    return find_best(run) / calls


def describe(setting):
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "processor": name_processor(),
        "blas": setting.library.nnblas_blas_info().decode(),
        "threads": setting.threads,
        "nnblas": setting.library.nnblas_version().decode(),
        "load": os.getloadavg()[0],
    }


def describe_contender(contender, setting):
    package = contender.package
    installed = package.is_installed(setting)
    binary = package.find_binary(setting) if installed else None
    return {
        "name": contender.name,
        "note": contender.note,
        "installed": installed,
        "version": package.get_version(setting) if installed else None,
        "blas": find_blas(binary) if binary else None,
    }


def describe_contenders(contenders, setting):
    return {one.key: describe_contender(one, setting) for one in contenders}


def measure(setting):
    return {
        "dgemm_flops_per_second": measure_peak(setting),
        "read_bytes_per_second": measure_bandwidth(setting.threads),
        "ctypes_call_seconds": measure_call(setting.library),
    }


def count_flops(shape):
    """Of the five products."""
    N, inputs, hidden, outputs = shape
    return 2.0 * N * hidden * (2 * inputs + 3 * outputs)


def count_bytes(shape):
    """X and Y read once, the weights read and the updates written once."""
    N, inputs, hidden, outputs = shape
    return 8.0 * (N * (inputs + outputs) + 2 * (inputs + outputs) * hidden)


def bound_seconds(shape, limits):
    return max(
        count_flops(shape) / limits["dgemm_flops_per_second"],
        count_bytes(shape) / limits["read_bytes_per_second"],
    )
