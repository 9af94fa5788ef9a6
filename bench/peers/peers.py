#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times one whole gradient of libnnblas beside other libraries, on the same data, in turns."""

import argparse
import sys

sys.dont_write_bytecode = True

import native
import options

DEFAULT_SHAPES = (
    (150, 4, 2, 3),
    (1797, 64, 32, 10),
    (128, 784, 128, 10),
    (60000, 784, 30, 10),
    (60000, 784, 128, 10),
    (8192, 512, 512, 512),
    (1000000, 8, 16, 1),
)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, epilog=options.EXIT_STATUS)
    options.add_shape_option(parser)
    parser.add_argument(
        "--seconds",
        type=options.parse_positive,
        default=20.0,
        help="time budget of a shape, for all together; warming up comes on top "
        "(default %(default)s)",
    )
    parser.add_argument(
        "--longest",
        type=options.parse_positive,
        default=30.0,
        metavar="SECONDS",
        help="leave out a one-thread peer whose gradient would take longer (default %(default)s)",
    )
    parser.add_argument("--memory", action="store_true", help="peak memory of each as well")
    options.add_chart_option(parser)
    parser.add_argument("--memory-of", metavar="KEY", help=argparse.SUPPRESS)
    options.add_common_options(parser)
    return parser.parse_args()


def main():
    chosen = parse_options()
    chosen.shape = chosen.shape or DEFAULT_SHAPES
    if chosen.chart:
        options.require_gnuplot()
    libraries = native.open_libraries(chosen)
    gradient = options.import_module("gradient")
    if chosen.memory_of:
        gradient.print_memory_of(chosen, libraries)
        return 0
    return 0 if gradient.compare(chosen, libraries) else 1


if __name__ == "__main__":
    sys.exit(main())
