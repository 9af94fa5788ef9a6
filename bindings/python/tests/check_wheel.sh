#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the wheel, installs it into a new environment, and runs the tests with it there, but for what
# scikit-learn demands of an estimator.
# usage: check_wheel.sh PYTHON BUILD
set -eu
python=$1
build=$2
tests=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
unset PYTHONPATH NNBLAS_LIBRARY

PYTHON=$python "$tests/../build_wheel" --build "$build" --output "$place" >&2
"$python" -m venv --system-site-packages "$place/venv"
"$place/venv/bin/python" -m pip --quiet install --no-index "$place"/nnblas-*.whl
cd "$place"
"$place/venv/bin/python" -c "
import sys, nnblas
sys.exit(not nnblas.__file__.startswith('$place'))"
"$place/venv/bin/python" "$tests/run.py" --ignore "$tests/test_estimators.py" "$tests"
