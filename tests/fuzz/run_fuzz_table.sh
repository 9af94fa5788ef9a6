#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fuzzes for so many seconds, from tables of classes and of numbers.
# usage: run_fuzz_table.sh FUZZ_TABLE DICTIONARY [SECONDS]
set -eu
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
# The first byte is the options (see fuzz_table.c): @ two targets, H and skipping.
printf '\0species,length\nsetosa,5.1\nvirginica,6.3\n"a ""b""",NA\n' >"$corpus/classes"
printf '\0y,x\n0.5,1e3\n-2,4\n1e-9,7\n' >"$corpus/numbers"
printf '@1,2,3\n4,5,6\n7.5,8.5,9\n' >"$corpus/two_targets"
printf 'Hx;y;z\n1;;a\nb;2;c\n3;4\n5;6;d\n7;8;e\n' >"$corpus/skipping"
printf '\t"",1\n2,3\n4,abc\n5,1e999\n' >"$corpus/bad"
printf ' y,x\n0.5,1.7e308\n-2,-1.7e308\n1e-9,-1.7e308\n' >"$corpus/large"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"
"$1" -max_total_time="${3:-20}" -max_len=4096 -dict="$2" -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="${TMPDIR:-/tmp}/nnblas-fuzz-" "$corpus"
