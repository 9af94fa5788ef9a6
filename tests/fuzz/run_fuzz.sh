#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fuzzes for so many seconds, from networks that the library saved itself.
# usage: run_fuzz.sh FUZZ_LOAD EXCHANGE DICTIONARY [SECONDS]
set -eu
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
"$2" save "$corpus/saved"
# A header as small as it gets: more of what is tried reaches its end.
printf '%s' '{"__metadata__":{"nnblas.format":"1","nnblas.layer_sizes":"1,1","nnblas.hidden_activation":"relu","nnblas.output_activation":"sigmoid","nnblas.cost":"mse"},"W1":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]}} ' >"$corpus/header"
size=$(wc -c <"$corpus/header")
{
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %o "$size")\\0\\0\\0\\0\\0\\0\\0"
    cat "$corpus/header"
    printf '\0\0\0\0\0\0\340\077'
} >"$corpus/small"
rm "$corpus/header"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"
"$1" -max_total_time="${4:-20}" -max_len=4096 -dict="$3" -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="${TMPDIR:-/tmp}/nnblas-fuzz-" "$corpus"
