#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Joins the objects of an archive into one, in which hidden names are local: a program that has an
# nn_fail of its own can link it.
# usage: make_archive.sh ARCHIVE OBJECTS.a AR OBJCOPY COMPILER...
set -eu
archive=$1
objects=$2
ar=$3
objcopy=$4
shift 4
joined=${archive%.a}.o
"$@" -r -nostdlib -Wl,--whole-archive "$objects" -Wl,--no-whole-archive -o "$joined"
"$objcopy" --localize-hidden "$joined"
rm -f "$archive"
"$ar" rcs "$archive" "$joined"
