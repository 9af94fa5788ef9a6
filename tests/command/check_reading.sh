#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What files are read as tables: delimiters, encodings, compression; and which rows are bad.
# usage: check_reading.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# detects NAME DELIMITER: the delimiter of test.csv is found where it is this one
detects() {
    tr , "$2" <test.csv >found.csv
    check "the delimiter is found: $1" predicts_like expected found.csv
}

check_delimiters() {
    detects semicolon ';'
    detects tab '\t'
    detects bar '|'
    tr , ';' <rows.csv >found.csv
    check "  without a header" predicts_like expected found.csv
    expect_status 0 train found.csv --target 5 --epochs 2
    check "  and train says so" has "$out" "values are divided by ';'"
    expect_status 0 train train.csv --target species --epochs 2
    check "  but not of commas" lacks "$out" 'values are divided'
    sed 's/$/,"a;b;c"/; 1s/,"a;b;c"/,note/' test.csv >found.csv
    check "a delimiter in quotes does not count" predicts_like expected found.csv
    sed 's/$/,a;b/' test.csv >found.csv
    check "nor one that divides fewer numbers" predicts_like expected found.csv
    awk -F, '{ print (NR == 1 ? $1 ";" $2 ";" $3 ";" $4 : "1,5;2,5;3,5;0,2") }' test.csv >found.csv
    fails "found.csv: line 2, column 1 \(sepal_length\): '1,5' is not a number" predict model found.csv
    sed 1d found.csv >rows_only.csv
    fails "rows_only.csv: line 1, column 1: '1,5' is not a number" predict model rows_only.csv
    { printf 'sep=;\r\n' && tr , ';' <test.csv; } >found.csv
    check "a first line that names the delimiter" predicts_like expected found.csv
    { printf '\357\273\277sep=|\n' && tr , '|' <test.csv; } >found.csv
    check "  behind a byte order mark" predicts_like expected found.csv
    sed -i '4s/^[^|]*/x/' found.csv
    fails "found.csv: line 4, column 1 \(sepal_length\): 'x'" predict model found.csv
    tr , ';' <test.csv >found.csv
    fails "its only column is 'sepal_length;" predict model found.csv --delimiter ,
}

check_encodings() {
    has_program iconv libc-bin || return 0
    { printf '\377\376' && iconv -f utf-8 -t utf-16le test.csv; } >coded.csv
    check "UTF-16, the small end first" predicts_like expected coded.csv
    { printf '\376\377' && iconv -f utf-8 -t utf-16be test.csv; } >coded.csv
    check "UTF-16, the large end first" predicts_like expected coded.csv
    awk -v OFS=, 'BEGIN { print "name", "y"
        for (i = 0; i < 9000; i++)
            print (i % 3 ? "Z\303\274rich" : "\360\237\214\273 \342\202\254"), i % 3 }' >names.csv
    expect_status 0 train names.csv --target name --epochs 1 --output names.model
    { printf '\377\376' && iconv -f utf-8 -t utf-16le names.csv; } >coded.csv
    expect_status 0 train coded.csv --target name --epochs 1 --output coded.model
    check "UTF-16 of one unit and of two gives the same model" same_network names.model coded.model
}

# in_units ORDER: standard input as UTF-16, le or be
in_units() {
    iconv -f utf-8 -t "utf-16$1"
}

# skips_line LINE DESCRIPTION: in that line half.csv has a bad row, and without it is short.csv
skips_line() {
    fails "^nnblas train: half.csv: line $1, column 2 \(kind\): '.*\?\?\?' has half a character of UTF-16$" \
        train half.csv --target y
    expect_status 0 train half.csv --target y --epochs 2 --skip-bad-rows --output half.model
    check "$2: the row is skipped" has "$err" 'bad rows skipped: 1:$'
    check "  and no other" same_network short.model half.model
}

# A unit that is half a pair, the first half or the second, and an odd byte at the end.
check_halves() {
    has_program iconv libc-bin || return 0
    awk 'BEGIN { print "y,kind"; for (i = 0; i < 30; i++) print i % 2 "," (i % 3 ? "a" : "\303\274") }' >short.csv
    expect_status 0 train short.csv --target y --epochs 2 --output short.model
    for order in le be; do
        if [ $order = le ]; then
            mark='\0377\0376' first='\0012\0330' second='\0012\0334'
        else
            mark='\0376\0377' first='\0330\0012' second='\0334\0012'
        fi
        for half in "$first" "$second" "$second$first" "$first$first"; do
            { printf %b "$mark" && sed 4q short.csv | in_units $order && printf 1,b | in_units $order &&
                printf %b "$half" && { echo && sed 1,4d short.csv; } | in_units $order; } >half.csv
            skips_line 5 "half a pair, $order"
        done
        { printf %b "$mark" && { cat short.csv && printf 1,b; } | in_units $order && printf '\1'; } >half.csv
        skips_line 32 "an odd last byte, $order"
    done
    printf '\377\376a' >half.csv
    fails 'line 1: the name of column 1 has half a character of UTF-16' train half.csv --target 1
}

check_gzip() {
    gzip -c test.csv >packed.csv.gz
    if ! "$nnblas" predict model packed.csv.gz >"$out" 2>"$err"; then
        check "gzip is refused without zlib" has "$err" 'is compressed by gzip: expand it with gunzip'
        return 0
    fi
    check "gzip" cmp expected "$out"
    { cat packed.csv.gz && head -c 9999 /dev/zero; } >padded.csv.gz
    expect_status 0 predict model padded.csv.gz
    check "  also padded to blocks, as by a tape" cmp expected "$out"
    "$nnblas" predict model - <packed.csv.gz >"$out"
    check "  from standard input" cmp expected "$out"
    { head -n 5 test.csv | gzip && sed 1,5d test.csv | gzip; } >packed.csv.gz
    check "  in two parts" predicts_like expected packed.csv.gz
    if has_program iconv libc-bin; then
        { printf '\377\376' && iconv -f utf-8 -t utf-16le test.csv; } >coded.csv
        for at in 1 2 3 4 5 6 7 8 9; do
            tail -c +$at coded.csv | head -c 1 | gzip
        done >packed.csv.gz
        tail -c +10 coded.csv | gzip >>packed.csv.gz
        check "  of UTF-16, in parts of a byte" predicts_like expected packed.csv.gz
    fi
    awk 'BEGIN { for (i = 0; i < 200000; i++) print i ",2,3,4" }' >many.csv
    gzip <many.csv >packed.csv.gz
    "$nnblas" predict model many.csv >many.expected
    check "  of many blocks" predicts_like many.expected packed.csv.gz
    head -c 300000 packed.csv.gz >cut.gz
    fails 'cut.gz: its gzip is damaged: it ends too early' predict model cut.gz
    { head -c -8 packed.csv.gz && printf 'no sum..'; } >cut.gz
    fails 'cut.gz: its gzip is damaged' predict model cut.gz
}

# is_refused REGEX BYTES
is_refused() {
    # shellcheck disable=SC2059 # with escapes
    printf "$2" >foreign
    fails "foreign: is $1" train foreign --target x
}

check_foreign_files() {
    is_refused 'a zip archive: extract' 'PK\003\004rest'
    is_refused 'a workbook of Excel \(xlsx\)' 'PK\003\004.....[Content_Types].xml'
    is_refused 'a document of LibreOffice' 'PK\003\004..mimetypeapplication/vnd.oasis.opendocument.spreadsheet'
    is_refused 'a workbook of Excel \(xls\)' '\320\317\021\340\241\261\032\341'
    is_refused 'a Parquet file: write it as CSV' 'PAR1....'
    is_refused 'a PDF: ' '%%PDF-1.7'
    is_refused 'compressed by bzip2: expand it with bunzip2' 'BZh9'
    is_refused 'compressed by xz' '\3757zXZ'
    is_refused 'compressed by Zstandard' '\050\265\057\375'
    is_refused 'JSON' '{"a": 1}'
    is_refused 'a page in HTML' '<!DOCTYPE html><html>'
    is_refused 'a text in UTF-32' '\377\376\000\000a'
}

# predicts_others: the predictions in $out are those expected, beside empty ones of bad rows
predicts_others() {
    grep -v '^,*$' "$out" >others
    cmp expected others
}

# bad_row TEXT REGEX: a row that is skipped alone, and an error with this message otherwise
bad_row() {
    # shellcheck disable=SC2059 # with escapes
    { sed 7q test.csv && printf "$1" && sed 1,7d test.csv; } >bad.csv
    fails "^nnblas predict: bad.csv: line 8: $2" predict model bad.csv
    expect_status 0 predict model bad.csv --skip-bad-rows
    check "  and only that row is skipped" predicts_others
    check "  with its reason" has "$err" "^  bad.csv: line 8: $2"
}

check_bad_rows() {
    bad_row '1,2,3,4,a "quoted" word\n' 'a quote inside an unquoted value'
    bad_row '1,2,3,4,"quoted" word\n' 'a quote inside an unquoted value, or text after a quoted one'
    bad_row '1,2,3,4,"a \\"quoted\\" word"\n' 'a quote after a backslash: inside a quoted value'
    bad_row '1,2,3,4,"open\n' 'a quote'
    bad_row '1,2,3,"4,open\r\n' 'a quote that opens in this row is never closed'
    bad_row '1,2,3,4,\000\n' 'a NUL byte'
    bad_row '1,2,3,4,"a\000"\n' 'a NUL byte'
    bad_row '1,2,3,4\n' '4 values, but the table has 5 columns'
    bad_row '1,2,3,4,a,b\n' '6 values, but the table has 5 columns'
    { cat test.csv && printf '1,2,3,4,"open'; } >bad.csv
    expect_status 0 predict model bad.csv --skip-bad-rows
    check "an open quote in the last line" predicts_others
    sed 's/$/,"x"/; 1s/.*/&/; 9s/"x"/"x/' test.csv >bad.csv
    expect_status 0 predict model bad.csv --skip-bad-rows
    grep -v '^,*$' "$out" >others
    check "an open quote before quoted values costs one row" has_lines others 30
    check "  and says which" has "$err" '^  bad.csv: line 9: '
    { cat test.csv && awk 'BEGIN { for (i = 0; i < 14; i++) print "bad" }'; } >bad.csv
    expect_status 0 predict model bad.csv --skip-bad-rows
    check "fourteen bad rows are counted" has "$err" 'warning: bad.csv: bad rows skipped: 14; the first 10:$'
    check "  and the tenth is shown" has "$err" '^  bad.csv: line 41: 1 value,'
    check "  and no more" lacks "$err" 'line 42'
    awk 'BEGIN { print "a,b"; printf "\"x"; for (i = 0; i < 3000000; i++) print "1,2,3,4,5,6,7,8,9,10,11,12" }' >long.csv
    fails 'long.csv: line 2: a quote that opens in this row is never closed' train long.csv --target a
    awk 'BEGIN { for (i = 0; i < 7000000; i++) printf "123456789," }' >long.csv
    fails 'long.csv: line 1: a line of more than 64 MiB' train long.csv --target 1
    rm long.csv
}

check_headers() {
    sed 's/$/,/' test.csv >trailing.csv
    check "a delimiter at the end of each line" predicts_like expected trailing.csv
    sed '1s/$/,/' test.csv >trailing.csv
    check "  of the header alone" predicts_like expected trailing.csv
    sed '1s/$/,/; 2s/,.*//' test.csv >trailing.csv
    fails 'trailing.csv: line 2: 1 value, but the table has 6 columns' predict model trailing.csv
    sed '1!s/$/,/' test.csv >trailing.csv
    check "  of the rows alone" predicts_like expected trailing.csv
    sed 's/$/,/' train.csv >trailing.csv
    expect_status 0 train trailing.csv --target species --quiet --output trailing
    check "  gives the same model" same_network model trailing
    sed 's/$/,7/; 1s/7//' test.csv >trailing.csv
    check "a last column without a name" predicts_like expected trailing.csv
    { printf '\n  \n' && cat test.csv; } >blank.csv
    check "blank lines before the header" predicts_like expected blank.csv
}

# Blocks of 256 KiB end at each byte of a line of 11.
check_block_ends() {
    for blanks in 0 1 2 3 4 5 6 7 8 9 10 11; do
        awk -v blanks="$blanks" 'BEGIN { printf "%" blanks "sa,b\r\n", ""
            for (i = 10000; i < 70000; i++) printf "%d,\"%d\"\r\n", i, i % 10
            print "bad" }' >blocks.csv
        "$nnblas" train blocks.csv --target b --epochs 1 >"$out" 2>"$err"
        check "the line of a row behind $blanks blanks" \
            has "$err" '^nnblas train: blocks.csv: line 60002: 1 value,'
    done
}

make_model
check_block_ends
check_delimiters
check_encodings
check_halves
check_gzip
check_foreign_files
check_bad_rows
check_headers
conclude
