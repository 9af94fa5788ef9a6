#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every kernel of every instruction set does its arithmetic in vectors of that set's full width.
# usage: check_vectorised.sh LIBRARY...
# LIBRARY: the static libraries libkernels_SET.a, each with the functions of one set.
set -eu
kernels="apply_sigmoid apply_tanh apply_relu apply_softmax sigmoid_delta tanh_delta relu_delta sigmoid_mse_delta error_delta softmax_mse_delta softmax_cross_entropy_delta squared_error sigmoid_cross_entropy softmax_cross_entropy sum add add_rows update momentum nesterov adam rprop check_update check_finite sum_magnitudes"
failures=0

# How many packed double operations on the given registers the function has.
count_packed() { # library function register
    objdump --disassemble="$2" --no-show-raw-insn "$1" |
        grep -cE "v?(add|sub|mul|div|max|cmp[a-z_]*|sqrt|fmadd[0-9]*|fmsub[0-9]*|fnmadd[0-9]*)pd .*%$3" || true
}

for library; do
    set=${library##*/libkernels_}
    case $set in
    baseline.a) register=xmm ;;
    avx2.a) register=ymm ;;
    avx512.a) register=zmm ;;
    *)
        echo "$library holds no kernel set" >&2
        exit 2
        ;;
    esac
    for kernel in $kernels; do
        packed=$(count_packed "$library" "$kernel" "$register")
        if [ "$packed" -eq 0 ]; then
            echo "not vectorised: $kernel of ${set%.a} has no packed operation on $register" >&2
            failures=$((failures + 1))
        else
            echo "$kernel of ${set%.a}: $packed packed operations on $register"
        fi
    done
done
[ "$failures" -eq 0 ]
