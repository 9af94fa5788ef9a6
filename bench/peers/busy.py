#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times one gradient of libnnblas, NumPy and PyTorch in turns, on a machine and in a process that
others use: beside busy processes, and with a threaded product of NumPy's between the gradients."""

import argparse
import sys

sys.dont_write_bytecode = True

import native
import options

DEFAULT_SHAPES = (
    (32, 13, 6, 3),
    (150, 4, 2, 3),
    (1797, 64, 32, 10),
    (128, 784, 128, 10),
    (5000, 50, 30, 8),
    (5000, 784, 30, 10),
)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, epilog=options.EXIT_STATUS)
    options.add_shape_option(parser)
    parser.add_argument(
        "--seconds",
        type=options.parse_positive,
        default=2.0,
        help="time budget of a line of the table (default %(default)s)",
    )
    options.add_common_options(parser)
    return parser.parse_args()


def main():
    chosen = parse_options()
    chosen.shape = chosen.shape or DEFAULT_SHAPES
    libraries = native.open_libraries(chosen)
    options.import_module("surroundings").compare(chosen, libraries)
    return 0


if __name__ == "__main__":
    sys.exit(main())
