#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The library, shared or static, shows what nnblas.h declares, no more and no less.
# usage: check_symbols.sh LIBRARY HEADER
set -eu
library=$1
header=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Declared: a name in front of a parenthesis, in the header without its comments; a typedef of a
# function type is no symbol.
sed 's:/\*.*\*/::; \:/\*:,\:\*/:d; /^typedef/d' "$header" |
    grep -o 'nnblas_[a-z0-9_]*(' | tr -d '(' | sort -u >"$work/declared"
# A is a version of the map.
case $library in
*.a) nm --extern-only --defined-only "$library" ;;
*) nm --dynamic --defined-only "$library" ;;
esac | awk 'NF == 3 && $2 != "A" { print $3 }' | sed 's/@.*//' | sort -u >"$work/exported"
if ! diff "$work/declared" "$work/exported"; then
    echo "declared in the header (<) and exported by the library (>) differ" >&2
    exit 1
fi
echo "$(wc -l <"$work/exported") symbols"
case $library in *.a) exit 0 ;; esac
bare=$(nm --dynamic --defined-only "$library" | awk '$2 != "A" && $3 !~ /@@NNBLAS_/ { print $3 }')
if [ -n "$bare" ]; then
    echo "without a version: $bare" >&2
    exit 1
fi
soname=$(objdump -p "$library" | awk '$1 == "SONAME" {print $2}')
if [ "$soname" != libnnblas.so.0 ]; then
    echo "the soname is '$soname', not libnnblas.so.0" >&2
    exit 1
fi
