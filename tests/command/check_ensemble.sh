#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas train --restarts and --ensemble: which networks are kept, and what an ensemble predicts.
# usage: check_ensemble.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

"$nnblas" iris >iris.csv

# train_members OPTION...: the networks of seeds 4, 5 and 6, and their predictions
train_members() {
    for seed in 4 5 6; do
        "$nnblas" train iris.csv "$@" --epochs 30 --seed $seed --quiet --output member_$seed
        "$nnblas" predict member_$seed iris.csv >predicted_$seed
    done
}

# The largest distance of the outputs from the means of the members, and of the spread from the
# deviation between them. The outputs are the columns from the second on; of several the largest is
# predicted.
check_against_members() {
    outputs=$1
    shift
    train_members "$@"
    expect_status 0 train iris.csv "$@" --epochs 30 --seed 4 --ensemble 3 --output ensemble
    check "the summary has each network" test "$(grep -c '^network [123]: seed [456], 30 epochs' "$out")" -eq 3
    expect_status 0 predict ensemble iris.csv
    check "there is a column of the spread" has "$out" '^prediction,.*,spread$'
    paste -d, predicted_4 predicted_5 predicted_6 "$out" | sed 1d >together
    awk -F, -v K="$outputs" '
        { W = K + 1; largest = -1e300; spread = $(3 * W + W + 1)
          for (k = 2; k <= W; k++) {
              mean = ($k + $(W + k) + $(2 * W + k)) / 3; o = $(3 * W + k)
              d = mean - o; worst = d * d > worst ? d * d : worst
              if (o > largest) {
                  largest = o
                  squares = ($k - mean) ^ 2 + ($(W + k) - mean) ^ 2 + ($(2 * W + k) - mean) ^ 2
              }
          }
          d = spread - sqrt(squares / 2); worst = d * d > worst ? d * d : worst
          sum += spread }
        END { exit !(worst < 1e-20 && sum > 0 && NR == 150) }' together
    check "the predictions are the means of the members, the spread their deviation" test $? -eq 0
}

check_scores() {
    "$nnblas" train iris.csv --target species --epochs 30 --seed 4 --ensemble 3 --output ensemble >summary
    expect_status 0 evaluate ensemble iris.csv
    accuracy=$(tail -n 1 "$out" | cut -d' ' -f1-4)
    check "evaluate has the scores of the summary: $accuracy" has summary "^train $accuracy "
    right=$("$nnblas" predict ensemble iris.csv | sed 1d | cut -d, -f1 |
        paste -d' ' - classes | awk '$1 == $2' | wc -l)
    check "  which are those of its predictions" test "$(awk "BEGIN { printf \"%.4f\", $right / 150 }")" = \
        "$(echo "$accuracy" | cut -d' ' -f2)"
    expect_status 0 train iris.csv --target petal_length,petal_width --epochs 5 --ensemble 2 --output two
    expect_status 0 predict two iris.csv
    check "several targets have a spread each" has "$out" \
        '^prediction,petal_length,petal_width,spread_petal_length,spread_petal_width$'
    { cat iris.csv; echo 'x,1,1,1,setosa'; } >bad.csv
    expect_status 0 predict ensemble bad.csv --skip-bad-rows
    check "a row that is skipped has as many values" test "$(tail -n 1 "$out" | tr -cd , | wc -c)" -eq 4
}

check_records() {
    expect_status 0 train iris.csv --target species --epochs 30 --seed 4 --ensemble 3 --hidden 5 \
        --validation 0.3 --score --output ensemble --json run.json
    check "the last line has the epochs of all networks" has "$out" \
        "^train .* epochs $(sed -n 's/^network [123]: .*, \([0-9]*\) epochs.*/\1/p' "$out" | awk '{ sum += $1 } END { print sum }') seconds"
    expect_status 0 show ensemble
    check "an ensemble has the epochs of each network, and no single last one" lacks "$out" 'result\.(first|kept|last)'
    sed 's/"member 2":"..../"member 2":"AAAA/' ensemble >damaged
    fails 'damaged: is an ensemble with a damaged network' show damaged
    expect_status 0 show ensemble
    check "show has the networks" test "$(grep -c '^  network [23]  4-5-3 units, 43 parameters$' "$out")" -eq 2
    check "  and how many" has "$out" '^ensemble +3 networks'
    check "  not as metadata" lacks "$out" 'member'
    expect_status 0 train iris.csv --target sepal_width --epochs 30 --seed 4 --restarts 4 --validation 0.3 \
        --score --output best --json best.json
    best=$(sed -n 's/^network \([0-9]*\) has the highest score/\1/p' "$out")
    highest=$(sed -n 's/^network \([0-9]*\): .*, score /\1 /p' "$out" | sort -rg -k 2 | head -n 1)
    check "with --score the network of the highest is kept: $highest" test "$best" = "${highest% *}"
    check "  and its epoch has that score" has "$out" "^kept epoch [0-9]+: validation score ${highest#* },"
    has_program jq jq || return 0
    check "the record has the seeds, epochs, costs and scores" jq -e '.result.networks |
        map(.seed) == [4, 5, 6] and all(.is_kept and .epochs > 0 and .cost > 0 and .score > 0)' run.json
    check "  and which is kept" test \
        "$(jq -c '[.result.networks[] | .is_kept] | index(true) + 1' best.json)" = "$best"
    check "show has how many networks as JSON" test "$("$nnblas" show ensemble --json - | jq .networks)" = 3
}

check_restarts() {
    expect_status 0 train iris.csv --target species --epochs 30 --seed 4 --restarts 3 --validation 0.3 \
        --output best --history history.csv
    best=$(sed -n 's/^network \([0-9]*\) has the lowest cost/\1/p' "$out")
    lowest=$(sed -n 's/^network \([0-9]*\): .*, cost /\1 /p' "$out" | sort -g -k 2 | head -n 1)
    check "the network of the lowest cost is kept: $lowest" test "$best" = "${lowest% *}"
    check "  and its epoch has that cost" has "$out" "kept epoch [0-9]+: validation cost ${lowest#* } "
    check "  and its history" has_lines history.csv 31
    train_members --target species
    expect_status 0 train iris.csv --target species --epochs 30 --seed 4 --restarts 3 --output best
    best=$(sed -n 's/^network \([0-9]*\) has the lowest cost/\1/p' "$out")
    "$nnblas" predict best iris.csv >predicted
    check "without a validation set it is that of seed $((best + 3))" cmp -s predicted \
        "predicted_$((best + 3))"
    check "one network is kept" lacks predicted spread
    for threads in 1 2; do
        "$nnblas" train iris.csv --target species --epochs 30 --ensemble 3 --threads $threads --quiet \
            --output model
        "$nnblas" predict model iris.csv >threads_$threads
    done
    check "2 threads have the ensemble of 1" cmp -s threads_1 threads_2
}

check_refusals() {
    refuses 'cannot be used together' train iris.csv --target species --restarts 2 --ensemble 2
    refuses '--restarts takes a whole number from 2' train iris.csv --target species --restarts 1
    refuses 'leave out --checkpoint' train iris.csv --target species --restarts 2 --checkpoint c
    refuses 'leave out --checkpoint' train iris.csv --target species --ensemble 2 --checkpoint c --resume
    refuses 'leave out --history' train iris.csv --target species --ensemble 2 --history h.csv
    fails 'the network of seed 1: .*learning rate' train iris.csv --target sepal_width --ensemble 2 \
        --learning-rate 1e300
    sed 's/"member 2":"..../"member 2":"AAAA/' ensemble >damaged
    fails 'damaged: is an ensemble with a damaged network' predict damaged iris.csv
    sed 's/"member 3":/"member 7":/' ensemble >gap
    fails 'gap: is an ensemble with a damaged network' predict gap iris.csv
    fails 'gap: is an ensemble with a damaged network' show gap
}

# The second network of another ensemble, which has other layers, is put into this one.
check_mixed() {
    has_program python3 python3 || return 0
    for hidden in 5 6; do
        "$nnblas" train iris.csv --target species --hidden $hidden --epochs 2 --ensemble 2 --quiet --output "of_$hidden"
    done
    python3 - <<'END'
import json
import pathlib


def read(path):
    data = pathlib.Path(path).read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    return json.loads(data[8:end]), data[end:]


(head, weights), (other, _) = read("of_5"), read("of_6")
head["__metadata__"]["member 2"] = other["__metadata__"]["member 2"]
text = json.dumps(head).encode()
text += b" " * (-len(text) % 8)
pathlib.Path("mixed").write_bytes(len(text).to_bytes(8, "little") + text + weights)
END
    expect_status 0 predict mixed iris.csv
    fails '^nnblas export: mixed: is an ensemble of networks with different layers, which cannot be written$' \
        export mixed --c mixed.c
    check "  and writes nothing" test ! -e mixed.c
    fails 'different layers' export mixed --onnx mixed.onnx
}

# The other networks are texts in the head of the file, which has 100 MB at most.
check_size() {
    fails 'a model has room for 5 networks of this size: choose a smaller --ensemble' train iris.csv \
        --target species --hidden 1500,1500 --epochs 1 --batch all --ensemble 6 --output large
    check "  and saves nothing" test ! -e large
    check "  before the training" lacks "$out" '^(network|saved)'
    expect_status 0 train iris.csv --target species --hidden 1500,1500 --epochs 1 --batch all \
        --ensemble 5 --output large --quiet
    expect_status 0 evaluate large iris.csv
    rm -f large
}

# interrupt_after SECONDS OPTION...: a training that would not end
interrupt_after() {
    seconds=$1
    shift
    rm -f stopped stopped.json "$out"
    heeding_signals "$nnblas" train iris.csv --target species --epochs 1000000000 --patience 0 --output stopped \
        --json stopped.json "$@" >"$out" 2>"$err" &
    running=$!
    wait_for "$out" '; seed 1$'
    sleep "$seconds"
    kill -INT "$running"
    wait "$running"
    report $? "'train $*' that is interrupted saves what it has"
    check "  and says so" has "$out" '^saved stopped$'
    check "  and ends with its scores" test "$(tail -n 1 "$out" | cut -d' ' -f1-3)" = \
        "$("$nnblas" evaluate stopped iris.csv | tail -n 1 | sed 's/^/train /' | cut -d' ' -f1-3)"
    check "  and its epochs" test "$(tail -n 1 "$out" | sed 's/.* epochs \([0-9]*\) .*/\1/')" = \
        "$(count_kept_epochs)"
    check "  the record has the signal" has stopped.json '"end": "stopped by a signal"'
}

# By the lines of the networks.
count_kept_epochs() {
    kept=$(sed -n 's/^network \([0-9]*\) has .*/\1/p' "$out")
    sed -n "s/^network ${kept:-[0-9]*}: .*, \([0-9]*\) epochs\{0,1\}, cost .*/\1/p" "$out" | awk '{ sum += $1 } END { print sum }'
}

# check_counts NETWORKS: those that are complete, and those that are in the lines
check_counts() {
    begun=$(grep -c '^network [0-9]*: ' "$out")
    cut_short=$(grep -c '^network [0-9]*: .*, stopped$' "$out")
    check "  $((begun - cut_short)) of $1 networks are complete" has "$out" \
        "^stopped by a signal: $((begun - cut_short)) of $1 networks (is|are) complete\$"
}

# A stop leaves the networks that began.
check_stop() {
    interrupt_after 1 --ensemble 9 --threads 1
    check_counts 9
    check "  the only network makes no ensemble" has "$out" '^an ensemble of 1 network$'
    interrupt_after 1 --ensemble 2 --threads 2
    check_counts 2
    check "  all that began are in it" has "$out" '^an ensemble of 2 networks$'
    check "  and in the file" test "$("$nnblas" show stopped | grep -c '^ensemble  *2 networks')" -eq 1
    interrupt_after 2 --ensemble 90 --threads 1 --time-limit 0.3
    check_counts 90
    check "  as many as there are lines" has "$out" "^an ensemble of $begun networks?\$"
    interrupt_after 2 --restarts 90 --threads 1 --time-limit 0.3
    check_counts 90
    check "  one is kept" has "$out" '^network [0-9]+ has the lowest cost$'
    interrupt_after 1 --restarts 2 --threads 2
    check_counts 2
    check "  of the kept one it says that it was stopped" has "$out" \
        '^[0-9]+ of 1000000000 epochs: stopped by a signal$'
}

cut -d, -f5 iris.csv | sed 1d >classes
check_against_members 3 --target species
check_against_members 1 --target sepal_length
check_scores
check_restarts
check_records
check_refusals
check_mixed
check_size
check_stop
conclude
