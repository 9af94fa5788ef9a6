#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A compiler that computes in the long registers of the x87 is refused, with a message that says what to do.
# usage: check_arithmetic.sh INCLUDE_DIR COMPILER...
set -eu
include_dir=$1
shift

compile() { # COMPILER...
    printf '#include "core/bits.h"\n' | "$@" -I"$include_dir" -fsyntax-only -x c - 2>&1
}

compile "$@" -msse2 -mfpmath=sse
if message=$(compile "$@" -mfpmath=387); then
    echo "x87 arithmetic was accepted" >&2
    exit 1
fi
case $message in
*'double-precision'*'-msse2 -mfpmath=sse'*) ;;
*)
    echo "the refusal does not say what to do: $message" >&2
    exit 1
    ;;
esac
