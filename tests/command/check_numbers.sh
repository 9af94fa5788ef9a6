#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Numbers and dates as people write them.
# usage: check_numbers.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# reads_as FORMAT ARGUMENTS...: both tables give the same model, but for the format
reads_as() {
    format=$1
    shift
    expect_status 0 train plain.csv --delimiter ';' --target y --epochs 3 --output plain
    expect_status 0 train written.csv --delimiter ';' --target y --epochs 3 --output written "$@"
    check "  and says how numbers are written" has "$out" \
        "^column 1 \\(x\\): numbers written as $format\$"
    "$nnblas" predict plain plain.csv --delimiter ';' >expected
    expect_status 0 predict written written.csv --delimiter ';'
    check "  which the model keeps" cmp expected "$out"
}

# 1000.25 with marks
group='function group(v, mark, point,  whole, part) { whole = int(v); part = sprintf("%.2f", v - whole)
    return int(whole / 1000) mark sprintf("%03d", whole % 1000) point substr(part, 3) }'

# write_with EXPRESSION: plain.csv, and written.csv with the numbers v as the expression writes them
write_with() {
    awk -v OFS=';' 'BEGIN { print "x;y"
        for (i = 0; i < 40; i++) print 1000.25 + 37 * i, 5000.5 + i * i }' >plain.csv
    awk -F';' -v OFS=';' "$group function write(v) { return $1 }
        NR == 1 { print; next } { print write(\$1), write(\$2) }" plain.csv >written.csv
}

check_formats() {
    write_with 'sprintf("%d,%s", v, substr(sprintf("%.2f", v - int(v)), 3))'
    reads_as '1234,5'
    write_with 'group(v, ",", ".")'
    reads_as '1,234.5'
    write_with 'group(v, ".", ",")'
    reads_as '1.234,5'
    write_with 'group(v, " ", ",")'
    reads_as '1 234,5'
    write_with 'group(v, "\302\240", ",")'
    reads_as '1 234,5'
    write_with "group(v, \"'\", \".\")"
    reads_as "1'234.5"
    write_with '"$" group(v, ",", ".")'
    reads_as '1,234.5 with \$'
    write_with 'group(v, ".", ",") " EUR"'
    reads_as '1.234,5 with EUR'
    write_with 'v " %"'
    reads_as '1234.5 with %'
}

check_ambiguous() {
    awk 'BEGIN { print "x\ty"; for (i = 1; i < 40; i++) printf "%d,%03d\t%d\n", i, i * 7, i * 3 + 100 }' >table.csv
    expect_status 0 train table.csv --delimiter tab --target y --epochs 2 --output thousands
    check "a comma before three digits separates thousands, with a warning" has "$err" \
        "warning: column 1 \(x\): '1,007' is read as 1007; --decimal , reads it otherwise"
    expect_status 0 train table.csv --delimiter tab --target y --epochs 2 --output decimals --decimal ,
    check "  which --decimal decides, without a warning" lacks "$err" warning
    sed 's/,/./' table.csv >points.csv
    expect_status 0 train points.csv --delimiter tab --target y --epochs 2 --output points
    "$nnblas" predict points points.csv --delimiter tab >expected
    expect_status 0 predict decimals table.csv --delimiter tab
    check "  also of another table" cmp expected "$out"
    expect_status 0 predict points table.csv --delimiter tab --decimal ,
    check "  --decimal holds for predict alone too" cmp expected "$out"
    tr '\t' ';' <table.csv >semicolons.csv
    expect_status 0 train semicolons.csv --delimiter ';' --target y --epochs 2
    check "  as do semicolons between the values" has "$err" \
        "'1,007' is read as 1.007; --decimal . reads it otherwise"
    expect_status 0 train semicolons.csv --delimiter ';' --target y --epochs 2 --thousands ,
    check "  unless --thousands says otherwise" lacks "$err" warning

    printf 'x;y\n1,5;1.5\n2,5;2.5\n3.5;9.5\n4,5;7.25\n' >table.csv
    expect_status 0 train table.csv --delimiter ';' --target y --epochs 2
    check "numbers that are written in two ways are texts" has "$out" '1 feature as 4 inputs'
    # shellcheck disable=SC2016
    printf 'x,y\n$5,1.5\n€6,2.5\n$7,9.5\n$7,0.25\n' >table.csv
    expect_status 0 train table.csv --target y --epochs 2
    check "  and those with two currencies" has "$out" '1 feature as 3 inputs'
    awk 'BEGIN { print "x,y"; for (i = 1; i < 40; i++) print (i == 9 ? "oops" : i) "," i * 1.5 }' >table.csv
    fails "line 10, column 1 \(x\): 'oops' is not a number" train table.csv --target y
    expect_status 0 train table.csv --target y --epochs 2 --text x --features x
    check "--text takes them for texts" has "$out" '1 feature as 39 inputs'
}

# dates FORMAT: a table of 60 days, or of hours, and a target that goes by the weekday
dates() {
    awk -v step="${2:-86400}" 'BEGIN { for (i = 0; i < 60; i++) print "@" 1709251200 + i * step }' >seconds
    awk 'BEGIN { for (i = 0; i < 60; i++) print i % 7 * 1.5 }' >y
    { echo when,y && date -u -f seconds +"$1" | paste -d, - y; } >dates.csv
}

check_dates() {
    for format in %Y-%m-%d %Y/%m/%d %d.%m.%Y %d/%m/%Y %m/%d/%Y %Y-%m-%dT00:00:00Z '%Y-%m-%d 00:00'; do
        dates "$format"
        expect_status 0 train dates.csv --target y --epochs 50 --output dates
        check "'$format' is a date: time, season, weekday" has "$out" '1 feature as 5 inputs'
        expect_status 0 predict dates dates.csv
        test "$format" = %Y-%m-%d && cp "$out" first
        check "  with the same predictions" cmp first "$out"
    done
    dates '%Y-%m-%d %H:%M' 3600
    expect_status 0 train dates.csv --target y --epochs 2 --output dates
    check "a date with a time" has "$out" \
        '^column 1 \(when\): dates as year-month-day: the time, the weekday, the time of day$'
    printf 'when\n2024-03-01 10:00+01:00\n2024-03-01 09:00Z\n' >zones.csv
    expect_status 0 predict dates zones.csv
    sed -i '5s/^[^,]*/soon/' dates.csv
    fails "line 5, column 1 \(when\): 'soon' is not a date as the others \(year-month-day\)" predict dates dates.csv
    sed -i '5s/^[^,]*//' dates.csv
    expect_status 0 predict dates dates.csv
    check "a missing date is the mean" has "$err" 'missing values filled in: 1$'
    expect_status 0 train dates.csv --target y --epochs 2
    check "  with an indicator, if there are any in training" has "$out" '1 feature as 6 inputs'
    awk 'BEGIN { print "when,y"; for (i = 0; i < 30; i++) printf "%02d/%02d/2024,%d\n", i % 3 + 1, i % 4 + 1, i + 50 }' \
        >dates.csv
    expect_status 0 train dates.csv --target y --epochs 2
    check "days that can be months are texts, with a warning" has "$err" \
        "warning: column 1 \(when\): '01/01/2024' and all others can be day/month or month/day"
}

# The points of 3.057 beside 563.
check_points() {
    awk 'BEGIN { print "x;z;y"; for (i = 1; i < 40; i++)
        print (i < 4 ? 500 + i : i "." 100 + i * 7) ";" i % 5 ",25;" i % 7 ",5" }' >points.csv
    sed '1!s/^\([0-9]*\)\.\([0-9]*\)/\1\2/' points.csv >plain.csv
    expect_status 0 train plain.csv --target y --epochs 2 --output plain
    "$nnblas" predict plain plain.csv >expected
    expect_status 0 train points.csv --target y --epochs 2 --output points
    check "points before three digits separate thousands beside decimal commas, with a warning" \
        has "$err" "warning: column 1 \\(x\\): '4.128' is read as 4128; --decimal . reads it otherwise"
    expect_status 0 predict points points.csv
    check "  and are read so" cmp expected "$out"
    expect_status 0 predict plain points.csv --thousands .
    check "  as --thousands . makes another model read them" cmp expected "$out"
    cut -d';' -f1,3 points.csv | tr ';,' ',.' >commas.csv
    expect_status 0 train commas.csv --target y --epochs 2
    check "  but not where commas separate the values" lacks "$out" 'numbers written as'
    expect_status 0 train commas.csv --target y --epochs 2 --thousands .
    check "  unless --thousands . says so" has "$out" '^column 1 \(x\): numbers written as 1.234,5$'
    check "  which leaves 2.5 alone, and gives no warning" lacks "$err" warning
    tr , . <points.csv >decimals.csv
    expect_status 0 train decimals.csv --target y --epochs 2
    check "  nor where another column has decimal points" lacks "$out" 'numbers written as'
}

# weigh_to SUM COMMAND...: the scores of the command are of rows that weigh so much
weigh_to() {
    sum=$1
    shift
    expect_status 0 "$@" --json weighed.json
    check "  '$*' weighs the rows $sum" has weighed.json "\"weight\": $sum(\\.0)?,?\$"
}

# Weights are read as other numbers are, in a training and after it.
check_weights() {
    awk 'BEGIN { print "x;w;y"; for (i = 0; i < 40; i++) print i ";" (i % 2 ? 500 : "1.000") ";" i % 7 }' >weighted.csv
    train="train weighted.csv --target y --numbers --epochs 1"
    for marks in '' '--thousands .' '--decimal ,' '--decimal , --thousands .'; do
        # shellcheck disable=SC2086 # words
        weigh_to 30000 $train --weight w $marks
    done
    # shellcheck disable=SC2086
    weigh_to 10020 $train --weight w --decimal .
    # shellcheck disable=SC2086
    expect_status 0 $train --ignore w --output light
    for command in evaluate importance; do
        fails "line 2, column 2 \\(w\\): '1.000' can have decimals or thousands: --decimal says which" \
            $command light weighted.csv --weight w
    done
    weigh_to 30000 evaluate light weighted.csv --weight w --thousands .
    weigh_to 30000 evaluate light weighted.csv --weight w --decimal , --thousands .
    weigh_to 10020 evaluate light weighted.csv --weight w --decimal .
    sed 's/1\.000/1,5/' weighted.csv >commas.csv
    fails "'1,5' is no weight" evaluate light commas.csv --weight w
    weigh_to 10030 evaluate light commas.csv --weight w --decimal ,
    sed 's/1\.000/0.125/' weighted.csv >points.csv
    weigh_to 10002.5 evaluate light points.csv --weight w
    tr ';' , <weighted.csv >commas.csv
    weigh_to 10020 evaluate light commas.csv --weight w
    awk 'BEGIN { print "x,w,y"; for (i = 0; i < 40; i++) print "\"" i ",5\"," (i % 2 ? 500 : "1.000") "," i % 7 }' \
        >halves.csv
    expect_status 0 train halves.csv --target y --numbers --epochs 1 --ignore w --output halves
    fails "'1.000' can have decimals or thousands" evaluate halves halves.csv --weight w
}

# one_bad VALUES: a table of them in the first of two columns, with a word in line 10
one_bad() {
    awk "function value(i) { return $1 }"' BEGIN { print "x;y"
        for (i = 0; i < 40; i++) print (i == 8 ? "oops" : value(i)) ";" i % 7 * 1.5 }' >bad.csv
}

check_one_bad_value() {
    one_bad 'sprintf("$%.2f", i * 1.25)'
    fails "line 10, column 1 \\(x\\): 'oops' is not a number" train bad.csv --target y
    expect_status 0 train bad.csv --target y --epochs 2 --skip-bad-rows
    check "numbers with a currency stay numbers" has "$out" '^39 rows of .*: 1 feature as 1 input'
    one_bad 'sprintf("%d.%03d,%02d", i + 1, i * 9, i)'
    fails "line 10, column 1 \\(x\\): 'oops' is not a number" train bad.csv --target y
    fails "line 10, column 1 \\(x\\): 'oops' is not a number" train bad.csv --target x
    one_bad 'sprintf("2024-%02d-%02d", i % 12 + 1, i % 28 + 1)'
    fails "line 10, column 1 \\(x\\): 'oops' is not a date as the others" train bad.csv --target y
    expect_status 0 train bad.csv --target y --epochs 2 --skip-bad-rows
    check "dates stay dates" has "$out" 'column 1 \(x\): dates as year-month-day'
    sed -i '10s/oops/20240101/' bad.csv
    fails "line 10, column 1 \\(x\\): '20240101' is not a date as the others" train bad.csv --target y
    one_bad 'i % 8 ? sprintf("$%.2f", i) : "none of them"'
    expect_status 0 train bad.csv --target y --epochs 2 --features x
    check "six words of 40 make a column of texts" lacks "$out" 'numbers written as'
}

check_formats
check_ambiguous
check_points
check_weights
check_one_bad_value
check_dates
awk 'BEGIN { print "a,y"; for (i = 0; i < 30; i++) print "\"1,23," 100 + i % 3 "\"," i % 7 / 2 }' >groups.csv
expect_status 0 train groups.csv --target y --epochs 1
check "groups of two digits are no thousands" lacks "$out" 'numbers written as'
conclude
