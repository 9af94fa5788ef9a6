#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The dialects of tables, and how columns become inputs and targets.
# usage: check_tables.sh NNBLAS
set -u
share='[01]\.[0-9]{4}'
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

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
    expect_status 0 train train.csv --quiet --target 5 --output by_number
    check "columns by number give the same model" same_network model by_number
    sed 1d train.csv >train_rows.csv
    expect_status 0 train train_rows.csv --quiet --target 5 --output no_header
    "$nnblas" predict no_header rows.csv >"$out"
    check "a table without header gives the same predictions" cmp expected "$out"
    expect_status 0 train train.csv --quiet --target species --epochs 5 --features 3,petal_width \
        --output two
    expect_status 0 train train.csv --quiet --target species --epochs 5 \
        --ignore sepal_length,sepal_width --output two.again
    check "--features and --ignore are complements" same_network two two.again
    sed '1s/.*/1,2,3,4,5/' train.csv >numbered.csv
    expect_status 0 train numbered.csv --header --quiet --target 5 --output numbered
    sed '1s/.*/1,2,3,4,5/' test.csv >numbered_test.csv
    "$nnblas" predict numbered numbered_test.csv --header >"$out"
    check "--header takes numbers for names" cmp expected "$out"
    fails "has no column 'species'; it has 5 columns and no header; --header reads" train train_rows.csv \
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
    check "a column that is the same in all rows is left out" has "$out" \
        '^left out, the same in all rows: column 3 \(constant\)$'
    check "each text is an input" has "$out" '2 features as 3 inputs; 2 classes of class'
    expect_status 0 evaluate texts texts.csv
    check "a network can be trained on texts" has "$out" '^accuracy 1.0000 mse 0.0[0-9]* rows 60$'
    printf 'constant,size,colour\n9,1,blue\n' >other.csv
    expect_status 0 predict texts other.csv
    cp "$out" nine
    sed -i s/9,1,blue/7,1,blue/ other.csv
    "$nnblas" predict texts other.csv >seven
    check "a column that was constant does not count" cmp seven nine
    expect_status 0 train texts.csv --target class --features 1,2,3 --output texts
    check "  unless it is asked for" has "$out" '3 features as 4 inputs; 2 classes of class'
    "$nnblas" predict texts other.csv >seven
    sed -i s/7,1,blue/9,1,blue/ other.csv
    "$nnblas" predict texts other.csv >nine
    check "  and then counts nothing" cmp -s seven nine
    expect_status 0 train texts.csv --target class --text size --epochs 2
    check "--text takes numbers for texts" has "$out" '2 features as 7 inputs'
    awk 'BEGIN { print "name,class"; for (i = 0; i < 1100; i++) print "n" i "," i % 2 }' >names.csv
    fails "names.csv: column 1 \(name\) has more than 1000 different texts" train names.csv \
        --target class --features name
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
        '^r2 0\.99[0-9]{2} mae [01]\.[0-9]+ rows 200$'
    expect_status 0 predict numbers numbers.csv
    check "predict names the target" has "$out" '^prediction,y$'
    sed 1d "$out" >predicted
    odd=$(awk -F, '{ n += $1 < 950 || $1 > 1080 || $1 != $2 } END { print n + 0 }' predicted)
    check "in the target's own unit" test "$odd" -eq 0
    mae=$(sed 1d numbers.csv | paste -d, - predicted |
        awk -F, '{ d = $3 - $5; n += d < 0 ? -d : d } END { printf "%.6g", n / NR }')
    check "whose mean absolute error is $mae" has last "mae $mae "
    expect_status 0 train numbers.csv --target y,y2 --output both
    check "several targets" has "$out" '2 features as 2 inputs; 2 targets of numbers'
    expect_status 0 evaluate both numbers.csv
    check "each has its line" has "$out" '^y2 +0\.9'
    expect_status 0 predict both numbers.csv
    check "each has its column" has "$out" '^prediction,y,y2$'

    awk -v OFS=, 'BEGIN { print "x,y"
        for (i = 0; i < 30; i++) print (i % 3 ? "" : "-") "1.7e308", (i % 3 ? i : -i) }' >huge.csv
    expect_status 0 train huge.csv --target y --numbers --epochs 5
    check "numbers near the largest double can be scaled" has "$out" '^train r2 '
    sed 1d huge.csv | awk -F, '{ print $1 "," $2 "e200" }' >large.csv
    expect_status 0 train large.csv --target 2 --numbers --epochs 5
    check "  and so can targets be scored" has "$out" '^train r2 -?[0-9]'
    awk -v largest=1.7976931348623157e308 'BEGIN { print "x,y"
        for (i = 0; i < 60; i++) print i "," (i % 5 ? (i % 2 ? "-" : "") largest : "1e307") }' >largest.csv
    expect_status 0 train largest.csv --target y --numbers --epochs 5 --output largest
    scores=$(sed -n 's/^train \(r2 [^ ]* mae [^ ]*\) .*/\1/p' "$out")
    check "  up to the largest, without an infinite error" has "$out" '^train r2 -?[0-9.]+ mae [0-9.]+e\+30[78] '
    expect_status 0 evaluate largest largest.csv
    check "  as evaluate scores them: $scores" grep -qF "${scores:-none} rows" "$out"

    for scale in 1e-7 1e300; do
        awk -v OFS=, -v scale="$scale" 'BEGIN { print "x,y"
            for (i = 0; i < 90; i++) print i, (i * i % 50 + 1) * scale }' >scaled.csv
        expect_status 0 train scaled.csv --target y --numbers --epochs 5 --output scaled
        check "the mean absolute error of targets near $scale is readable" has "$out" \
            '^train r2 -?[0-9.]+ mae [1-9][0-9.]*e[-+][0-9]+ rows 90 '
        expect_status 0 evaluate scaled scaled.csv
        mae=$(sed -n 's/^y  *[^ ]*  *\([^ ]*\) .*/\1/p' "$out")
        check "  and the one of evaluate, $mae, is that of its table" grep -qF " mae $mae rows" "$out"
    done
    sed 's/e+30/e+20/' scaled.csv >smaller.csv
    expect_status 0 evaluate scaled smaller.csv
    check "an R2 far below 0 is short in the line" has "$out" '^r2 -[0-9.]{1,6}e\+[0-9]+ mae '
    check "  and in the table" has "$out" '^y +-[0-9.]{1,6}e\+[0-9]+ '

    awk -v OFS=, 'BEGIN { print "x,y"
        for (i = 0; i < 80; i++) print i, (i < 20 ? 10 : i < 50 ? 2 : -1) }' >whole.csv
    expect_status 0 train whole.csv --target y --output whole
    check "few whole numbers are classes" has "$out" '3 classes of y'
    check "  which is said" has "$out" 'column 2 \(y\): whole numbers, read as classes: --numbers makes it a regression'
    expect_status 0 predict whole whole.csv
    check "in the order of numbers" has "$out" '^prediction,-1,2,10$'
    sed 's/,2$/,2.0/; s/,10$/,1e1/' whole.csv >written.csv
    expect_status 0 evaluate whole written.csv
    check "however they are written" has "$out" "^accuracy $share mse $share rows 80\$"
    expect_status 0 train whole.csv --target y --numbers
    check "unless --numbers is given" has "$out" '1 target of numbers'
    expect_status 0 train whole.csv --target x --epochs 2
    check "many whole numbers are numbers" has "$out" '1 target of numbers'
    awk -v OFS=, 'BEGIN { print "x,y"; for (i = 0; i < 14; i++) print i * 1.5 % 4, i % 3 }' >rows.csv
    expect_status 0 train rows.csv --target y --epochs 2
    check "with fewer than 5 rows each whole numbers are a regression" has "$out" '1 target of numbers'
    check "  which is said" has "$out" 'whole numbers, read as numbers: --classes makes it a classification'
    printf '5,2\n' >>rows.csv
    expect_status 0 train rows.csv --target y --epochs 2
    check "with 5 rows each they are classes" has "$out" '3 classes of y'
    expect_status 0 train whole.csv --target x --epochs 2 --classes
    check "unless --classes is given" has "$out" '80 classes of x'
}

make_model
check_dialects
check_columns
check_texts
check_numbers
conclude
