#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Checks nnblas train, predict and evaluate: check_train.sh NNBLAS MAN_PAGE.
# Prints "ok" or "not ok" and what was checked; exits 1 if anything was not ok.
set -u

man_page=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
# shellcheck source=check_support.sh
. "$(dirname "$0")/check_support.sh"
nnblas=$(cd "$(dirname "$nnblas")" && pwd)/$(basename "$nnblas")
export NNBLAS_KEEP_CORETYPE=1
cd "$directory" || exit 1

share='[01]\.[0-9]{4}'

# fails REGEX ARGUMENTS...: exit 1, and a message that matches on stderr
fails() {
    message=$1
    shift
    expect_status 1 "$@"
    check "  and a message: $message" has "$err" "$message"
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
    set -- "$1"*
    test $# -eq 1
}

# predicts_like EXPECTED DATA...: the first model makes of DATA what is in EXPECTED
predicts_like() {
    expected_predictions=$1
    shift
    "$nnblas" predict model "$@" >"$out" 2>"$err" && cmp -s "$expected_predictions" "$out"
}

make_tables() {
    "$nnblas" iris --part train >train.csv
    "$nnblas" iris --part test >test.csv
    sed 1d test.csv >rows.csv
    cut -d, -f1-4 test.csv >features.csv
}

check_help() {
    expect_status 0 --help
    cp "$out" commands
    for name in train predict evaluate iris; do
        check "the help lists $name" has commands "^  $name "
        expect_status 0 "$name" --help
        check "the help of $name begins with its usage" has "$out" "^usage: nnblas $name"
        check "no line of it is over 100 columns" is_narrow "$out"
    done
}

is_narrow() {
    ! has "$1" '.{101}'
}

check_refusals() {
    for name in train predict evaluate iris; do
        refuses "unknown option '--nonsense'" "$name" --nonsense
    done
    refuses "unexpected argument 'c'" train a --target b c
    refuses "unexpected argument 'c'" evaluate a b c
    refuses 'MODEL is missing' predict
    refuses 'DATA.csv is missing' predict model
    refuses 'cannot both be standard input' evaluate - -
    refuses '--target COLUMN is missing' train train.csv
    refuses '--target takes names or numbers' train --target ''
    refuses '--features takes names or numbers' train --features 1,1
    refuses '--classes takes one target' train --classes --target 1,2
    refuses '--classes takes one target' train --classes --numbers
    refuses '--features and --ignore exclude' train --features 1 --ignore 2
    refuses '--header and --no-header exclude' train --header --no-header
    refuses '--quiet takes no argument' train --quiet=yes
    refuses '--delimiter takes one character' train --delimiter ';;'
    refuses '--hidden takes 0, or' train --hidden 4,
    refuses '--hidden takes 0, or' train --hidden 4,0
    refuses '--hidden takes 0, or' train --hidden -4
    refuses '--epochs takes a whole number from 1' train --epochs 0
    refuses '--batch takes a whole number' train --batch 0
    refuses '--learning-rate takes a number above 0' train --learning-rate 0
    refuses '--learning-rate takes a number above 0' train --learning-rate 0x1
    refuses '--learning-rate takes a number above 0' train --learning-rate nan
    refuses '--momentum takes a number from 0' train --momentum 1
    refuses '--validation takes a number from 0' train --validation 1
    refuses '--weight-decay takes a number, 0' train --weight-decay -1
    refuses '--optimizer takes' train --optimizer sgd
    refuses '--optimizer rprop takes --batch all' train --optimizer rprop --batch 8
    refuses '--activation takes' train --activation softmax
    refuses '--schedule takes' train --schedule step:0:0.5
    refuses '--schedule takes' train --schedule plateau:5
    refuses '--schedule takes' train --schedule cosine:-1
    refuses '--resume needs --checkpoint' train --resume
    refuses '--plot takes a name that ends in' train --plot curve.gif
    refuses '--output takes an argument' train --output
    refuses '--part takes all, train or test' iris --part none
}

check_iris() {
    expect_status 0 iris
    check "iris has a header and 150 rows" has_lines "$out" 151
    check "train.csv has 120" has_lines train.csv 121
    expect_status 0 train train.csv --target species --output model
    tail -n 1 "$out" >last
    check "train ends with the line of results" has last \
        "^train accuracy $share mse [0-9]+\.[0-9]{4} rows 120 epochs [0-9]+ seconds [0-9]+\.[0-9]{2}\$"
    check "and tells few epochs on stderr" test "$(wc -l <"$err")" -lt 20

    expect_status 0 evaluate model test.csv
    tail -n 1 "$out" >last
    check "evaluate ends with the line of results" has last \
        "^accuracy $share mse [0-9]+\.[0-9]{4} rows 30\$"
    accuracy=$(sed 's/accuracy \([0-9.]*\).*/\1/' last)
    check "the accuracy $accuracy is at least 0.9" awk "BEGIN { exit !($accuracy >= 0.9) }"
    check "it shows precision and recall" has "$out" "^setosa +$share +$share +10\$"
    diagonal=$(awk '/^rows of each/ { on = 1 } on && /^setosa/ { n += $2 }
        on && /^versicolor/ { n += $3 } on && /^virginica/ { n += $4 }
        END { printf "%.4f", n / 30 }' "$out")
    check "the confusion matrix has the same accuracy" test "$diagonal" = "$accuracy"

    expect_status 0 predict model test.csv
    cp "$out" expected
    check "predict begins with its header" has expected '^prediction,setosa,versicolor,virginica$'
    check "and has a row for each" has_lines expected 31
    right=$(sed 1d expected | paste -d, rows.csv - | awk -F, '$5 == $6' | wc -l)
    check "$right right of 30 is the accuracy" test "$(awk "BEGIN { printf \"%.4f\", $right / 30 }")" \
        = "$accuracy"
    sed 1d expected >predicted
    odd=$(awk -F, '{ s = $2 + $3 + $4; n += s < 0.999999 || s > 1.000001 } END { print n + 0 }' \
        predicted)
    check "probabilities sum to 1" test "$odd" -eq 0
}

check_default_table() {
    expect_status 0 train --epochs 5
    check "without a table it is iris" has "$out" "^150 rows of Fisher's iris flowers"
    check "without --output it says that nothing is saved" has "$out" '^not saved'
    expect_status 0 train --epochs 30 --seed 7 --quiet --output seed7
    check "--quiet is silent" is_empty "$out"
    check "  also on stderr" is_empty "$err"
    expect_status 0 train --epochs 30 --seed 7 --quiet --output seed7.again
    check "the same seed gives the same model" cmp seed7 seed7.again
    expect_status 0 train --epochs 30 --seed 8 --quiet --output seed8
    cmp -s seed7 seed8
    test $? -eq 1
    report $? "another seed gives another one"
}

check_network_options() {
    expect_status 0 train --epochs 7 --hidden 6,5 --activation relu --optimizer momentum \
        --momentum 0.5 --learning-rate 0.05 --batch all --schedule step:2:0.5 --patience 0 \
        --weight-decay 0 --validation 0.2 --threads 1 --time-limit 60 --history history.csv
    check "the page shows the network" has "$out" \
        '^4-6-5-3 relu; momentum, learning rate 0.05, all rows a step; seed 1$'
    check "the history has all epochs" has_lines history.csv 8
    check "  and its header" has history.csv '^epoch,cost,validation_cost,learning_rate,seconds$'
    check "  and the falling rate" has history.csv '^7,[0-9.]+,[0-9.]+,0.00625,[0-9.]+$'
    for optimizer in gradient-descent nesterov rprop adam; do
        expect_status 0 train --quiet --epochs 5 --optimizer "$optimizer"
    done
    for schedule in constant cosine cosine:0.001 plateau:3:0.5; do
        expect_status 0 train --quiet --epochs 5 --schedule "$schedule"
    done
    expect_status 0 train --epochs 5 --hidden 0
    check "a network without hidden units" has "$out" '^4-3; adam'
    expect_status 0 train --epochs 500 --patience 3 --learning-rate 0.1
    check "patience stops" has "$out" 'epochs: no better for as long'
    expect_status 0 train --epochs 1000000000 --patience 0 --time-limit 0.1
    check "the time limit stops" has "$out" 'epochs: the time limit'
}

# ---- tables --------------------------------------------------------------------------------------

check_dialects() {
    sed 's/$/\r/' test.csv >crlf.csv
    check "lines that end in CR LF" predicts_like expected crlf.csv
    tr '\n' '\r' <test.csv >cr.csv
    check "lines that end in CR" predicts_like expected cr.csv
    { printf '\357\273\277' && cat test.csv; } >bom.csv
    check "a byte order mark" predicts_like expected bom.csv
    sed 's/[^,]*/"&"/g' test.csv >quoted.csv
    check "values in quotes" predicts_like expected quoted.csv
    sed 's/,/ , /g' test.csv >blanks.csv
    check "blanks around values" predicts_like expected blanks.csv
    { cat test.csv && printf '\n\r\n\n'; } >empty_lines.csv
    check "empty lines at the end" predicts_like expected empty_lines.csv
    printf %s "$(cat test.csv)" >no_newline.csv
    check "no end of the last line" predicts_like expected no_newline.csv
    tr ',' ';' <test.csv >semicolons.csv
    check "semicolons" predicts_like expected semicolons.csv --delimiter ';'
    tr ',' '\t' <test.csv >tabs.csv
    check "tabulators" predicts_like expected tabs.csv --delimiter tab
    # The extra column has a delimiter, a quote and an end of line in its values.
    awk -F, -v OFS=, '{ print $5, $4, (NR == 1 ? "note" : "\"a, \"\"b\"\"\nc\""), $3, $2, $1 }' \
        test.csv >order.csv
    check "another order, and another column" predicts_like expected order.csv
    check "no target" predicts_like expected features.csv
    check "no header" predicts_like expected rows.csv
    sed 1d features.csv >feature_rows.csv
    check "no header and no target" predicts_like expected feature_rows.csv
    "$nnblas" predict model - <test.csv >"$out"
    check "standard input" cmp expected "$out"
    "$nnblas" evaluate model rows.csv | tail -n 1 >"$out"
    check "evaluate without a header" has "$out" "^accuracy $share mse $share rows 30\$"
}

check_columns() {
    expect_status 0 train train.csv --quiet --target 5 --epochs 200 --output by_number
    check "columns by number give the same model" cmp model by_number
    sed 1d train.csv >train_rows.csv
    expect_status 0 train train_rows.csv --quiet --target 5 --output no_header
    "$nnblas" predict no_header rows.csv >"$out"
    check "a table without header gives the same predictions" cmp expected "$out"
    expect_status 0 train train.csv --quiet --target species --epochs 5 --features 3,petal_width \
        --output two
    expect_status 0 train train.csv --quiet --target species --epochs 5 \
        --ignore sepal_length,sepal_width --output two.again
    check "--features and --ignore are complements" cmp two two.again
    sed '1s/.*/1,2,3,4,5/' train.csv >numbered.csv
    expect_status 0 train numbered.csv --header --quiet --target 5 --output numbered
    sed '1s/.*/1,2,3,4,5/' test.csv >numbered_test.csv
    "$nnblas" predict numbered numbered_test.csv --header >"$out"
    check "--header takes numbers for names" cmp expected "$out"
    fails "has no column 'species'; its first line holds a number" train train_rows.csv \
        --target species
    sed '1s/petal_width/"a, ""b"" \n c"/' train.csv >odd.csv
    expect_status 0 train odd.csv --quiet --epochs 5 --target species \
        --features '"a, ""b"" 
 c",1'
}

check_texts() {
    awk -v OFS=';' 'BEGIN { print "colour,size,constant,class"
        for (i = 0; i < 60; i++) print (i % 3 ? "blue" : "red, \"dark\""), i % 5, 7,
            (i % 3 ? "no" : "yes") }' |
        sed -e 's/red, "dark"/"red, ""dark"""/' -e 's/;/,/g' >texts.csv
    expect_status 0 train texts.csv --target class --output texts
    check "each text is an input" has "$out" '3 features as 4 inputs; 2 classes of class'
    expect_status 0 evaluate texts texts.csv
    check "it learns from texts" has "$out" '^accuracy 1.0000 mse 0.0[0-9]* rows 60$'
    printf 'constant,size,colour\n9,1,blue\n' >other.csv
    expect_status 0 predict texts other.csv
    cp "$out" nine
    sed -i s/9,1,blue/7,1,blue/ other.csv
    "$nnblas" predict texts other.csv >seven
    check "a column that was constant does not count" cmp seven nine
    sed -i s/blue/green/ other.csv
    fails "other.csv: line 2, column 3 \(colour\): 'green' is none of the categories" \
        predict texts other.csv
    expect_status 0 predict texts other.csv --skip-bad-rows
    check "  which --skip-bad-rows leaves out" has_lines "$out" 1
    expect_status 0 train texts.csv --target class --text size --epochs 2
    check "--text takes numbers for texts" has "$out" '3 features as 8 inputs'
    awk 'BEGIN { print "name,class"; for (i = 0; i < 1100; i++) print "n" i "," i % 2 }' >names.csv
    fails "names.csv: column 1 \(name\): has over 1000 different texts" train names.csv --target class
}

check_numbers() {
    awk -v OFS=, -v CONVFMT=%.17g -v OFMT=%.17g 'BEGIN { srand(1); print "x,z,y,y2"
        for (i = 0; i < 200; i++) { x = rand(); z = rand()
            print x, z, 1000 + 50 * x - 20 * z, x * z / 1000 } }' >numbers.csv
    expect_status 0 train numbers.csv --target y --ignore y2 --output numbers
    check "a target of numbers" has "$out" '1 target of numbers'
    expect_status 0 evaluate numbers numbers.csv
    tail -n 1 "$out" >last
    check "evaluate ends with the line of results" has last \
        '^r2 0\.99[0-9]{2} mae [01]\.[0-9]{4} rows 200$'
    expect_status 0 predict numbers numbers.csv
    check "predict names the target" has "$out" '^prediction,y$'
    sed 1d "$out" >predicted
    odd=$(awk -F, '{ n += $1 < 950 || $1 > 1080 || $1 != $2 } END { print n + 0 }' predicted)
    check "in the target's own unit" test "$odd" -eq 0
    mae=$(sed 1d numbers.csv | paste -d, - predicted |
        awk -F, '{ d = $3 - $5; n += d < 0 ? -d : d } END { printf "%.4f", n / NR }')
    check "whose mean absolute error is $mae" has last "mae $mae "
    expect_status 0 train numbers.csv --target y,y2 --output both
    check "several targets" has "$out" '2 features as 2 inputs; 2 targets of numbers'
    expect_status 0 evaluate both numbers.csv
    check "each has its line" has "$out" '^y2 +0\.9'
    expect_status 0 predict both numbers.csv
    check "each has its column" has "$out" '^prediction,y,y2$'

    awk -v OFS=, 'BEGIN { print "x,y"
        for (i = 0; i < 80; i++) print i, (i < 20 ? 10 : i < 50 ? 2 : -1) }' >whole.csv
    expect_status 0 train whole.csv --target y --output whole
    check "few whole numbers are classes" has "$out" '3 classes of y'
    expect_status 0 predict whole whole.csv
    check "in the order of numbers" has "$out" '^prediction,-1,2,10$'
    sed 's/,2$/,2.0/; s/,10$/,1e1/' whole.csv >written.csv
    expect_status 0 evaluate whole written.csv
    check "however they are written" has "$out" "^accuracy $share mse $share rows 80\$"
    expect_status 0 train whole.csv --target y --numbers
    check "unless --numbers is given" has "$out" '1 target of numbers'
    expect_status 0 train whole.csv --target x --epochs 2
    check "many whole numbers are numbers" has "$out" '1 target of numbers'
    expect_status 0 train whole.csv --target x --epochs 2 --classes
    check "unless --classes is given" has "$out" '80 classes of x'
}

# ---- what is wrong -------------------------------------------------------------------------------

# bad_table SED_SCRIPT: makes bad.csv of train.csv
bad_table() {
    sed "$1" train.csv >bad.csv
}

check_bad_tables() {
    bad_table '17s/^\([^,]*,[^,]*\),[^,]*/\1,abc/'
    fails "^nnblas train: bad.csv: line 17, column 3 \(petal_length\): 'abc' is not a number\$" \
        train bad.csv --target species --output never
    check "  and no model" test ! -e never
    bad_table '17s/^[^,]*//'
    fails "line 17, column 1 \(sepal_length\): '' is a missing value" train bad.csv --target species
    bad_table '17s/^[^,]*/NaN/'
    fails "line 17, column 1 \(sepal_length\): 'NaN' is a missing value" train bad.csv \
        --target species
    bad_table '17s/^[^,]*/1e999/'
    fails "line 17, column 1 \(sepal_length\): '1e999' is not a number" train bad.csv --target species
    bad_table '17s/^[^,]*/0x10/'
    fails "'0x10' is not a number" train bad.csv --target species
    bad_table '17s/[^,]*$//'
    fails "line 17, column 5 \(species\): '' is a missing value" train bad.csv --target species
    bad_table '17s/,[^,]*$//'
    fails "bad.csv: line 17: 4 values, and the table has 5 columns" train bad.csv --target species
    bad_table 's/^/"two\nlines",/; 17s/virginica\|setosa\|versicolor/&,/'
    fails 'bad.csv: line 33: 7 values' train bad.csv --target species
    bad_table '17s/^/"/'
    fails 'bad.csv: line 17: a quote (is opened in this row and never closed|stands inside)' \
        train bad.csv --target species
    bad_table '17s/^/1"/'
    fails 'bad.csv: line 17: a quote stands inside' train bad.csv --target species
    bad_table '1s/petal_width/petal_length/'
    fails "bad.csv: line 1: columns 3 and 4 are both named 'petal_length'" train bad.csv \
        --target species
    { head -n 5 train.csv && printf '1,2,3,4,a\000b\n'; } >bad.csv
    fails 'bad.csv: line 6: a byte is 0' train bad.csv --target species
    { head -n 5 train.csv && printf '1,2,3,4,\377\n'; } >bad.csv
    fails "bad.csv: line 6, column 5 \(species\): .* is not UTF-8" train bad.csv --target species
    { head -n 5 train.csv && printf '1,2,3,\033[2J,a\n'; } >bad.csv
    fails "column 4 \(petal_width\): '\?\[2J' is not a number" train bad.csv --target species
    : >bad.csv
    fails 'bad.csv: holds no rows' train bad.csv --target species
    head -n 1 train.csv >bad.csv
    fails 'bad.csv: holds no rows to learn from' train bad.csv --target species
    expect_status 0 predict model bad.csv
    check "predictions of no rows have their header" has_lines "$out" 1
    fails 'bad.csv: holds no rows to evaluate' evaluate model bad.csv
    grep -v 'setosa\|versicolor' train.csv >bad.csv
    fails "bad.csv: the target 'species' is the same in all rows" train bad.csv --target species
    fails "train.csv: has no column 'size'" train train.csv --target size
    fails "train.csv: has no column '6'" train train.csv --target 6
    fails "train.csv: has no column 'x'" train train.csv --target species --ignore x
    fails "the column 'species' is named twice" train train.csv --target species --features 1,5
    fails "no column is left" train train.csv --target species --ignore 1,2,3,4
    fails 'nowhere.csv: No such file' train nowhere.csv --target species
    fails 'Is a directory' train . --target species
    cut -d, -f1-3 test.csv >bad.csv
    fails "bad.csv: has no column 'petal_width', which the model" predict model bad.csv
    sed -i 1d bad.csv
    fails "bad.csv: has 3 columns and no header" predict model bad.csv
    fails "features.csv: has no column 'species'" evaluate model features.csv
    sed 's/virginica/orchid/' test.csv >bad.csv
    fails "column 5 \(species\): 'orchid' is none of the categories" evaluate model bad.csv
}

check_skipping() {
    sed '3s/^[^,]*/abc/; 9s/,[^,]*$//; 20s/^[^,]*//' train.csv >bad.csv
    sed '3d; 9d; 20d' train.csv >good.csv
    expect_status 0 train bad.csv --target species --skip-bad-rows --output skipped --epochs 20
    check "--skip-bad-rows says how many" has "$err" \
        'bad rows that were skipped: 3; the first: bad.csv: line'
    expect_status 0 train good.csv --target species --output good --epochs 20
    check "and trains on the others" cmp skipped good
    expect_status 0 predict model bad.csv --skip-bad-rows
    check "predict leaves them out" has_lines "$out" 118
    check "  and says so" has "$err" 'skipped: 3'
    expect_status 0 evaluate model bad.csv --skip-bad-rows
    check "evaluate too" has "$out" 'rows 117$'
    fails "line 3, column 1 .*'abc' is not a number" predict model bad.csv
}

check_bad_models() {
    fails 'nowhere' predict nowhere test.csv
    fails 'train.csv' predict train.csv test.csv
    sed 's/"table":/"tablf":/' model >bad_model
    fails 'bad_model: is a network that nnblas train has not made' predict bad_model test.csv
    sed 's/petal_width/petal_wides/' model >bad_model
    fails 'bad_model' predict bad_model test.csv
    head -c 500 model >bad_model
    fails 'bad_model' evaluate bad_model test.csv
}

# ---- the world around ----------------------------------------------------------------------------

# Makes the locale where the system has what it is made of; a comma is its decimal point.
check_locale() {
    mkdir locales
    localedef -i de_DE -f UTF-8 locales/de_DE.UTF-8 2>/dev/null || return 0
    comma=$(LOCPATH=$directory/locales LC_ALL=de_DE.UTF-8 awk --use-lc-numeric \
        'BEGIN { printf "%.1f", 0.5 }' 2>/dev/null || echo unknown)
    LOCPATH=$directory/locales LC_ALL=de_DE.UTF-8 "$nnblas" train train.csv --target species \
        --quiet --learning-rate 0.003 --output german
    check "a locale with decimal commas ($comma) gives the same model" cmp model german
    LOCPATH=$directory/locales LC_ALL=de_DE.UTF-8 "$nnblas" predict german test.csv >"$out"
    check "  and the same predictions" cmp expected "$out"
}

check_streams() {
    "$nnblas" train --epochs 200 --target species --output - - <train.csv >streamed 2>"$err"
    check "train reads and writes standard streams" cmp model streamed
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

check_outputs() {
    echo old >kept
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
    expect_status 0 predict model test.csv --output /dev/null
    check "a device stays a device" test -c /dev/null
    expect_status 0 train --quiet --epochs 2 --output /dev/null
    check "  also under a model" test -c /dev/null
}

# More than a pipe holds when they are predicted.
make_many_rows() {
    cat rows.csv rows.csv rows.csv rows.csv rows.csv rows.csv rows.csv rows.csv >more.csv
    cat more.csv more.csv more.csv more.csv more.csv more.csv more.csv more.csv >many.csv
}

check_full_disk() {
    [ -c /dev/full ] || return 0
    for arguments in 'predict model test.csv' 'evaluate model test.csv' 'train --epochs 2' iris \
        'train --help'; do
        # shellcheck disable=SC2086 # several arguments
        "$nnblas" $arguments >/dev/full 2>"$err"
        test $? -eq 1
        report $? "'nnblas $arguments' on a full disk exits 1"
        check "  and says so" has "$err" 'cannot write to standard output'
    done
    fails 'cannot write /dev/full: No space left' predict model test.csv --output /dev/full
    fails 'cannot write /dev/full: No space left' train --epochs 2 --output /dev/full
    fails 'cannot write /dev/full: No space left' train --epochs 2 --history /dev/full
    mkdir small
    trap 'umount "$directory/small" 2>/dev/null; rm -rf "$directory"' EXIT
    mount -t tmpfs -o size=16k tmpfs small 2>/dev/null || return 0
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

check_closed_pipe() {
    make_many_rows
    { "$nnblas" predict model many.csv 2>"$err"; echo $? >status; } | head -n 1 >"$out"
    check "a closed pipe: exit 1" grep -qx 1 status
    check "  and a message" has "$err" 'cannot write to standard output: Broken pipe'
}

# interrupts SIGNAL
interrupts() {
    "$nnblas" train --epochs 1000000000 --patience 0 --output stopped >"$out" 2>"$err" &
    process=$!
    tries=0
    while ! has "$err" '^epoch ' && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -"$1" $process
    wait $process
    report $? "SIG$1 ends a training with success"
    check "  which says so" has "$out" 'epochs: stopped by a signal'
    expect_status 0 evaluate stopped test.csv
    rm -f stopped
}

check_interruption() {
    interrupts INT
    interrupts TERM
}

check_resumption() {
    expect_status 0 train --quiet --epochs 60 --patience 0 --output straight
    expect_status 0 train --epochs 25 --patience 0 --checkpoint checkpoint --resume
    check "without a checkpoint training begins anew" has "$err" 'no checkpoint checkpoint yet'
    expect_status 0 evaluate checkpoint test.csv
    expect_status 0 train --epochs 60 --patience 0 --checkpoint checkpoint --resume \
        --output resumed --history history.csv
    check "a resumed training gives the same model" cmp straight resumed
    check "  with all its epochs" has_lines history.csv 61
    fails 'checkpoint' train --epochs 60 --hidden 7 --checkpoint checkpoint --resume
    fails 'train.csv' train --epochs 60 --checkpoint train.csv --resume
}

check_progress() {
    expect_status 0 train --epochs 25 --patience 0 --validation 0.2
    check "epochs 1, 2, 5, 10, 20 and the last have a line" has_lines "$err" 6
    check "  with both costs" has "$err" '^epoch +20   cost 0\.[0-9]+  validation 0\.'
    command -v script >/dev/null || return 0
    script -qec "$nnblas train --epochs 2000 --patience 0" typescript </dev/null >/dev/null
    report $? "train on a terminal"
    tr '\r' '\n' <typescript >lines
    check "has a line that changes" has lines '^\[#+-*\] epoch [0-9]+/2000  cost '
    check "  with rows a second and the time left" has lines ' rows/s  [0-9]+:[0-9]{2} left'
    check "  until the end" has lines '^\[#{20}\] epoch 2000/2000 '
}

check_plots() {
    expect_status 1 train --plot nowhere/curve.svg
    PATH='' "$nnblas" train --plot curve.svg >"$out" 2>"$err"
    test $? -eq 1
    report $? "a plot without gnuplot exits 1"
    check "  and says why" has "$err" 'cannot run gnuplot.*: No such file'
    command -v gnuplot >/dev/null || return 0
    expect_status 0 train --quiet --epochs 20 --validation 0.2 --plot "it's \$(x).svg"
    check "the plot is an SVG" has "it's \$(x).svg" '<svg'
    check "  with both costs" has "it's \$(x).svg" 'validation cost'
    expect_status 0 train --quiet --epochs 20 --plot curve.png
    check "or a PNG" test "$(head -c 4 curve.png | tail -c 3)" = PNG
}

check_man_page() {
    "$nnblas" --help | awk '/^commands:/ { on = 1; next } on && /^  / { print $1 } /^$/ { on = 0 }' \
        >commands
    check "the help lists commands" test -s commands
    while read -r name; do
        check "the man page has $name" has "$man_page" "^\\.SS nnblas $name"
        "$nnblas" "$name" --help | grep -Eo -e '--[a-z-]+' | sort -u | sed 's/-/\\\\-/g' >options
        missing=$(while read -r option; do
            grep -q -e "$option" "$man_page" || echo "$option"
        done <options)
        check "  with its options $missing" test -z "$missing"
    done <commands
    command -v man >/dev/null || return 0
    MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l "$man_page" >"$out" 2>"$err"
    check "man shows it" has "$out" 'nnblas'
    check "  without a warning" is_empty "$err"
}

make_tables
check_help
check_refusals
check_iris
check_default_table
check_network_options
check_dialects
check_columns
check_texts
check_numbers
check_bad_tables
check_skipping
check_bad_models
check_locale
check_streams
check_outputs
check_full_disk
check_closed_pipe
check_interruption
check_resumption
check_progress
check_plots
check_man_page
conclude
