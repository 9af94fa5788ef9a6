#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Each function that nnblas.h declares is used in nnblas.hpp, and each reason to stop is one of nnblas::stop.
# usage: check_reach.sh INCLUDE
set -eu
include=$1
missing=0
names=$(sed 's:/\*.*\*/::; \:/\*:,\:\*/:d; /^typedef/d' "$include/nnblas.h" |
    grep -oE 'nnblas_[a-z0-9_]+\(|NNBLAS_STOPPED_[A-Z_]+' | tr -d '(' | sort -u)
code=$(sed 's://.*::; \:/\*:,\:\*/:d' "$include/nnblas.hpp")
for name in $names; do
    echo "$code" | grep -qw "$name" || {
        echo "$name is not in nnblas.hpp"
        missing=$((missing + 1))
    }
done
echo "$(echo "$names" | wc -l) names, $missing missing"
[ "$missing" -eq 0 ]
