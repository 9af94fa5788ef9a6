#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fuzzes with so many inputs, from the inputs that a script makes. To find the input of a fault again:
# run the program on the file that is named. When the fault is mended, the input joins the script.
# usage: run_fuzz.sh PROGRAM INPUTS DICTIONARY COUNT     DICTIONARY may be "-" for none
set -eu
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
sh "$2" "$corpus"
dictionary=
[ "$3" = - ] || dictionary="-dict=$3"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"
# shellcheck disable=SC2086 # no word where there is no dictionary
"$1" -runs="$4" -timeout=10 -max_len=4096 $dictionary -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="${TMPDIR:-/tmp}/nnblas-fuzz-" "$corpus"
