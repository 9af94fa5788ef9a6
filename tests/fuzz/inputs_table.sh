#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The inputs that fuzz_table begins with, and those that once found a fault. The first byte is the
# options (see fuzz_table.c): @ two targets, H and skipping.
# usage: inputs_table.sh FOLDER
set -eu
folder=$1
printf '\0species,length\nsetosa,5.1\nvirginica,6.3\n"a ""b""",NA\n' >"$folder/classes"
printf '\0y,x\n0.5,1e3\n-2,4\n1e-9,7\n' >"$folder/numbers"
printf '@1,2,3\n4,5,6\n7.5,8.5,9\n' >"$folder/two_targets"
printf 'Hx;y;z\n1;;a\nb;2;c\n3;4\n5;6;d\n7;8;e\n' >"$folder/skipping"
printf '\t"",1\n2,3\n4,abc\n5,1e999\n' >"$folder/bad"
printf ' y,x\n0.5,1.7e308\n-2,-1.7e308\n1e-9,-1.7e308\n' >"$folder/large"
