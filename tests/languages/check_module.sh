#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Compiles the module of Fortran with all warnings, and a program that uses it.
# usage: check_module.sh MODULE PROGRAM LIBRARY_FOLDER
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gfortran -std=f2018 -Wall -Wextra -Wno-compare-reals -Werror -J "$work" -o "$work/program" "$1" "$2" -L "$3" -lnnblas
LD_LIBRARY_PATH=$3 "$work/program"
