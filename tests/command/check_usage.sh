#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The command lines that demo, explain and info accept and refuse.
# usage: check_usage.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_help() {
    expect_status 0 --help
    for name in demo explain info; do
        check "the help lists $name" has "$out" "^  $name "
    done
    for name in demo explain info; do
        expect_status 0 "$name" --help
        check "the help of $name begins with its usage" has "$out" "^usage: nnblas $name"
    done
    expect_status 0 help
    check "help is --help" has "$out" '^usage: nnblas COMMAND'
    expect_status 0 -h
    check "and so is -h" has "$out" '^usage: nnblas COMMAND'
    expect_status 0 help demo
    check "help shows the help of a command" has "$out" '^usage: nnblas demo'
    expect_status 0 demo -h
    check "-h is the --help of a command" has "$out" '^usage: nnblas demo'
    expect_status 0 --version
    check "the version is three numbers" has "$out" '^nnblas [0-9]+\.[0-9]+\.[0-9]+$'
}

check_refusals() {
    refuses 'usage: nnblas'
    refuses "unknown command 'nonsense'" nonsense
    refuses "unknown option '--nonsense'" --nonsense
    refuses "unknown command ''" ''
    refuses "ambiguous command 'e'" e
    refuses "unknown command 'nonsense'" help nonsense
    refuses "unexpected argument 'info'" help demo info
    for name in demo explain info; do
        refuses "unknown option '--nonsense'" "$name" --nonsense
    done
    for name in demo info 'explain a b'; do
        # shellcheck disable=SC2086 # a command with its arguments
        refuses "unexpected argument '(nonsense|a)'" $name nonsense
    done
    refuses "unknown option '--seeds'" demo --seeds 1
    refuses '--seed takes a whole number' demo --seed
    refuses '--seed takes a whole number' demo --seed -1
    refuses '--seed takes a whole number' demo --seed=
    refuses '--seed takes a whole number' demo --seed 18446744073709551616
    refuses '--epochs takes a whole number from 1' demo --epochs 0
    refuses '--epochs takes a whole number' demo --epochs 1e3
    refuses '--hidden takes a whole number' demo --hidden '4 '
    refuses '--hidden takes a whole number from 1 to 10000' demo --hidden 10001
}

# As GNU programs have it.
check_forms() {
    expect_status 0 demo --ep=7 --hid 3 --see=5
    check "the beginning of a name is enough" has "$out" '^iris: .* epochs 7 seconds'
    check "  where it begins no other one" has "$out" '^Seed 5$'
    check "  with its value behind = or a blank" has "$out" '4-3-3'
    expect_status 0 dem --epochs 7 --splits 1
    check "the beginning of a command is enough" has "$out" '^iris: .* epochs 7 seconds'
    refuses "nnblas demo: unknown option '--nonsense'" dem --nonsense
    refuses "--help takes no argument" demo --help=yes
    refuses "unknown option '-x'" demo -x
    refuses "unknown option '--nonsense=1'" demo --nonsense=1
    refuses "unexpected argument '--epochs'" demo -- --epochs
    refuses "unexpected argument '-'" demo -
    expect_status 0 demo --epochs 1 --help
    check "--help is enough anywhere" has "$out" '^usage: nnblas demo'
    refuses "--epochs takes a whole number" demo --epochs x --help
}

check_full_disk() {
    fails_on_full_disk --help
    fails_on_full_disk --version
    fails_on_full_disk demo --epochs 1 --splits 1
    fails_on_full_disk explain
    fails_on_full_disk info
    fails_on_full_disk demo --help
}

check_help
check_refusals
check_forms
check_full_disk
conclude
