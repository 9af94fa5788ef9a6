# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# What the checks of nnblas export share; to be sourced after support.sh.

# make_table NAME ROWS PROGRAM: NAME.csv, whose rows the awk program prints with tabs between the
# values, of which no value has one or a comma; and NAME.tsv without the header
make_table() {
    awk -v rows="$2" -v OFS='\t' "
        function noise() { return 2 * rand() - 1 }
        function pick(list,  parts) { return parts[1 + int(rand() * split(list, parts, \" \"))] }
        BEGIN { srand(7); $3 }" >"$1.all"
    tr '\t' ',' <"$1.all" >"$1.csv"
    sed 1d "$1.all" >"$1.tsv"
}

# predict_outputs MODEL TABLE COUNT: the last COUNT columns of the predictions, with tabs
predict_outputs() {
    "${nnblas:?}" predict "$1" "$2" | sed 1d |
        awk -F, -v OFS='\t' -v n="$3" '{ for (i = NF - n + 1; i <= NF; i++)
            printf "%s%s", $i, i < NF ? OFS : "\n" }'
}

# agree EXPECTED FOUND TOLERANCE: the same numbers, relative to the largest of their column
agree() {
    awk -F '\t' -v tolerance="$3" '
        function size(value) { return value < 0 ? -value : value }
        NR == FNR { for (i = 1; i <= NF; i++) { expected[FNR, i] = $i
                        if (size($i) > largest[i]) largest[i] = size($i) }
                    rows = FNR; columns = NF; next }
        { found = FNR
          for (i = 1; i <= columns; i++)
              if ($i == "" || !(size($i - expected[FNR, i]) <= tolerance * largest[i])) {
                  print "row " FNR ", output " i ": " $i ", not " expected[FNR, i]; exit bad = 1 } }
        END { exit bad || !rows || found != rows }' "$1" "$2"
}
