#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every kernel of every instruction set does its arithmetic in vectors of that set's full width, and so
# does every function of the set that it calls.
# usage: check_vectorised.sh KERNELS_C LIBRARY...
# KERNELS_C: the source that ends with the table of the kernels.
# LIBRARY: the static libraries libkernels_SET.a, each with the functions of one set.
set -eu
kernels=$(sed -n 's/^ *\.[a-z_]* = \([a-z_]*\),$/\1/p' "$1")
[ -n "$kernels" ] || {
    echo "$1 has no table of kernels" >&2
    exit 2
}
shift

# The functions of a library: a line for each with its name and how many packed double operations on
# the given registers it has, and a line "name calls other" for each of them that it calls. A call out
# of the library has a relocation behind it.
list_functions() { # library register
    objdump --disassemble --reloc --no-show-raw-insn "$1" | awk -v register="%$2" '
        /R_X86_64/ { delete calls[name, other]; next }
        /^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]|\..*/, "", name); packed[name] += 0 }
        /v?(add|sub|mul|div|max|cmp[a-z_]*|sqrt|fn?m(add|sub)[0-9]*)pd / && index($0, register) {
            packed[name]++
        }
        { other = "" }
        $2 == "call" { other = $NF; gsub(/[<>]|[.+].*/, "", other); calls[name, other] = name " calls " other }
        END {
            for (name in packed) print name, packed[name]
            for (call in calls) print calls[call]
        }'
}

failures=0
for library; do
    set=${library##*/libkernels_}
    set=${set%.a}
    case $set in
    baseline) register=xmm ;;
    avx2) register=ymm ;;
    avx512) register=zmm ;;
    *)
        echo "$library holds no kernel set" >&2
        exit 2
        ;;
    esac
    functions=$(list_functions "$library" "$register")
    for kernel in $kernels; do
        for function in $kernel $(echo "$functions" | sed -n "s/^$kernel calls //p"); do
            packed=$(echo "$functions" | sed -n "s/^$function \([0-9]*\)$/\1/p")
            echo "$function of $set: ${packed:-no} packed operations on $register"
            # What only calls others has none itself.
            [ "$function" = "$kernel" ] && echo "$functions" | grep -q "^$kernel calls " && continue
            [ "${packed:-0}" -gt 0 ] || failures=$((failures + 1))
        done
    done
done
[ "$failures" -eq 0 ] || {
    echo "$failures functions are not vectorised" >&2
    exit 1
}
