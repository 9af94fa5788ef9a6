#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Files that cannot be written are found before a training, and what is replaced keeps its owner.
# usage: check_files.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# fails_at_once REGEX ARGUMENTS...: train fails before it reads the table
fails_at_once() {
    message=$1
    shift
    fails "$message" train nowhere.csv --target x "$@"
    check "  before the table is read" lacks "$err" 'nowhere\.csv'
}

check_before() {
    ln -s missing dangling
    ln -s missing dangling.svg
    mkdir folder
    for option in --output --history --checkpoint; do
        fails_at_once 'cannot write dangling: it is a link that leads nowhere' $option dangling
        fails_at_once 'cannot write folder/: it is a folder' $option folder/
        fails_at_once 'cannot write new/: its name ends in a slash' $option new/
        fails_at_once "cannot write '': its name is empty" $option ''
        fails_at_once 'cannot write nowhere/new: No such file' $option nowhere/new
        fails_at_once 'cannot write test.csv/new: Not a directory' $option test.csv/new
    done
    fails_at_once 'cannot write dangling.svg: it is a link' --plot dangling.svg
    fails_at_once 'cannot write /dev/null: it is no regular file' --checkpoint /dev/null
    mkdir state.epochs
    fails_at_once 'cannot write state.epochs: it is a folder' --checkpoint state
    cp model kept
    for given in --checkpoint '--resume --checkpoint'; do
        # shellcheck disable=SC2086 # two options
        fails_at_once 'model is a model, or a damaged checkpoint, which --checkpoint would replace' $given model
        # shellcheck disable=SC2086 # two options
        fails_at_once 'rows.csv is no checkpoint, which --checkpoint would replace' $given rows.csv
    done
    check "the model is as it was" cmp -s model kept
    : >empty
    for file in empty new; do
        expect_status 0 train --quiet --epochs 3 --checkpoint $file
        expect_status 0 train --epochs 5 --checkpoint $file --resume
        check "the checkpoint $file is gone on from" has "$out" '^3 of them by the checkpoint, and 2 '
        expect_status 0 train --quiet --epochs 2 --checkpoint $file
    done
    rm -f empty new
    fails 'cannot write dangling: it is a link' tune nowhere.csv --target x --output dangling
    fails 'cannot write dangling: it is a link' predict nowhere nowhere.csv --output dangling
    check "the link is as it was" test -L dangling
    check "  and leads nowhere" test ! -e missing
    check "there is no temporary file" is_alone test.csv
}

check_streams() {
    refuses '--checkpoint cannot be standard output: give the name of a file' train --checkpoint -
    refuses '--plans cannot be standard input' train --plans -
    refuses '--output cannot be standard output' tune --output -
    check "no file has the name -" test ! -e ./-
    mkfifo pipe
    cat pipe >piped &
    expect_status 0 train --quiet --epochs 2 --output pipe
    wait
    "$nnblas" train --quiet --epochs 2 --output written
    check "a pipe gets the model" same_network piped written
}

# has_owner FILE OWNER MODE
has_owner() {
    test "$(stat -c '%u:%g %a' "$1")" = "$2 $3"
}

# keeps_owner FILE ARGUMENTS...: of a copy of the file "old" that others may run as its owner
keeps_owner() {
    kept=$1
    shift
    cp old "$kept"
    chown 12345:54321 "$kept"
    chmod 6750 "$kept"
    expect_status 0 "$@"
    cmp -s old "$kept"
    check "  $kept is written" test $? -eq 1
    check "  and keeps its owner and mode, but does not run as its owner" \
        has_owner "$kept" 12345:54321 750
}

check_owners() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "skipped: owners of files (needs root)"
        return 0
    fi
    "$nnblas" train --quiet --epochs 1 --checkpoint old
    keeps_owner owned train --quiet --epochs 2 --checkpoint owned
    echo old >old
    keeps_owner owned train --quiet --epochs 2 --output owned
    keeps_owner owned.csv train --quiet --epochs 2 --history owned.csv
    keeps_owner owned predict model test.csv --output owned
    keeps_owner owned tune --quiet --seconds 0.01 --output owned
    has_program gnuplot gnuplot-nox || return 0
    keeps_owner owned.svg train --quiet --epochs 2 --plot owned.svg
}

check_forgotten_values() {
    refuses '--plans takes an argument, and the option --quiet follows' train --plans --quiet
    refuses '--output takes an argument, and the option --epochs=3 follows' \
        train --output --epochs=3
    refuses '--epochs takes an argument, and the option --quiet follows' train --epochs --quiet
    refuses '--output takes an argument, and the option --header follows' \
        predict model test.csv --output --header
    expect_status 0 train --quiet --epochs 2 --output=--quiet
    check "with = it is the value" test -s ./--quiet
}

make_model
check_before
check_streams
check_owners
check_forgotten_values
conclude
