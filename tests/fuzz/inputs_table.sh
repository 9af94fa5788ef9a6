#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The inputs that fuzz_table begins with, and those that once found a fault. The first byte is the
# options (see fuzz_table.c): @ two targets, H and skipping, \200 any delimiter, \210 and skipping.
# usage: inputs_table.sh FOLDER
set -eu
folder=$1
printf '\0species,length\nsetosa,5.1\nvirginica,6.3\n"a ""b""",NA\n' >"$folder/classes"
printf '\0y,x\n0.5,1e3\n-2,4\n1e-9,7\n' >"$folder/numbers"
printf '@1,2,3\n4,5,6\n7.5,8.5,9\n' >"$folder/two_targets"
printf 'Hx;y;z\n1;;a\nb;2;c\n3;4\n5;6;d\n7;8;e\n' >"$folder/skipping"
printf '\t"",1\n2,3\n4,abc\n5,1e999\n' >"$folder/bad"
printf ' y,x\n0.5,1.7e308\n-2,-1.7e308\n1e-9,-1.7e308\n' >"$folder/large"
printf '\200a|b\n1|2\n2.5|1\n3|4\n' >"$folder/bars"
printf '\210a\tb\t\r\n1\t"x ""y"""\t\r\n2.5\t"z"\t\r\n"3"\tx\r' >"$folder/tabs"
printf '\210\377\376a\000;\000b\000\n\0001\000;\0002\000\n\0003\000;\000\074\330\073\337\n\000' >"$folder/utf16"
printf '\210\376\377\000a\000\n\0001\000\n\0002\000\n\000\r\000\n' >"$folder/utf16_large_end"
{ printf '\210' && printf 'a,b\n1,2\n2.5,3\n"x,4\n5,"6"\n7,8\n' | gzip -n; } >"$folder/gzip"
printf '\210a,b\n1,2\n3,"open\n4,5\n6,"x"y"\n7,a"b\n8,"\\"c\\""\n9,\000\n10,11,\n12,13' >"$folder/bad_rows"
printf '\210a,b,c,\n1\n2,3,4\n5,6,7\n' >"$folder/short_first_row"
