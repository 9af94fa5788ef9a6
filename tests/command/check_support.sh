# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# What the checks of the command share; to be sourced by a script whose first argument is the path
# of nnblas. Prints "ok" or "not ok" and what was checked.
nnblas=${1:?the path of nnblas}
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
out=$directory/out
err=$directory/err
failures=0

# report STATUS DESCRIPTION
report() {
    if [ "$1" -eq 0 ]; then
        echo "ok      $2"
    else
        echo "not ok  $2"
        failures=$((failures + 1))
    fi
}

# check DESCRIPTION COMMAND...: the command succeeds
check() {
    description=$1
    shift
    "$@"
    report $? "$description"
}

# Runs nnblas with the arguments, its output in $out and $err, and checks the exit status.
expect_status() {
    expected=$1
    shift
    "$nnblas" "$@" >"$out" 2>"$err"
    test $? -eq "$expected"
    report $? "'nnblas $*' exits $expected"
}

# has FILE REGEX
has() {
    grep -Eq -e "$2" "$1"
}

# refuses REGEX ARGUMENTS...: exit 2, nothing on stdout, a message that matches on stderr
refuses() {
    message=$1
    shift
    expect_status 2 "$@"
    check "  with nothing on stdout" test ! -s "$out"
    check "  and a message: $message" has "$err" "$message"
}
# The last command of a script, whose status it gives.
conclude() {
    echo "$failures not ok"
    test "$failures" -eq 0
}
