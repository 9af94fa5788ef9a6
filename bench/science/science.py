#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures the library on published problems: its results beside the published ones, its time beside that
of other software."""

import argparse
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers"))

import native
import options


def add_parser(studies, name, description):
    return studies.add_parser(
        name, help=description, description=description, epilog=options.EXIT_STATUS
    )


def add_study(studies, name, description, folder):
    parser = add_parser(studies, name, description)
    parser.add_argument("folder", metavar="FOLDER", help=folder)
    parser.add_argument(
        "--problem",
        action="append",
        metavar="NAME",
        help="this one; may be repeated (default: all in FOLDER)",
    )
    parser.add_argument("--alone", action="store_true", help="without other software")
    options.add_chart_option(parser)
    options.add_common_options(parser)
    return parser


def add_count(parser, name, default, description):
    parser.add_argument(
        name, type=options.parse_count, default=default, metavar=name[2:].upper(), help=description + " (default %(default)s)"
    )


def add_seeds(parser, count):
    add_count(parser, "--seeds", count, "trainings of each problem that count")
    add_count(parser, "--first-seed", 1, "that of the first training; the next has the next")


def add_proben1(studies):
    parser = add_study(
        studies,
        "proben1",
        "classification, its size and early stopping by validation examples alone",
        "has the .dt files of PROBEN1",
    )
    add_seeds(parser, 30)
    parser.add_argument(
        "--hidden",
        action="append",
        type=options.parse_count,
        metavar="UNITS",
        help="hidden units to choose from; may be repeated (default 8, 16 and 32)",
    )
    parser.add_argument(
        "--decay",
        action="append",
        type=options.parse_not_negative,
        metavar="D",
        help="weight decay to choose from; may be repeated (default 0, 0.0001, 0.001 and 0.01)",
    )


def add_nnbenchmark(studies):
    parser = add_study(
        studies,
        "nnbenchmark",
        "functions to approximate to many digits, restarts counted in the time",
        "has problems.csv, published.csv and a table a problem",
    )
    add_seeds(parser, 10)


def add_uci(studies):
    parser = add_study(
        studies,
        "uci",
        "regression on random splits",
        "has a folder a table, with data.txt and the rows of each split",
    )
    add_count(parser, "--splits", 20, "how many of the splits")


def add_derivatives(studies):
    parser = add_parser(
        studies, "derivatives", "the time of derivatives, and of least squares beside SciPy's"
    )
    add_seeds(parser, 5)
    options.add_common_options(parser)
    parser.set_defaults(alone=False, chart=None)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    studies = parser.add_subparsers(dest="study", required=True, metavar="STUDY")
    add_proben1(studies)
    add_nnbenchmark(studies)
    add_uci(studies)
    add_derivatives(studies)
    return parser.parse_args()


def main():
    chosen = parse_options()
    if chosen.chart:
        options.require_gnuplot()
    libraries = native.open_package(chosen)
    data = options.import_module("data")
    study = options.import_module(chosen.study)
    try:
        study.compare(chosen, libraries)
    except data.Unreadable as error:
        options.fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
