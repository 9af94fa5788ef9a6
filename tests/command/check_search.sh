#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas search: its trials, their order, and the command line of the best.
# usage: check_search.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

"$nnblas" iris >iris.csv
sed "1s/species/the kind/" iris.csv >"it's a table.csv"

# print_ranks: the trials of the table in $out, by rank, after the place and with the score
print_ranks() {
    awk '/^rank/ { on = 1; next } /^$/ { on = 0 } on' "$out"
}

# The scores are those of cross-validate with the line that is printed, which is quoted for a shell.
check_best() {
    expect_status 0 search "it's a table.csv" --target 'the kind' --trials 6 --folds 3 --repeats 2 \
        --ep=40 --seed 3 --validation 0.2
    print_ranks >ranks
    tail -n 1 "$out" >line
    check "there are 6 trials" has_lines ranks 6
    check "the line of the best has what was given" has line \
        "^nnblas train 'it'.*s a table.csv' --target 'the kind' --epochs 40 --seed 3 --validation 0.2"
    check "  and what was searched for" has line '(--hidden [0-9,]+.*|--validation 0.2)$'
    check "  and nothing of the search" lacks line 'trials|folds|repeats'
    mkdir -p bin
    ln -sf "$nnblas" bin/nnblas
    check "the line runs in a shell" env PATH="$PWD/bin:$PATH" sh -c "$(cat line) --quiet --output best"
    check "  and trains a network" test -s best
    best=$(awk 'NR == 1 { print $3, $4 }' ranks)
    sed 's/^nnblas train/nnblas cross-validate/; s/$/ --folds 3 --repeats 2/' line >again
    PATH="$PWD/bin:$PATH" sh again >"$out" 2>"$err"
    check "cross-validate has the score and deviation of the best, $best" test \
        "$(awk '$1 == "accuracy" { print $2, $3 }' "$out")" = "$best"
}

# A file's name must not act on the terminal, and the line with it still runs.
check_controls() {
    escape=$(printf '\033')
    cp iris.csv "it's ${escape}[31m.csv"
    expect_status 0 search "it's ${escape}[31m.csv" --target species --trials 1 --folds 2 \
        --epochs 2
    tail -n 1 "$out" >line
    check "an escape in a file's name is in octal digits" has line "\\$'it.*s .033.31m.csv'"
    check "  and nowhere as it is" lacks "$out" "$escape"
    echo ' --quiet --output best' | paste -d '' line - >again
    check "  and the line runs in bash" env PATH="$PWD/bin:$PATH" bash again
    expect_status 0 train --epochs 2 --output "best${escape}[1m"
    check "nor does the name of the file that is saved" lacks "$out" "$escape"
}

is_sorted() {
    awk -v direction="$1" '{ if (NR > 1 && (last - $3) * direction < 0) exit 1; last = $3 }' ranks
}

check_order() {
    expect_status 0 search --trials 8 --folds 3 --epochs 20 --batch 32
    print_ranks >ranks
    check "the best accuracy is the first" is_sorted 1
    expect_status 0 search --trials 8 --folds 3 --epochs 20 --batch 32 --measure log_loss
    print_ranks >ranks
    check "the lowest log loss is the first" is_sorted -1
    fails "measure takes accuracy, .* or mse here, not 'r2'" search --trials 1 --measure r2
    expect_status 0 search --target sepal_width --trials 3 --folds 3 --epochs 20
    check "numbers are sorted by r2" has "$out" '^rank +trial +r2 +deviation'
}

check_grid() {
    expect_status 0 search --grid --folds 2 --epochs 5 --hidden 3:4,5:0 --activation tanh:relu \
        --learning-rate 0.01 --weight-decay 0:0.1 --json grid.json
    print_ranks >ranks
    check "a grid has 3 * 2 * 2 trials" has_lines ranks 12
    check "each once" test "$(awk '{ print $7, $8, $9 }' ranks | sort -u | wc -l)" -eq 12
    check "  with --hidden 4,5" has ranks ' 4,5 +relu +0.1'
    expect_status 0 search --grid --folds 2 --epochs 5 --hidden 3 --activation tanh \
        --optimizer adam:lbfgs --batch 8:16 --learning-rate 0.01:0.02 --weight-decay 0
    print_ranks >ranks
    check "what has no effect with L-BFGS is not tried twice" has_lines ranks 5
    refuses '--grid needs a list' search --grid --learning-rate 0.001..0.1
}

check_random() {
    expect_status 0 search --trials 20 --folds 2 --epochs 2 --hidden 3 --activation tanh --batch 32 \
        --weight-decay 0 --learning-rate 0.001..0.1
    print_ranks | awk '{ print $NF }' | sort -g >rates
    check "20 learning rates differ" test "$(grep -v default rates | sort -u | wc -l)" -ge 18
    grep -v default rates >drawn
    # shellcheck disable=SC2016 # for awk
    check "  and are in their range" awk '/./ && ($0 < 0.00099 || $0 > 0.101) { bad = 1 }
        END { exit bad }' drawn
    # shellcheck disable=SC2016 # for awk
    check "  half of them below 0.01" awk '{ n += $0 < 0.01 } END { exit !(n > 5 && n < 15) }' drawn
    expect_status 0 search --trials 9 --folds 2 --epochs 1 --hidden 3 --activation tanh --batch 32 \
        --weight-decay 0 --learning-rate 1e-300..1e300
    check "the widest range has values that a training takes" lacks "$err" 'takes numbers'
    check "  all different" test "$(print_ranks | awk '{ print $NF }' | sort -u | wc -l)" -eq 9
    expect_status 0 search --trials 20 --folds 2 --epochs 2 --hidden 3:4 --activation tanh --batch 32 \
        --weight-decay 0 --learning-rate 0.01
    print_ranks >ranks
    check "where there are two, no more are tried" has_lines ranks 2
}

# check_defaults TARGET USUAL: the defaults are tried, and weight decays around the USUAL of 150 rows
check_defaults() {
    target=$1
    usual=$2
    for option in "--trials 40" "--grid --hidden 5:6 --activation relu --learning-rate 0.01"; do
        # shellcheck disable=SC2086 # options and their values
        expect_status 0 search iris.csv --target "$target" --folds 2 --epochs 1 $option --quiet --json tried.json
        has_program jq jq || return 0
        case $option in
        --trials*) check "the first trial has the defaults" jq -e '[.trials[] | select(.trial == 1)][0] |
            ."weight-decay" == null and .hidden == null and ."learning-rate" == null' tried.json ;;
        *) check "  also of a grid" jq -e '[.trials[] | select(.trial == 1)][0] |
            ."weight-decay" == null and .hidden == "5"' tried.json ;;
        esac
        # shellcheck disable=SC2016 # for jq
        check "the weight decays are 0.03 to 10 times $usual / rows" jq -e --argjson usual "$usual" \
            '[.trials[]."weight-decay" | select(.) | tonumber * 150 / $usual] |
            min > 0.029 and max < 10.3 and max > 2' tried.json
    done
}

# shows_trial_1 SETTINGS: in the table of trials
shows_trial_1() {
    print_ranks | awk '$2 == 1 { $1 = $2 = $3 = $4 = $5 = $6 = ""; print }' >shown
    check "the defaults are shown:$1" has shown "^ +$1\$"
}

# What is left out of the command line is in the table, but for what depends on the rows of a fold.
check_shown_defaults() {
    expect_status 0 search iris.csv --target species --folds 2 --epochs 1 --trials 9
    shows_trial_1 '32 relu 0\.02 default 32'
    expect_status 0 search iris.csv --target species --folds 2 --epochs 1 --trials 9 --optimizer rprop:adam
    shows_trial_1 'rprop 32 relu 0\.1 default all'
    awk 'BEGIN { print "x,y"; for (i = 0; i < 4000; i++) print i % 97 "," (i * 7) % 31 * 0.1 }' >many.csv
    expect_status 0 search many.csv --target y --folds 2 --epochs 1 --trials 2
    shows_trial_1 'default relu 0\.02 default( 32)?'
}

# The scores of the line are those of the trial, whatever it has from the search and the command line.
check_line_of_numbers() {
    for given in "--target sepal_width --trials 1" \
        "--target species --trials 3 --class-weights setosa=3 --ignore petal_width"; do
        # shellcheck disable=SC2086 # options and their values
        expect_status 0 search iris.csv $given --folds 3 --epochs 20
        score=$(print_ranks | awk 'NR == 1 { print $3, $4 }')
        # shellcheck disable=SC2016 # for sh
        tail -n 1 "$out" | sed 's/^nnblas train/"$nnblas" cross-validate/; s/$/ --folds 3/' >again
        nnblas=$nnblas sh again >"$out" 2>"$err"
        check "the line has the score of its trial, $score" test \
            "$(awk '$1 == "accuracy" || $1 == "r2" { print $2, $3; exit }' "$out")" = "$score"
    done
}

# without_times FILE: they differ from run to run
without_times() {
    grep -v '"seconds"' "$1"
}

check_threads() {
    for threads in 1 2; do
        expect_status 0 search iris.csv --target species --trials 4 --folds 3 --epochs 10 --quiet \
            --json result.json --threads $threads
        without_times result.json | grep -v '"command"' >threads_$threads
        check "--quiet prints the line of the best alone" has_lines "$out" 1
    done
    check "2 threads have the results of 1" cmp -s threads_1 threads_2
    expect_status 0 search iris.csv --target species --trials 4 --folds 3 --epochs 10 --quiet \
        --json other.json --seed 2
    without_times other.json >other
    check "another seed has others" test "$(cat other)" != "$(cat threads_2)"
}

check_ends() {
    expect_status 0 search --trials 2000 --folds 2 --time-limit 1
    check "a time limit ends the search" has "$out" '^the time limit is reached: [0-9]+ of 2000 trials'
    fails 'no trial was complete: the time limit is reached' search --trials 5 --time-limit 1e-9
    heeding_signals "$nnblas" search --trials 2000 --epochs 20 >"$out" 2>"$err" &
    interrupted=$!
    until has "$out" 'at the same time$'; do sleep 0.1; done
    sleep 1
    kill -INT $interrupted
    wait $interrupted
    check "a signal ends it too" test $? -eq 0
    check "  and it says so" has "$out" '^stopped by a signal: ([0-9]+ of 2000 trials are|1 of 2000 trials is) complete'
    complete=$(sed -n 's/^stopped by a signal: \([0-9]*\) of .*/\1/p' "$out")
    check "  as many as it lists" test "$(print_ranks | wc -l)" = "$complete"
    check "  and ends with the best" test "$(tail -n 1 "$out" | cut -d' ' -f1,2)" = 'nnblas train'
    expect_status 0 search --grid --hidden 4 --activation tanh --weight-decay 0 --folds 2 \
        --target sepal_width --learning-rate 0.01:1e300
    check "a trial that fails is told" has "$out" '^failed: trial 2: .*1e300.*learning rate'
    fails 'no trial was complete: .*learning rate' search --target sepal_width --trials 2 --folds 2 \
        --hidden 4 --learning-rate 1e300
}

# An option of one optimizer holds for the trials with it.
check_options_of_optimizers() {
    for optimizer in momentum lbfgs scg levenberg-marquardt; do
        case $optimizer in
        momentum) option="--momentum 0.5" ;;
        lbfgs) option="--lbfgs-memory 3" ;;
        scg) option="--scg-tolerance 0.5" ;;
        *) option="--damping 1" ;;
        esac
        # shellcheck disable=SC2086 # an option and its value
        expect_status 0 search iris.csv --target species --trials 2 --epochs 5 $option \
            --optimizer $optimizer
        check "$option is in the line of $optimizer" has "$out" "^nnblas train .*$option"
    done
    expect_status 0 search iris.csv --target species --trials 2 --epochs 2 --momentum 0.5 \
        --optimizer momentum:adam --hidden 3 --activation tanh --batch 200 --learning-rate 0.01 \
        --weight-decay 0
    line=$(tail -n 1 "$out")
    case $line in
    *adam*) check "the line of adam has no momentum" lacks "$out" '^nnblas train.*--momentum' ;;
    *) check "the line of momentum has it" has "$out" '^nnblas train.*--momentum 0.5' ;;
    esac
    sh -c "\"$nnblas\" ${line#nnblas } --quiet --output best" || fail "the line does not run: $line"
}

check_refusals() {
    refuses '^nnblas search: the options that take lists are --optimizer, --hidden, --activation, --learning-rate, --weight-decay, --batch$' \
        search --epochs 30:60:120
    expect_status 2 search --epochs x --hidden 8:16
    check "  which are not named where no list was refused" lacks "$err" 'take lists'
    refuses '--hidden takes 0, or up to' search --hidden 3:x
    refuses '--hidden takes 0, or up to' search --hidden 3:
    refuses '--activation takes sigmoid' search --activation tanh:linear
    refuses '--optimizer takes' search --optimizer sgd
    refuses '--batch takes' search --batch 0
    refuses '--learning-rate takes numbers above 0' search --learning-rate 0:1
    refuses '--learning-rate takes numbers above 0' search --learning-rate 1..0.1
    refuses '--learning-rate takes numbers above 0' search --learning-rate 1..1e309
    refuses '--weight-decay takes numbers not below 0' search --weight-decay 1..1.7e308
    refuses '--weight-decay takes numbers not below 0' search --weight-decay -1
    refuses '--checkpoint is an option of nnblas train' search --checkpoint c
    refuses '--momentum has no effect with --optimizer adam:rprop' \
        search --optimizer adam:rprop --momentum 0.5
    refuses '--damping has no effect with --optimizer adam' search --damping 1
    refuses '--bayesian estimates the weight decay' \
        search --optimizer levenberg-marquardt --bayesian
    refuses 'iris.csv' search iris.csv --target species --json iris.csv
    fails_on_full_disk search --trials 1 --epochs 2
}

check_best
check_controls
check_order
check_grid
check_random
check_defaults species 4
check_defaults sepal_width 2
check_shown_defaults
check_line_of_numbers
check_threads
check_ends
check_options_of_optimizers
check_refusals
conclude
