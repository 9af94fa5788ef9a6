#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times small calls of the Python package beside the same calls of C functions through cffi, whose
arguments are ready."""

import argparse
import sys
import timeit

sys.dont_write_bytecode = True

import native
import options

N, SIZES = 8, [5, 3, 2]
REPEATS, CALLS = 9, 50000
NOTE = """
Microseconds of a call, the fastest of 9 series of 50000. "package" is the method of nnblas.Net with
out=; "cffi" the C function, called by cffi with pointers that are ready; "overhead" their difference."""
HEADINGS = ["package", "cffi", "overhead"]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, epilog=options.EXIT_STATUS)
    options.add_common_options(parser)
    return parser.parse_args()


def list_calls():
    """The name, the method and the function of each call."""
    import nnblas
    import numpy
    from nnblas._library import ffi, lib

    net = nnblas.Net(SIZES)
    X, Y = numpy.ones((N, SIZES[0])), numpy.zeros((N, SIZES[-1]))
    O_out, gradient = numpy.empty_like(Y), numpy.empty_like(net.parameters)
    x, y, o, g = (ffi.from_buffer("double[]", array) for array in (X, Y, O_out, gradient))
    handle, mse = net._handle, ffi.new("double *")
    inputs, outputs = SIZES[0], SIZES[-1]
    predict, compute_gradient = lib.nnblas_net_predict, lib.nnblas_net_gradient
    yield (
        "predict",
        lambda: net.predict(X, out=O_out),
        lambda: predict(handle, N, x, inputs, o, outputs),
    )
    yield (
        "gradient",
        lambda: net.gradient(X, Y, out=gradient),
        lambda: compute_gradient(handle, N, x, inputs, y, outputs, g, mse),
    )


def time_call(call):
    return min(timeit.repeat(call, number=CALLS, repeat=REPEATS)) / CALLS * 1e6


def compare(chosen, libraries):
    contenders = options.import_module("contenders")
    machine = options.import_module("machine")
    report = options.import_module("report")
    description = machine.describe(contenders.Setting(*libraries, chosen.threads))
    report.print_machine(description)
    report.print_note(NOTE)
    report.print_row(f"{N} rows of {report.name_shape(SIZES)}", HEADINGS, HEADINGS)
    results = {}
    for name, method, function in list_calls():
        package, cffi = time_call(method), time_call(function)
        results[name] = {"package": package, "cffi": cffi}
        cells = [f"{number:.2f}" for number in (package, cffi, package - cffi)]
        report.print_row(name, cells, HEADINGS)
    if chosen.json:
        report.write_json(chosen.json, description, results)


def main():
    chosen = parse_options()
    libraries = native.open_package(chosen)
    compare(chosen, libraries)
    return 0


if __name__ == "__main__":
    sys.exit(main())
