#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What looks odd in a table, and is said.
# usage: check_warnings.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# warns REGEX ARGUMENTS...: of table.csv, in one epoch
warns() {
    message=$1
    shift
    expect_status 0 train table.csv --epochs 1 "$@"
    check "  and warns: $message" has "$err" "^nnblas train: warning: $message"
}

# is_silent REGEX ARGUMENTS...: no warning matches
is_silent() {
    message=$1
    shift
    expect_status 0 train table.csv --epochs 1 "$@"
    check "  and does not warn: $message" lacks "$err" "$message"
}

check_first_row() {
    unlike='the first line is unlike the other rows: if it has the names of the columns, --header'
    printf '2019,2020,2021\n0.1,0.4,0.2\n0.7,0.3,0.9\n0.5,0.9,0.1\n' >table.csv
    warns "$unlike" --target 3
    check "  and has the line of the summary" has "$out" '^the first line has numbers and is taken for a row'
    printf 'region;2022;"2023"\nN;1;4\nS;4;7\nN;5;1\n' >table.csv
    warns "$unlike" --target 3
    printf '1000,2000,3000\n10,40,20\n70,30,90\n50,90,10\n' >table.csv
    warns "$unlike" --target 3
    printf '2019,2020,target\n0.1,0.4,0.2\n0.7,0.3,0.9\n0.5,0.9,0.1\n' >table.csv
    fails "line 1, column 3: 'target' is not a number" train table.csv --target 3
    check "  and an error comes with the warning" has "$err" "warning: $unlike"
    expect_status 1 train table.csv --target 3 --quiet
    check "  unless it is to be quiet" lacks "$err" "$unlike"
    is_silent unlike --target target --header
    fails "'target' is not a number" train table.csv --target 3 --no-header
    check "  not where the first line is said to be none" lacks "$err" unlike
}

# A first row that may be one: years among years, the first of sorted numbers, a text that occurs again.
check_usual_first_rows() {
    awk 'BEGIN { for (i = 0; i < 20; i++) print 2000 + i "," 1990 + i }' >table.csv
    is_silent unlike --target 2
    awk 'BEGIN { for (i = 1; i < 20; i++) print i "," 2 * i "," 3 * i }' >table.csv
    is_silent unlike --target 3
    awk 'BEGIN { print "a,1000,2000"; for (i = 1; i < 20; i++) print (i % 2 ? "a" : "b") "," 2 * i "," 3 * i }' >table.csv
    is_silent unlike --target 3
    "$nnblas" iris | sed 1d >table.csv
    is_silent unlike --target 5
    printf '2019,2020\n0.1,0.4\n' >table.csv
    is_silent unlike --target 2
}

# mixture VALUE: table.csv with a column of what awk makes of VALUE, in row i
mixture() {
    awk "function value(i) { return $1 }"' BEGIN { print "x;y"
        for (i = 0; i < 40; i++) print value(i) ";" i % 7 * 1.5 }' >table.csv
}

check_mixtures() {
    mixture 'i % 4 ? sprintf("%.1f%%", i) : sprintf("%.3f", i / 100)'
    warns 'column 1 \(x\): 30 values with % and 10 without: 5% and 5 are taken for the same number' --target y
    mixture 'i % 4 ? sprintf("$%.1f", i) : i'
    warns 'column 1 \(x\): 30 values with \$ and 10 without: 5\$ and 5 are taken' --target y
    warns 'column 1 \(x\): 30 values with \$ and 10 without' --target x
    mixture 'i % 4 ? sprintf("%.1f%%", i) : "NA"'
    is_silent 'values with' --target y
    mixture 'i % 4 ? sprintf("%d,%03d.5", i, i) : i < 20 ? 2000.5 + i : i'
    warns 'column 1 \(x\): 30 values with a mark between thousands and 5 without: are they written as 1,234.5\?' \
        --target y
    mixture 'i % 4 ? sprintf("%d,%03d.5", i, i) : i'
    is_silent 'values with' --target y
    mixture 'i % 4 ? sprintf("€ %d.%03d,25", i, i) : "12,5 €"'
    is_silent 'values with' --target y
}

# looks_like KIND VALUE EXAMPLE
looks_like() {
    mixture "$2"
    warns "column 1 \\(x\\): texts such as '$3' look like $1" --target y --features x
}

check_lookalikes() {
    looks_like dates 'sprintf("%02d.%02d.23", 1 + i % 28, 1 + i % 12)' '01.01.23'
    looks_like dates 'sprintf("%d/%d/24", 1 + i % 12, 1 + i % 28)' '1/1/24'
    looks_like dates 'sprintf("%d-Mar-2024", 1 + i % 28)' '1-Mar-2024'
    looks_like dates 'sprintf("2024-%02d", 1 + i % 12)' '2024-01'
    looks_like dates 'sprintf("3/%d/2024 5:00 PM", 1 + i % 28)' '3/1/2024 5:00 PM'
    looks_like dates 'i % 2 ? sprintf("2024-03-%02d", 1 + i % 28) : sprintf("%d/3/2024", 1 + i % 28)' '1/3/2024'
    looks_like times 'sprintf("%02d:%02d", i % 24, i % 60)' '00:00'
    looks_like numbers 'i % 3 ? "(1," 100 + i ".50)" : "1," 100 + i ".50"' '\(1,101.50\)'
    looks_like numbers 'i % 3 ? i % 7 ",5-" : "1,5"' '0,5-'
    looks_like 'numbers with a unit' 'sprintf("%d,5 kg", i % 9)' '0,5 kg'
    mixture 'sprintf("%d,5 kg", i % 9)'
    is_silent 'look like' --target y --text x
    for value in '"1." i % 4 "." i % 5' '"192.168.1." i % 9' 'i % 9 (i % 2 ? "th" : "nd")' '"555-" 1000 + i' \
        'i "-" i + 9' '"B" i % 4' 'i % 2 ? "Mar" : "Apr"' 'i % 2 ? "12:30" : "noon"' '"3.5 kg"'; do
        mixture "$value"
        is_silent 'look like' --target y --features x
    done
}

check_first_row
check_mixtures
check_usual_first_rows
conclude
