#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains the same network on Fashion-MNIST with libnnblas and its peers, epoch by epoch in turns,
until each has the wanted accuracy on the test images."""

import argparse
import sys

sys.dont_write_bytecode = True

import native
import options

# All of them name this share of the test images right within 20 epochs, and 0.88 after 40.
ACCURACY = 0.87
# Of the rates from 0.1 to 3 that were tried, those that took the fewest epochs to get there.
RATE, LOG_LOSS_RATE = 2.0, 1.0


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=options.EXIT_STATUS
    )
    parser.add_argument(
        "--batch",
        action="append",
        type=options.parse_count,
        metavar="ROWS",
        help="rows of a batch; may be repeated (default 64 and 128)",
    )
    parser.add_argument(
        "--accuracy",
        type=options.parse_share,
        default=ACCURACY,
        metavar="SHARE",
        help="of the test images, to be named right (default %(default)s)",
    )
    parser.add_argument(
        "--rate",
        type=options.parse_positive,
        default=RATE,
        help="learning rate with the mean squared error (default %(default)s)",
    )
    parser.add_argument(
        "--log-loss-rate",
        type=options.parse_positive,
        default=LOG_LOSS_RATE,
        metavar="RATE",
        help="that of scikit-learn, which has another cost (default %(default)s)",
    )
    parser.add_argument(
        "--hidden",
        type=options.parse_count,
        default=128,
        metavar="UNITS",
        help="hidden units (default %(default)s)",
    )
    parser.add_argument(
        "--epochs",
        type=options.parse_count,
        default=40,
        metavar="COUNT",
        help="give up after so many (default %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=options.parse_count,
        default=1,
        help="of the first weights and of the order of the rows (default %(default)s)",
    )
    parser.add_argument(
        "--data",
        default="/usr/share/datasets/fashion-mnist",
        metavar="DIR",
        help="where the four .gz files are (default %(default)s)",
    )
    options.add_common_options(parser)
    return parser.parse_args()


def main():
    chosen = parse_options()
    chosen.batch = chosen.batch or [64, 128]
    libraries = native.open_libraries(chosen)
    training = options.import_module("training")
    return 0 if training.compare(chosen, libraries) else 1


if __name__ == "__main__":
    sys.exit(main())
