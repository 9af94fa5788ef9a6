#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Files and streams that are written: completely, or not at all.
# usage: check_outputs.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_streams() {
    "$nnblas" train --target species --output - - <train.csv >streamed 2>"$err"
    check "train reads and writes standard streams" same_network model streamed
    check "  and its page is on stderr" has "$err" '^train accuracy'
    check "  which calls its table standard input" has "$err" '^120 rows of standard input: '
    "$nnblas" predict - test.csv <model >"$out"
    check "a model on standard input" cmp expected "$out"
    expect_status 0 predict --output - model test.csv
    check "predictions on standard output" cmp expected "$out"
    "$nnblas" train --epochs 3 --history - >"$out" 2>"$err"
    check "a history on standard output" has_lines "$out" 4
    expect_status 0 predict model -- test.csv
}

has_svg_alone() {
    test "$(sed -n '1p;$p' "$1" | cut -c1-5 | tr -d '\n')" = '<?xml' && lacks "$1" '^(accuracy|train|baseline|[0-9]+ rows)'
}

check_named_streams() {
    cat expected expected >twice
    for name in - /dev/stdout /dev/fd/1 log; do
        cp expected log
        "$nnblas" predict model test.csv --output $name >>log
        check "$name is standard output" cmp twice log
    done
    for name in /dev/stderr /dev/fd/2 log; do
        cp expected log
        "$nnblas" predict model test.csv --output $name 2>>log
        check "$name is standard error" cmp twice log
    done
    cp expected log
    "$nnblas" predict model test.csv --output /dev/fd/5 5>>log
    check "/dev/fd/5 is descriptor 5" cmp twice log
    echo kept >log
    "$nnblas" evaluate model test.csv --json /dev/stdout >>log
    check "JSON on /dev/stdout stands behind what was there" test "$(sed -n '1,2p' log | tr -d '\n')" = 'kept{'
    check "  without a text" lacks log '^accuracy'
    "$nnblas" train train.csv --target species --output /dev/stdout 2>"$err" | cat >streamed
    check "a model on /dev/stdout is not mixed with the summary" same_network model streamed
    check "  which is on stderr" has "$err" '^train accuracy'
    : >streamed
    # shellcheck disable=SC2094 # on purpose
    "$nnblas" train train.csv --target species --output streamed >>streamed 2>"$err"
    check "nor is one in the file of standard output" same_network model streamed
    # shellcheck disable=SC2094 # on purpose
    "$nnblas" predict model train.csv --output /dev/stdout >>train.csv 2>"$err"
    check "a table is not appended to while it is read" has "$err" 'DATA.csv and --output are the same file'
    if has_program gnuplot gnuplot-nox; then
        for command in train 'evaluate model test.csv' 'importance model test.csv'; do
            # shellcheck disable=SC2086,SC2094 # several arguments; on purpose
            "$nnblas" $command --plot both.svg >both.svg 2>"$err"
            check "the picture of $command is not mixed with text" has_svg_alone both.svg
        done
    fi
    fails 'cannot write /dev/fd/199: Bad file' predict model test.csv --output /dev/fd/199
    refuses '--output and --json cannot both be standard error' train --output /dev/stderr --json /dev/fd/2
    refuses '--checkpoint cannot be standard output: give' train --checkpoint /dev/stdout
    refuses '--checkpoint cannot be standard error: give' train --checkpoint /dev/stderr
    refuses '--checkpoint cannot be /dev/fd/199: give' train --checkpoint /dev/fd/199
}

check_outputs() {
    echo old >kept
    sed '17s/^[^,]*/abc/' test.csv >bad.csv
    fails 'abc' predict model bad.csv --output kept
    check "a failure leaves the old file" grep -qx old kept
    check "  and no part of a new one" is_alone kept
    chmod 640 kept
    ln -s kept link
    expect_status 0 predict model test.csv --output link
    check "success replaces it, behind a link" cmp expected kept
    check "  which stays one" test -L link
    check "  with its mode" test "$(stat -c %a kept)" = 640
    (umask 027 && "$nnblas" predict model test.csv --output fresh)
    check "a new file follows the umask" test "$(stat -c %a fresh)" = 640
    fails 'cannot write nowhere/m: No such file' train --output nowhere/m
    check "  before it trains" is_empty "$out"
    fails 'cannot write \.: it is a folder' train --history .
    fails 'cannot write /dev/null: it is no regular file' train --checkpoint /dev/null
    expect_status 0 predict model test.csv --output /dev/null
    check "a device stays a device" test -c /dev/null
    expect_status 0 train --quiet --epochs 2 --output /dev/null
    check "  also under a model" test -c /dev/null
}

check_socket() {
    has_program python3 python3 || return 0
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("named")'
    fails '^nnblas predict: cannot write named: it is a socket$' predict model test.csv --output named
}

# holds PACKED EXPECTED: the file is gzip of the other
holds() {
    gzip -dc "$1" | cmp -s - "$2"
}

# What is written under a name that ends in .gz is compressed.
check_gzip() {
    if ! "$nnblas" info --json info.gz >"$out" 2>"$err"; then
        check "without zlib a name that ends in .gz is refused" has "$err" \
            '^nnblas info: this build has no zlib to compress info.gz: leave out its .gz$'
        return 0
    fi
    expect_status 0 predict model test.csv --output packed.csv.gz
    check "predictions are compressed" holds packed.csv.gz expected
    cp packed.csv.gz before.gz
    expect_status 0 predict model test.csv --output packed.csv.gz
    check "  always in the same bytes" cmp -s packed.csv.gz before.gz
    "$nnblas" iris >iris.csv
    expect_status 0 train iris.csv --target species --epochs 3 --quiet --history history.csv.gz --json run.json.gz
    check "a history" test "$(gzip -dc history.csv.gz | wc -l)" -eq 4
    check "a record, with all of its lines" test "$(gzip -dc run.json.gz | sed -n '1p;$p' | tr -d '\n')" = '{}'
    "$nnblas" export model --c model.c
    expect_status 0 export model --c model.c.gz
    check "C source" holds model.c.gz model.c
    "$nnblas" explain --html page.html
    expect_status 0 explain --html page.html.gz
    check "a page, which has more than a buffer holds" holds page.html.gz page.html
    mkfifo pipe.gz
    cat pipe.gz >packed &
    expect_status 0 predict model test.csv --output pipe.gz
    wait
    check "a pipe of such a name" holds packed expected
    for argument in --output --checkpoint; do
        refuses "$argument is not compressed: leave out the .gz of model.gz" train iris.csv --target species \
            $argument model.gz
    done
    check "  before a file is written" test ! -e model.gz
    [ -c /dev/full ] || return 0
    ln -s /dev/full full.gz
    fails 'cannot write full.gz: No space left' predict model test.csv --output full.gz
    fails 'cannot write full.gz: No space left' explain --html full.gz
    (ulimit -f 8 && "$nnblas" explain --html page.html.gz 2>"$err")
    check "no room for all of it" has "$err" '^nnblas explain: cannot write page.html.gz: File too large$'
    check "  leaves the old file" holds page.html.gz page.html
    check "  alone" is_alone page.html.gz
}

# More than a pipe holds when they are predicted.
make_many_rows() {
    cat rows.csv rows.csv rows.csv rows.csv rows.csv rows.csv rows.csv rows.csv >more.csv
    cat more.csv more.csv more.csv more.csv more.csv more.csv more.csv more.csv >many.csv
}

check_full_disk() {
    fails_on_full_disk predict model test.csv
    fails_on_full_disk evaluate model test.csv
    fails_on_full_disk train --epochs 2
    fails_on_full_disk iris
    fails_on_full_disk train --help
    [ -c /dev/full ] || return 0
    fails 'cannot write /dev/full: No space left' predict model test.csv --output /dev/full
    fails 'cannot write /dev/full: No space left' train --epochs 2 --output /dev/full
    fails 'cannot write /dev/full: No space left' train --epochs 2 --history /dev/full
    mkdir small
    trap 'umount "$directory/small" 2>/dev/null; rm -rf "$directory"' EXIT
    if ! mount -t tmpfs -o size=16k tmpfs small 2>/dev/null; then
        echo "skipped: models on a disk that is nearly full (needs root, and the right to mount)"
        return 0
    fi
    echo old >small/kept
    head -c 8192 /dev/zero >small/filler
    make_many_rows
    fails 'cannot write small/kept: No space left' predict model many.csv --output small/kept
    check "a full disk leaves the old file" grep -qx old small/kept
    check "  and no part of a new one" is_alone small/kept
    fails 'small/kept' train --epochs 2 --hidden 500 --output small/kept
    check "  nor of a model" grep -qx old small/kept
    check "  beside it" is_alone small/kept
    umount small
}

# The limit of a file's size, in blocks of 512 bytes, stands for a full disk, and needs no root.
check_size_limit() {
    make_many_rows
    echo old >limited
    (ulimit -f 8 && "$nnblas" predict model many.csv --output limited) >"$out" 2>"$err"
    test $? -eq 1
    report $? "a file over the limit of its size exits 1"
    check "  with a message" has "$err" 'cannot write limited: File too large'
    check "  and leaves the old file" grep -qx old limited
    check "  alone" is_alone limited
    (ulimit -f 8 && "$nnblas" train --quiet --epochs 2 --hidden 500 --output limited) 2>"$err"
    test $? -eq 1
    report $? "so does a model"
    check "  with a message" has "$err" 'File too large.*limited'
}

# A checkpoint that does not fit, beside a model that does.
check_checkpoint_failure() {
    rm -f limited
    (ulimit -f 56 && "$nnblas" train --epochs 20 --patience 0 --checkpoint limited \
        --checkpoint-every 5 --output fits --hidden 200) >"$out" 2>"$err"
    test $? -eq 1
    report $? "a checkpoint that cannot be written exits 1, and does not end a training"
    check "  of which all epochs are done" has "$out" '^20 of 20 epochs: completed'
    check "  and the model is saved" has "$out" '^saved fits'
    check "  with one warning" test "$(grep -c 'warning: a checkpoint was not written' "$err")" -eq 1
    check "  that says why" has "$err" 'File too large.*limited'
    check "  and no part of a checkpoint" test ! -e limited
    check "  nor a temporary file" is_alone limited
    (ulimit -f 56 && "$nnblas" train --quiet --epochs 20 --checkpoint limited --hidden 200) 2>"$err"
    check "  also with --quiet" has "$err" 'warning: a checkpoint was not written'
    expect_status 0 train --epochs 5 --checkpoint written --output fits --hidden 200
    check "a checkpoint that was written causes none" lacks "$err" warning
}

check_closed_pipe() {
    make_many_rows
    { "$nnblas" predict model many.csv 2>"$err"; echo $? >status; } | head -n 1 >"$out"
    check "a closed pipe: exit 1" grep -qx 1 status
    check "  without a message, as the reader has what it wanted" is_empty "$err"
    for arguments in iris 'show model' 'evaluate model test.csv' 'predict model test.csv'; do
        # shellcheck disable=SC2086 # several arguments
        { sleep 0.1; "$nnblas" $arguments 2>"$err"; } | true
        check "  nor has '$arguments' one" is_empty "$err"
    done
}

# Without them the descriptors of standard streams, messages would go into the files that get their numbers.
check_closed_streams() {
    sed '17s/^[^,]*/abc/' test.csv >bad.csv
    for closed in '>&- 2>&-' '<&- >&- 2>&-' '2>&-'; do
        echo old >kept
        eval '"$nnblas" predict model bad.csv --output kept --skip-bad-rows' "$closed" >/dev/null
        check "with $closed no message is in a file" lacks kept nnblas
        check "  that has the predictions" has_lines kept 31
    done
    "$nnblas" predict model test.csv 2>"$err" >&-
    test $? -eq 1
    report $? "a closed standard output is a failure"
    check "  with a message" has "$err" 'cannot write to standard output: Bad file'
    "$nnblas" predict model - 2>"$err" <&-
    test $? -eq 1
    report $? "and so is a closed standard input"
    check "  with a message" has "$err" '^nnblas predict: .*: Bad file'
}

make_model
check_streams
check_named_streams
check_closed_streams
check_outputs
check_socket
check_gzip
check_full_disk
check_size_limit
check_checkpoint_failure
check_closed_pipe
conclude
