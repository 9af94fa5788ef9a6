#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs the example of one language by its commands in the table of examples/README.md. It has to print
# what the one in C prints, and to fail with the library's message where the learning rate is negative.
# usage: run_example.sh EXAMPLES WORK LANGUAGE
set -eu
examples=$1
work=$2
language=$3

# get_cell COLUMN LANGUAGE
get_cell() {
    cell=$(awk -F ' *[|] *' -v column="$1" -v language="$2" \
        '$2 == language { print $(column + 1) }' "$examples/README.md")
    [ -n "$cell" ] || { echo "$2 has no row in the table" >&2; exit 1; }
    echo "$cell"
}

# run LANGUAGE OUTPUT [SED COMMAND]: runs a copy of the example, changed by the command.
run() {
    folder=$(get_cell 2 "$1" | sed 's/^\[\([a-z]*\)\/.*/\1/')
    commands=$(get_cell 4 "$1" | tr -d '`')
    rm -rf "${work:?}/$folder"
    mkdir -p "$work"
    cp -r "$examples/$folder" "$work"
    [ $# -lt 3 ] || sed -i "$3" "$work/$folder"/circle*.*
    (cd "$work/$folder" && sh -ec "$commands") >"$2" 2>"$2.errors"
}

fail() {
    cat "$work/printed" "$work/printed.errors"
    echo "$language: $1"
    exit 1
}

work=$work/$(echo "$language" | tr -c 'A-Za-z\n' _)
mkdir -p "$work"
run C "$work/expected"
if ! run "$language" "$work/printed"; then
    if [ "$language" = JavaScript ] && [ ! -e "$work/javascript/node_modules/koffi" ]; then
        echo "skipped: the example in JavaScript (needs koffi from npm, which could not be fetched)"
        exit 77
    fi
    fail "failed"
fi
grep -Eq '^mse 0\.01[0-9]{16}$' "$work/expected" || fail "the one in C did not learn"
[ "$(tail -n 1 "$work/printed")" = "$(cat "$work/expected")" ] || fail "not the cost of the one in C"

run C "$work/expected" 's/0\.01/-0.01/' && fail "the one in C takes a negative rate"
message=$(cat "$work/expected.errors")
run "$language" "$work/printed" 's/0\.01/-0.01/' && fail "takes a negative rate"
grep -qF "$message" "$work/printed.errors" || fail "does not say: $message"
echo "$language: the cost of the one in C; $message"
