# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# What the checks of --mpi share, beside what those of the command do; to be sourced in the same way.
# More ranks than processors run here, as root in continuous integration, and without the copies from
# process to process that containers forbid.
# shellcheck source=../command/support.sh
. "${checks_of_mpi:-$(dirname "$0")}/../command/support.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
    OMPI_MCA_btl_vader_single_copy_mechanism=none

# skip REASON: ends the script, as a suite that cannot run here
skip() {
    echo "skipped: $1"
    exit 77
}

mpirun --version 2>/dev/null | grep -q 'Open MPI' || skip "the checks of --mpi (need openmpi-bin)"

# expect_of_ranks STATUS RANKS ARGUMENTS...: of nnblas over so many ranks
expect_of_ranks() {
    expected=$1
    ranks=$2
    shift 2
    mpirun -np "$ranks" "$nnblas" "$@" >"$out" 2>"$err"
    status=$?
    test $status -eq "$expected"
    report $? "'nnblas $*' with $ranks ranks exits $expected"
}

# find_rank RANK: its process, of those that run in this folder
find_rank() {
    for process in $(pgrep -x nnblas); do
        grep -qzx "OMPI_COMM_WORLD_RANK=$1" "/proc/$process/environ" 2>/dev/null &&
            [ "$(readlink "/proc/$process/cwd")" = "$directory" ] && echo "$process" && return 0
    done
    return 1
}

# begin_ranks RANKS ARGUMENTS...: nnblas over so many ranks, as process $job; what hangs is ended. Without
# --foreground timeout would send mpirun each signal twice, and the second ends it at once.
begin_ranks() {
    ranks=$1
    shift
    : >"$out"
    : >"$err"
    heeding_signals timeout --foreground 60 mpirun -np "$ranks" "$nnblas" "$@" >"$out" 2>"$err" &
    job=$!
}

# $job ends by itself, with another status than 0
ends_badly() {
    wait "$job"
    status=$?
    check "  mpirun exits with another status than 0: $status" test $status -ne 0 -a $status -ne 124
}

# without_times FILE: what differs from run to run
without_times() {
    grep -v '"seconds"' "$1" | sed -E 's/ +[0-9]+\.[0-9][0-9]( |$)/ /; s/seconds [0-9.]+//; s/[0-9]+ at the same time//'
}

# same_but_times FILE FILE
same_but_times() {
    without_times "$1" >first.text && without_times "$2" >second.text && test -s first.text &&
        cmp -s first.text second.text
}

# weights_are_near MODEL MODEL: to 1e-9 of the largest
weights_are_near() {
    print_weights "$1" | od -An -v -w8 -tf8 >first.weights
    print_weights "$2" | od -An -v -w8 -tf8 >second.weights
    test -s first.weights && paste first.weights second.weights | awk '
        NF != 2 { exit 1 }
        { size = $1 < 0 ? -$1 : $1; off = $1 < $2 ? $2 - $1 : $1 - $2
          largest = size > largest ? size : largest; worst = off > worst ? off : worst }
        END { exit !(worst <= 1e-9 * largest) }'
}

# once REGEX: on standard error
once() {
    test "$(grep -Ec -e "$1" "$err")" -eq 1
}

# is_of_one_process RANKS ARGUMENTS...
is_of_one_process() {
    ranks=$1
    shift
    expect_status 0 train "$@" --output one --history one.csv
    grep -v '^saved' "$out" >one.out
    expect_of_ranks 0 "$ranks" train "$@" --mpi --output ranks --history ranks.csv
    check "  the weights are those of one process" weights_are_near one ranks
    grep -v -e '^saved' -e '^[0-9]* ranks*, each' "$out" >ranks.out
    check "  and so is the summary" same_but_times one.out ranks.out
    check "  of as many epochs" test "$(wc -l <one.csv)" -eq "$(wc -l <ranks.csv)"
}
