#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The man page has every command and option, in the order of the help.
# usage: check_man_page.sh NNBLAS MAN_PAGE
set -u
man_page=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_man_page() {
    "$nnblas" --help | awk '/^commands:/ { on = 1; next } on && /^  / { print $1 } /^$/ { on = 0 }' \
        >commands
    check "the help lists commands" test -s commands
    while read -r name; do
        check "the man page has $name" has "$man_page" "^\\.SS nnblas $name"
        "$nnblas" "$name" --help | grep -Eo -e '--[a-z-]+' | sort -u | sed 's/-/\\\\-/g' >options
        missing=$(while read -r option; do
            grep -q -e "$option" "$man_page" || echo "$option"
        done <options)
        check "  with its options $missing" test -z "$missing"
    done <commands
    sed -n 's/^\.SS nnblas //p' "$man_page" >sections
    check "  in the order of the help" cmp commands sections
    has_program man man-db || return 0
    MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l "$man_page" >"$out" 2>"$err"
    check "man shows it" has "$out" 'nnblas'
    check "  without a warning" is_empty "$err"
}

check_man_page
conclude
