# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# What the checks of the command share; to be sourced by a script whose first argument is the path
# of nnblas. They run in a folder of their own, print "ok" or "not ok" and what was checked, and end
# with the status of conclude.
nnblas=$(cd "$(dirname "${1:?the path of nnblas}")" && pwd)/$(basename "$1")
export NNBLAS_KEEP_CORETYPE=1
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
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

# has_program PROGRAM PACKAGE: where it is missing, says what is skipped for it
has_program() {
    command -v "$1" >/dev/null && return 0
    echo "skipped: the checks of the command with $1 (needs $2)"
    return 1
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

# heeding_signals COMMAND...: as a terminal would start it; a job behind & ignores SIGINT
heeding_signals() {
    exec python3 -c 'import os, signal, sys
for number in signal.SIGHUP, signal.SIGINT, signal.SIGTERM:
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

# wait_for FILE REGEX: of what another process writes; a file of an earlier one has to be removed before
wait_for() {
    tries=0
    until has "$1" "$2" 2>/dev/null || [ $tries -ge 600 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
}

# has FILE REGEX
has() {
    grep -Eq -e "$2" "$1"
}

# lacks FILE REGEX
lacks() {
    ! has "$@"
}

# refuses REGEX ARGUMENTS...: exit 2, nothing on stdout, a message that matches on stderr
refuses() {
    message=$1
    shift
    expect_status 2 "$@"
    check "  with nothing on stdout" test ! -s "$out"
    check "  and a message: $message" has "$err" "$message"
}

# fails REGEX ARGUMENTS...: exit 1, and a message that matches on stderr
fails() {
    message=$1
    shift
    expect_status 1 "$@"
    check "  and a message: $message" has "$err" "$message"
}

# fails_on_full_disk ARGUMENTS...: where standard output is full
fails_on_full_disk() {
    [ -c /dev/full ] || return 0
    "$nnblas" "$@" >/dev/full 2>"$err"
    test $? -eq 1
    report $? "'nnblas $*' on a full disk exits 1"
    check "  and says so" has "$err" 'cannot write to standard output'
}

# is_empty FILE
is_empty() {
    test ! -s "$1"
}

# has_lines FILE COUNT
has_lines() {
    test "$(wc -l <"$1")" -eq "$2"
}

# is_alone FILE: there is no temporary file beside it
is_alone() {
    set -- "$(dirname "$1")"/.nnblas-*.tmp
    test ! -e "$1"
}

# Where the weights of a model begin, behind its header: the first 8 bytes are its size, the lowest
# first.
find_weights() {
    od -An -tu1 -N4 "$1" | awk '{ print $1 + 256 * ($2 + 256 * ($3 + 256 * $4)) + 8 }'
}

print_weights() {
    tail -c +$(($(find_weights "$1") + 1)) "$1"
}

# The header of a model, in which no quote is escaped.
print_header() {
    head -c "$(find_weights "$1")" "$1" | tail -c +9 | sed 's/[\\]//g'
}

# in_header MODEL TEXT
in_header() {
    print_header "$1" | grep -qF -e "$2"
}

# same_network MODEL MODEL: all bits of their weights are the same
same_network() {
    print_weights "$1" >weights.first && print_weights "$2" >weights.second &&
        test -s weights.first && cmp -s weights.first weights.second
}

# predicts_like EXPECTED DATA...: the predictions of the model for DATA are those in EXPECTED
predicts_like() {
    expected_predictions=$1
    shift
    "$nnblas" predict model "$@" >"$out" 2>"$err" && cmp -s "$expected_predictions" "$out"
}

is_narrow() {
    ! has "$1" '.{101}'
}

# Tables of 120 and 30 iris flowers, the second also without its header and without the species; a
# model trained on the first, and its predictions for the second.
make_model() {
    "$nnblas" iris --part train >train.csv
    "$nnblas" iris --part test >test.csv
    sed 1d test.csv >rows.csv
    cut -d, -f1-4 test.csv >features.csv
    "$nnblas" train train.csv --target species --quiet --output model
    "$nnblas" predict model test.csv >expected
    check "there is a model to check with" has_lines expected 31
}

# scales_as POWER FILE FILE KEY...: the number in the second JSON is 2^POWER times that in the first one
scales_as() {
    python3 - "$@" <<'END'
import functools, json, sys
one, other = (functools.reduce(lambda part, key: part[int(key) if key.isdigit() else key], sys.argv[4:], json.load(open(name)))
              for name in sys.argv[2:4])
sys.exit(not one or not other or abs(other / one / 2.0 ** int(sys.argv[1]) - 1) > 1e-9)
END
}

# scale_target POWER TABLE: the last column, which gets 2^POWER times its values
scale_target() {
    python3 -c 'import sys
for i, line in enumerate(open(sys.argv[2])):
    first, last = line.rstrip().rsplit(",", 1)
    print(first, repr(float(last) * 2.0 ** int(sys.argv[1])) if i else last, sep=",")' "$@"
}

# The last command of a script, whose status it gives.
conclude() {
    echo "$failures not ok"
    test "$failures" -eq 0
}
