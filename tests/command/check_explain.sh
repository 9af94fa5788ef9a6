#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas explain and nnblas info print what they promise.
# usage: check_explain.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# get_number LABEL: the number behind it, in the output of explain
get_number() {
    awk -v label="$1" 'index($0, "  " label "  ") == 1 {
        print substr($0, length(label) + 3) + 0; exit }' CONVFMT=%.12g OFMT=%.12g "$out"
}

# agree A B: to 1e-9, and not both zero
agree() {
    awk "BEGIN { d = $1 - $2; exit !(d < 1e-9 && d > -1e-9 && $1 != 0) }"
}

check_explain() {
    expect_status 0 explain
    for name in X Y W1 W2 H_in H_out O_in O_out MSE O_error O_delta W2_update H_error H_delta \
        W1_update 'new W1' 'new W2' 'new MSE'; do
        check "explain shows $name" has "$out" "^$name  "
    done
    check "explain has 6 terms" test "$(grep -c '^  .* 1/2 \* ' "$out")" -eq 6
    terms=$(awk '/ 1\/2 \* / { sum += $NF } END { printf "%.12f", sum }' "$out")
    paths=$(get_number 'sum over the 6 paths')
    update=$(get_number 'W1_update[2][0]')
    difference=$(get_number 'central difference')
    check "the sum over the paths $paths is that of the terms $terms" agree "$paths" "$terms"
    check "W1_update has the same: $update" agree "$update" "$paths"
    check "so has the central difference: $difference" agree "$difference" "$paths"
    check "no line is over 100 columns" is_narrow "$out"
}

check_info() {
    expect_status 0 info
    for name in libnnblas BLAS processors threads; do
        check "info tells $name" has "$out" "^$name  *[^ ]"
    done
}

# The page has no part of another file. What it computes is checked in tests/page.
check_page() {
    expect_status 0 explain --html page.html
    check "nothing is printed" is_empty "$out"
    check "the page is one" has page.html '^<!DOCTYPE html>$'
    check "  to its end" test "$(tail -n 1 page.html)" = '</html>'
    check "  under a megabyte" test "$(wc -c <page.html)" -lt 1000000
    check "  that loads nothing" lacks page.html '(src|href)="?(http|/|\.)|@import|url\(|fetch\('
    check "  with the numbers of the library" has page.html '^"library_gradient": \[-?[0-9.e-]+,'
    expect_status 0 explain --html -
    check "standard output gets the same" cmp -s page.html "$out"
    fails 'cannot write nowhere/page.html' explain --html nowhere/page.html
    fails_on_full_disk explain --html -
}

check_page_of_model() {
    make_model
    expect_status 0 explain --html page.html model test.csv
    check "the page names the model and the table" has page.html '^"table": "test.csv",$'
    check "  and has its classes" has page.html '^"outputs": \["setosa","versicolor","virginica"\],$'
    check "  and 20 rows" has page.html '^"N": 20,$'
    check "  evenly spaced" has page.html '^"rows": \[1,2,4,5,7,8,10,11,13,14,16,17,19,20,22,23,25,26,28,29\],$'
    check "  of 30" has page.html '^"n_read": 30,$'
    refuses '--html FILE is missing' explain model test.csv
    refuses 'DATA.csv is missing' explain --html page.html model
    refuses 'are the same file' explain --html test.csv model test.csv
    refuses 'cannot both be standard input' explain --html page.html - -
    fails "has no column 'species'" explain --html page.html model features.csv
    head -n 1 test.csv >empty.csv
    fails 'has no rows to explain' explain --html page.html model empty.csv
    fails 'nonsense' explain --html page.html model nonsense.csv
}

# What the page has of the network
print_parameters() {
    grep '^"parameters": ' page.html
}

# Of an ensemble one network is explained: that of the same seed alone.
check_member() {
    expect_status 0 train train.csv --target species --epochs 3 --seed 4 --ensemble 3 --quiet --output ensemble
    expect_status 0 train train.csv --target species --epochs 3 --seed 5 --quiet --output second
    expect_status 0 explain --html page.html ensemble test.csv
    check "an ensemble is explained by its first network, which is said" has "$err" \
        '^nnblas explain: ensemble: is an ensemble of 3 networks: this explains the first; --member takes another$'
    print_parameters >of_ensemble
    expect_status 0 explain --html page.html --member 1 ensemble test.csv
    check "  which is --member 1" test "$(print_parameters)" = "$(cat of_ensemble)"
    check "  and is not said where it was chosen" is_empty "$err"
    expect_status 0 explain --html page.html --member 2 ensemble test.csv
    check "--member takes another" has page.html '^"member": 2,$'
    check "  of all" has page.html '^"members": 3,$'
    print_parameters >of_ensemble
    expect_status 0 explain --html page.html second test.csv --member 1
    check "  which is that of the next seed" test "$(print_parameters)" = "$(cat of_ensemble)"
    fails 'ensemble: has no member 4: --member takes 1 to 3' explain --html new.html --member 4 ensemble test.csv
    check "  and writes no page" test ! -e new.html
    fails 'second: has no member 2: --member takes 1' explain --html new.html --member 2 second test.csv
    refuses 'takes a whole number from 1 to' explain --html new.html --member 0 ensemble test.csv
    refuses 'is for a MODEL that is an ensemble' explain --member 2 --html new.html
}

# has_weights NUMBERS: the page has these, and the cost of a training in which all rows are shown
has_weights() {
    check "  the weights are $1" has page.html "^\"weights\": \\[$1\\],\$"
    cost=$(sed -n 's/.*"cost_after": \([^,]*\),/\1/p' run.json | sed -n 2p)
    of_page=$(sed -n 's/^"library_costs": \[\([^,]*\),.*/\1/p' page.html)
    check "  the cost of the page is that of the training, $cost" awk \
        "BEGIN { d = $of_page - $cost; exit !(d < 1e-14 && d > -1e-14) }"
}

# The rows have the weights of the training.
check_weights() {
    awk 'BEGIN { print "a,w,y"; for (i = 0; i < 8; i++) print i % 5 "," (i % 4 + 1) / 2 "," (i % 3 ? "n" : "j") }' >rows.csv
    train() {
        expect_status 0 train "$@" --epochs 3 --quiet --output weighted --json run.json
    }
    train rows.csv --target y --weight w
    expect_status 0 explain --html page.html weighted rows.csv
    has_weights '0.5,1,1.5,2,0.5,1,1.5,2'
    train rows.csv --target y --ignore w --class-weights j=3
    expect_status 0 explain --html page.html weighted rows.csv
    has_weights '3,1,1,3,1,1,3,1'
    train rows.csv --target y --weight w --class-weights balanced
    expect_status 0 explain --html page.html weighted rows.csv
    has_weights '0.625,0.8333333333333334,1.25,2.5,0.4166666666666667,0.8333333333333334,1.875,1.6666666666666667'
    cut -d, -f1,3 rows.csv >without.csv
    expect_status 0 explain --html page.html weighted without.csv
    check "a table without the column of weights is told" has "$err" \
        '^nnblas explain: without.csv: has no column 2 \(w\), the weights of the rows in the training: 1 is taken for each$'
    check "  and the page says so" has page.html '^"lacks_weights": true,$'
    check "  and has those of the classes" has page.html '^"weights": \[1.25,0.8333333333333334,'
    tr , '\t' <rows.csv | tr . , >comma.csv
    train comma.csv --target y --weight w
    expect_status 0 explain --html page.html weighted comma.csv
    has_weights '0.5,1,1.5,2,0.5,1,1.5,2'
    sed 1d rows.csv >headless.csv
    train headless.csv --weight 2 --target 3
    expect_status 0 explain --html page.html weighted headless.csv
    has_weights '0.5,1,1.5,2,0.5,1,1.5,2'
    sed '3,5s/,[0-9.]*,/,0,/' rows.csv >some.csv
    train some.csv --target y --weight w
    expect_status 0 explain --html page.html weighted some.csv
    has_weights '0.5,0.5,1,1.5,2'
    check "  rows of weight 0 are not shown" has page.html '^"rows": \[1,5,6,7,8\],$'
    sed 's/,[0-9.]*,/,0,/' rows.csv >none.csv
    fails 'none.csv: has no rows to explain with a weight above 0' explain --html page.html weighted none.csv
    sed '4s/,[0-9.]*,/,-1,/' rows.csv >bad.csv
    fails "bad.csv: line 4, column 2 \(w\): '-1' is no weight" explain --html page.html weighted bad.csv
    "$nnblas" train rows.csv --target y --epochs 3 --quiet --output weighted
    expect_status 0 explain --html page.html weighted rows.csv
    check "without weights the page has none" lacks page.html '^"weights"'
}

# The last parameter of a network of numbers, which is the bias of its output, becomes 1e300.
check_overflow() {
    awk 'BEGIN { print "x,y"; for (i = 0; i < 8; i++) print i "," i * i }' >squares.csv
    expect_status 0 train squares.csv --target y --epochs 1 --quiet --output squares
    { head -c $(($(wc -c <squares) - 8)) squares && printf '\234\165\000\210\074\344\067\176'; } >overflowing
    fails 'overflowing: the cost or its gradient is not finite for these rows' \
        explain --html new.html overflowing squares.csv
    check "  and no page is written" test ! -e new.html
}

# A name that would end the script stays in it, as data.
check_names() {
    awk 'BEGIN { print "\"a</script><b>&\\\",y"
        for (i = 0; i < 40; i++) print i % 7 "," i % 7 + i / 100 }' >names.csv
    expect_status 0 train names.csv --target y --epochs 2 --quiet --output named
    expect_status 0 explain --html page.html named names.csv
    check "the name is escaped" has page.html \
        '^"inputs": \["a\\u003c/script\\u003e\\u003cb\\u003e\\u0026\\u005c"\],$'
}

# The parts of a date, categories and missing values have names of their own.
check_input_names() {
    awk 'BEGIN { srand(3); print "when,x,kind,y"
        for (i = 0; i < 200; i++) printf "2023-%02d-%02d %02d:30,%s,%s,%.3f\n", 1 + i % 12, 1 + i % 28,
            i % 24, i % 9 ? rand() : "", i % 3 ? "a" : "b", i % 12 + rand() }' >dates.csv
    expect_status 0 train dates.csv --target y --epochs 2 --quiet --output dated
    expect_status 0 explain --html page.html dated dates.csv
    for name in 'when' 'when, sine of its year' 'when, cosine of its week' 'when, cosine of its day' 'x' \
        'x is missing' 'kind = a' 'kind = b'; do
        check "an input is named $name" has page.html "^\"inputs\": .*\"$name\"[],]"
    done
}

# A large network is cut to its first units, and the library's numbers are those of what is left.
check_large() {
    awk 'BEGIN { srand(1); for (i = 0; i < 40; i++) { for (j = 0; j < 30; j++) printf "%.3f,", rand()
        print rand() } }' >large.csv
    expect_status 0 train large.csv --target 31 --hidden 200 --epochs 1 --quiet --output large
    expect_status 0 explain --html page.html large large.csv
    check "the page has the first units" has page.html '^"sizes": \[16,16,1\],$'
    check "  of all" has page.html '^"whole_sizes": \[30,200,1\],$'
    check "  under a megabyte" test "$(wc -c <page.html)" -lt 1000000
    awk 'BEGIN { srand(1); for (r = 0; r < 21; r++) { for (j = 0; j < 2900; j++)
        printf "%s,", r ? rand() : "a name of fifty characters, as they may be " j
        print r ? rand() : "y" } }' | sed '1s/, as/ as/g' >wide.csv
    expect_status 0 train wide.csv --target y --hidden 2 --epochs 1 --quiet --output wide
    expect_status 0 explain --html page.html wide wide.csv
    check "a network of 2900 inputs is not cut" has page.html '^"sizes": \[2900,2,1\],$'
    check "  its page has two rows" has page.html '^"N": 2,$'
    check "  under a megabyte" test "$(wc -c <page.html)" -lt 1000000
}

check_explain
check_page
if "$nnblas" --help | grep -q '^  train '; then
    check_page_of_model
    check_member
    check_weights
    check_overflow
    check_names
    check_input_names
    check_large
fi
check_info
conclude
