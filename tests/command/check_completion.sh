#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What bash and zsh complete, each asked itself.
# usage: check_completion.sh NNBLAS FOLDER_OF_COMPLETION
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"
completion=$2
printf 'width,height,kind of it\n1,2,a\n' >table.csv
gzip -k table.csv

# The words after this one are the command line; the last, which may be empty, is completed.
in_bash() {
    # shellcheck disable=SC2016 # for bash
    bash -c '. "$1/nnblas.bash"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nnblas
             printf "%s\n" "${COMPREPLY[@]}"' bash "$completion" "$nnblas" "$@" >"$out" 2>"$err"
}

in_zsh() {
    zsh -f "$here/complete.zsh" "$completion" "$(dirname "$nnblas")" "$1" >"$out" 2>"$err"
}

check_bash() {
    in_bash e
    check "bash: two commands begin with e" has_lines "$out" "$("$nnblas" --help | grep -c '^  e')"
    in_bash train --check
    check "bash: options of train" has "$out" '^--checkpoint-every$'
    check "  and no others" has_lines "$out" 2
    in_bash train table.csv --target ''
    check "bash: the columns of the table" has "$out" '^height$'
    in_bash train table.csv --target height,w
    check "  also behind a comma" has "$out" '^height,width$'
    in_bash train table.csv.gz --target k
    check "  of a compressed one, and with blanks" has "$out" '^kind of it$'
    in_bash train --optimizer l
    check "bash: the optimizers" has "$out" '^levenberg-marquardt$'
    in_bash train ta
    check "bash: files" has "$out" '^table.csv$'
    in_bash help tr
    check "bash: commands behind help" has "$out" '^train$'
}

check_zsh() {
    in_zsh 'nnblas e'
    check "zsh: commands, with what they do" has "$out" 'evaluate +-- score'
    in_zsh 'nnblas train --check'
    check "zsh: options of train" has "$out" '--checkpoint-every'
    in_zsh 'nnblas train table.csv --target '
    check "zsh: the columns of the table" has "$out" 'height'
    in_zsh 'nnblas train table.csv --target height,wi'
    check "  also behind a comma" has "$out" 'height,width'
    in_zsh 'nnblas train --optimizer '
    check "zsh: the optimizers" has "$out" 'gradient-descent'
    in_zsh 'nnblas train tab'
    check "zsh: files" has "$out" 'table.csv'
}

# The names that the scripts hold are those that the command takes.
check_values() {
    for option in activation optimizer; do
        refuses "--$option takes" train --"$option" nonsense
        for shell in nnblas.bash _nnblas; do
            names=$(sed -n "s/^ *--$option) \(printf '%s.n'\|print -l\) \(.*\) ;;/\2/p" "$completion/$shell")
            check "$shell has names for --$option" test -n "$names"
            # "A, B or C", and perhaps ", or ..." behind it, as "A B C"
            check "  and they are all" \
                has "$err" "takes $(echo "$names" | sed 's/ \([^ ]*\)$/ or \1/; s/ \([^o ][^ ]*\)/,? \1/g')(, or .*)?\$"
        done
    done
}

has_program bash bash && check_bash
has_program zsh zsh && check_zsh
check_values
conclude
