#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times the estimators of the Python package beside scikit-learn's, and beside the fit of the library
that is inside them."""

import argparse
import sys

sys.dont_write_bytecode = True

import native
import options

# By name, the quickest first.
DATA = ("iris", "wine", "breast_cancer", "digits", "regression", "fashion")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, epilog=options.EXIT_STATUS)
    parser.add_argument(
        "--data",
        action="append",
        choices=DATA,
        help="use this data; may be repeated (default: all). Of fashion only the library and the "
        "estimator are timed, for five epochs",
    )
    parser.add_argument(
        "--solver",
        action="append",
        choices=("adam", "sgd", "lbfgs"),
        help="use this solver; may be repeated (default adam)",
    )
    parser.add_argument(
        "--seeds",
        type=options.parse_count,
        default=10,
        metavar="COUNT",
        help="runs, each with another split and other weights (default %(default)s)",
    )
    parser.add_argument(
        "--images",
        default="/usr/share/datasets/fashion-mnist",
        metavar="DIR",
        help="where Fashion-MNIST is (default %(default)s)",
    )
    options.add_common_options(parser)
    return parser.parse_args()


def main():
    chosen = parse_options()
    chosen.data = chosen.data or DATA
    chosen.solver = chosen.solver or ["adam"]
    libraries = native.open_package(chosen)
    return 0 if options.import_module("estimator_runs").compare(chosen, libraries) else 1


if __name__ == "__main__":
    sys.exit(main())
