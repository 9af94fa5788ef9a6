# SPDX-License-Identifier: BSD-3-Clause
"""What the programs of this directory read from their command lines, and how they fail."""

import argparse
import importlib
import math
import os
import shutil
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BUILD = os.path.join(SOURCE, "build", "bench")
EXIT_STATUS = "Exit status: 0 done, 1 a failure or a difference, 2 a wrong command line."


def get_program():
    return os.path.splitext(os.path.basename(sys.argv[0]))[0]


def warn(message):
    print(f"{get_program()}: {message}", file=sys.stderr, flush=True)


def fail(message):
    warn(message)
    sys.exit(1)


def parse_count(text):
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise argparse.ArgumentTypeError(f"no count: '{text}'")
    return int(text)


def parse_shape(text):
    try:
        shape = tuple(map(parse_count, text.split(",")))
    except argparse.ArgumentTypeError:
        shape = ()
    if len(shape) != 4:
        raise argparse.ArgumentTypeError(f"no shape N,INPUTS,HIDDEN,OUTPUTS: '{text}'")
    return shape


def parse_positive(text):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"no number above 0: '{text}'")
    return number


def parse_not_negative(text):
    return 0.0 if text.strip("0.") == "" and "0" in text else parse_positive(text)


def parse_share(text):
    share = parse_positive(text)
    if share > 1.0:
        raise argparse.ArgumentTypeError(f"no share up to 1: '{text}'")
    return share


def parse_output(text):
    """A path to write to, refused before the measurement and not after it."""
    directory = os.path.dirname(text) or "."
    if os.path.isdir(text) or not os.access(directory, os.W_OK):
        raise argparse.ArgumentTypeError(f"cannot be written: '{text}'")
    return text


def add_shape_option(parser, limit=""):
    parser.add_argument(
        "--shape",
        action="append",
        type=parse_shape,
        metavar="N,INPUTS,HIDDEN,OUTPUTS",
        help="use this shape; may be repeated; replaces the default list" + limit,
    )


def add_chart_option(parser):
    parser.add_argument(
        "--chart", type=parse_output, metavar="STEM", help="draw STEM.svg and STEM.png"
    )


def require_gnuplot():
    if not shutil.which("gnuplot"):
        fail("no gnuplot to draw with; tools/setup peers installs it")


def add_common_options(parser):
    parser.add_argument(
        "--threads",
        type=parse_count,
        default=len(os.sched_getaffinity(0)),
        metavar="COUNT",
        help="threads of everything that can use them (default: all, %(default)s)",
    )
    parser.add_argument(
        "--build", default=DEFAULT_BUILD, metavar="DIR", help="the build (default build/bench)"
    )
    parser.add_argument(
        "--json", type=parse_output, metavar="FILE", help="write the results as JSON too"
    )


def import_module(name):
    """One of this directory's that needs NumPy, once the libraries are open: what they set for
    its BLAS has to be there when it is loaded."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        fail(f"{sys.executable}: {error}; tools/setup peers installs what is needed")
