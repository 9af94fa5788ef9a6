#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Training on rows that stay in their files: the same schema and model as of rows in memory, the same bits whatever
# the threads, and trainings that go on from a checkpoint.
# usage: check_streams.sh NNBLAS [few]
#   few  of the tables that take long under a sanitizer
set -u
tables=${2:-all}
compare_models=$(cd "$(dirname "$0")" && pwd)/compare_models.py
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# A table of several blocks, with numbers, dates, texts, missing values and two bad rows.
rows=36000
[ "$tables" = all ] || rows=12000
python3 - $rows >table.csv <<'END'
import random
import sys
random.seed(1)
ROWS = int(sys.argv[1])
print("id,when,city,amount,size,flag,kind,price")
for i in range(ROWS):
    a = random.gauss(0, 1)
    when = f"2024-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    amount = f"{abs(a) * 1000:.2f} EUR" if i % 7 else ""
    kind = "" if i % 1000 == 3 else "high" if a + 0.3 * random.gauss(0, 1) > 0 else "low"
    print(i + 1, when, random.choice(["Rome", "Oslo", "Köln", ""]), amount, f"{a:.4f}", random.randint(0, 1), kind,
          f"{random.gauss(5, 2):.5f}", sep=",")
    if i == ROWS // 2:
        print("1,2,3")
    if i == ROWS - 1000:
        print(f"{i},x,Rome,foo EUR,zz,1,low,1")
END
gzip -k table.csv

full='--batch all --epochs 3 --patience 0 --skip-bad-rows --weight-decay 1e-4 --threads 1'

# check_same OPTIONS...: what is said, the schema and the model
check_same() {
    # shellcheck disable=SC2086 # several options
    "$nnblas" train table.csv "$@" $full --output memory >memory.out 2>memory.err
    # shellcheck disable=SC2086
    expect_status 0 train table.csv "$@" $full --stream --output stream
    check "the warnings are the same" cmp -s memory.err "$err"
    grep -Ev '^(saved|train) ' memory.out >expected
    grep -Ev '^(saved|train) ' "$out" >found
    check "  and what is found and learnt" cmp expected found
    check "  and the model" python3 "$compare_models" memory stream
}

check_tables() {
    check_same --target flag,kind --validation 0.1 --missing skip
    if [ "$tables" = all ]; then
        check_same --target kind
        check_same --target price --optimizer rprop
        check_same --target kind --validation 0.2
    fi
    check_same --target price --cost huber --ignore city --na Rome --text flag
    # shellcheck disable=SC2086
    expect_status 0 train table.csv.gz --target kind $full --stream --output packed
    # shellcheck disable=SC2086
    expect_status 0 train table.csv --target kind $full --stream --output stream
    check "compressed it is the same" same_network stream packed
    "$nnblas" iris >iris.csv
    expect_status 0 train iris.csv --target petal_width --epochs 9 --batch all --validation 0.2 --output memory
    expect_status 0 train iris.csv --target petal_width --epochs 9 --batch all --validation 0.2 --stream --output stream
    check "the default weight decay of numbers is that of rows in memory" same_network memory stream
    expect_status 0 train iris.csv --target species --epochs 3 --batch all --output memory
    expect_status 0 train iris.csv --target species --epochs 3 --batch all --stream --output stream
    check "and a small table too" python3 "$compare_models" memory stream
}

# same_bits FILE: with any number of threads, of an array of several blocks
same_bits() {
    for threads in 1 2 3; do
        "$nnblas" train --features "$1" --labels labels.idx --epochs 2 --hidden 4 --batch 500 --quiet \
            --threads $threads --output "bits.$threads"
    done
    same_network bits.1 bits.2 && same_network bits.1 bits.3
}

# Of all the rows of X.csv.
same_with_bad_rows() {
    numbers='--numbers --no-header --target 129 --epochs 1 --hidden 4 --batch 500 --quiet --stream'
    # shellcheck disable=SC2086
    "$nnblas" train X.csv $numbers --output clean
    sed -n '1s/^[0-9]*/x/p' X.csv >bad
    cat bad >>X.csv
    # shellcheck disable=SC2086
    "$nnblas" train X.csv $numbers --skip-bad-rows --output skipped
    same_network clean skipped
}

# Three blocks of rows, or two.
check_blocks() {
    most=140000
    [ "$tables" = all ] || most=70000
    python3 -c 'import random, struct, sys
random.seed(1)
rows = int(sys.argv[1])
X = random.randbytes(rows * 128).translate(bytes(i % 10 for i in range(256)))
labels = bytes(x > 4 for x in X[::128])
open("X.idx", "wb").write(struct.pack(">4B2I", 0, 0, 8, 2, rows, 128) + X)
open("labels.idx", "wb").write(struct.pack(">4BI", 0, 0, 8, 1, rows) + labels)
text = bytearray(b",") * (258 * rows)
for column in range(128):
    text[2 * column :: 258] = (ord("0") + x for x in X[column::128])
text[256::258] = (ord("0") + x for x in labels)
text[257::258] = b"\n" * rows
open("X.csv", "wb").write(text)' "$most"
    gzip -1k X.idx
    check "the bits of blocks in a drawn order do not depend on the threads" same_bits X.idx
    mv bits.1 drawn
    "$nnblas" train X.csv --no-header --target 129 --epochs 2 --hidden 4 --batch 500 --quiet --stream --output table
    check "  and the model of a table is the same but for rounding" python3 "$compare_models" drawn table
    [ "$tables" = few ] || check "  also where a table of numbers has bad rows" same_with_bad_rows
    check "  nor those of a compressed file" same_bits X.idx.gz
    check "  whose blocks come in their order" eval '! same_network drawn bits.1'
}

# check_rows FILE OPTION: those of rows in memory, of a table in which a column that is left out has gaps
# or bytes that are no text; no row is left out for its sake.
check_rows() {
    file=$1
    shift
    # shellcheck disable=SC2086
    expect_status 0 train "$file" --target y "$@" $all --output memory
    check "  with each row" has "$out" '^3000 rows of '
    # shellcheck disable=SC2086
    expect_status 0 train "$file" --target y "$@" $all --stream --output stream
    check "  also from the file" has "$out" '^3000 rows of '
    check "  and the same network" python3 "$compare_models" memory stream
    # shellcheck disable=SC2086
    expect_status 0 train "$file" --target y "$@" $all --stream --validation 0.3
}

check_texts_left_out() {
    all='--epochs 2 --hidden 3 --batch all'
    awk -v OFS=, 'BEGIN { srand(5); print "x,note,y"
        for (i = 0; i < 3000; i++) { x = rand(); print x, (i % 2 ? "text " i : ""), 2 * x } }' >notes.csv
    check_rows notes.csv --missing skip
    check_rows notes.csv --missing refuse
    LC_ALL=C sed 's/text/t\xe9xt/' notes.csv >latin.csv
    check_rows latin.csv --skip-bad-rows
    sed '7s/^[^,]*//' notes.csv >gap.csv
    # shellcheck disable=SC2086
    expect_status 0 train gap.csv --target y --missing skip $all --stream
    check "a gap of a column that is used leaves its row out" has "$out" '^2999 rows of '
}

# Mini-batches: blocks in a drawn order, and rows within them.
check_bits() {
    batches='--target kind --skip-bad-rows --epochs 3 --stream --hidden 8 --quiet'
    # shellcheck disable=SC2086
    "$nnblas" train table.csv $batches --threads 1 --output first
    for threads in 1 2 3; do
        # shellcheck disable=SC2086
        "$nnblas" train table.csv $batches --threads $threads --output again
        check "the same bits with $threads threads" same_network first again
    done
    # shellcheck disable=SC2086
    "$nnblas" train table.csv $batches --seed 2 --output other
    check "and others with another seed" eval '! same_network first other'
}

check_checkpoints() {
    batches='--target kind --skip-bad-rows --stream --hidden 8 --patience 0 --schedule constant'
    # shellcheck disable=SC2086
    expect_status 0 train table.csv $batches --epochs 6 --output whole
    # shellcheck disable=SC2086
    expect_status 0 train table.csv $batches --epochs 3 --checkpoint state
    # shellcheck disable=SC2086
    expect_status 0 train table.csv $batches --epochs 6 --checkpoint state --resume --output resumed
    check "a training goes on from a checkpoint" same_network whole resumed
    rm -f "$out"
    # shellcheck disable=SC2086
    "$nnblas" train table.csv $batches --epochs 1000 --checkpoint killed --checkpoint-every 1 >"$out" 2>&1 &
    child=$!
    wait_for "$out" '^epoch +2 '
    kill -9 $child
    wait $child 2>/dev/null
    # shellcheck disable=SC2086
    expect_status 0 train table.csv $batches --epochs 6 --checkpoint killed --resume --output resumed
    check "  and one that was killed" same_network whole resumed
    echo '9,2024-01-01,Rome,1 EUR,1,1,low,1' >>table.csv
    # shellcheck disable=SC2086
    fails "it belongs to a training on $((rows - rows / 1000)) rows" train table.csv $batches --epochs 9 --checkpoint state --resume
}

# A file that another program writes to meanwhile.
check_changes() {
    rm -f "$err"
    # shellcheck disable=SC2086
    "$nnblas" train table.csv --target price --skip-bad-rows --epochs 1000 --patience 0 --stream >"$out" 2>"$err" &
    child=$!
    wait_for "$err" '^epoch +1 '
    echo >>table.csv
    wait $child
    test $? -eq 1
    report $? "a file that is changed ends the training"
    check "  and is named" has "$err" 'table\.csv: was changed while it was read: start again'
    cp table.csv shorter.csv
    rm -f "$err"
    # shellcheck disable=SC2086
    "$nnblas" train shorter.csv --target price --skip-bad-rows --epochs 1000 --patience 0 --stream >"$out" 2>"$err" &
    child=$!
    wait_for "$err" '^epoch +1 '
    truncate -s 200000 shorter.csv
    wait $child
    check "  also one that is cut" has "$err" 'shorter\.csv: (was changed while it was read: start again|line )'
    mkfifo pipe
    # Nobody writes to it.
    for arguments in 'pipe --target species --stream' '--features pipe --labels pipe'; do
        # shellcheck disable=SC2086
        timeout 60 "$nnblas" train $arguments 2>"$err"
        test $? -eq 2
        report $? "a pipe is not waited for"
        check "  and refused" has "$err" 'cannot be a pipe, since it is read many times: give the name of a file$'
    done
    cat iris.csv >pipe &
    expect_status 0 train pipe --target species --epochs 1
    refuses 'DATA.csv is missing' train --target species --stream
}

check_tables
check_bits
check_blocks
check_texts_left_out
check_checkpoints
check_changes
conclude
