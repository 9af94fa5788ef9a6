# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# What the checks of nnblas export share; to be sourced after support.sh.

# make_table NAME ROWS PROGRAM: NAME.csv, whose rows the awk program prints with tabs between the
# values, of which no value has one or a comma; and NAME.tsv without the header
make_table() {
    TZ=UTC awk -v rows="$2" -v OFS='\t' "
        function noise() { return 2 * rand() - 1 }
        function pick(list,  parts) { return parts[1 + int(rand() * split(list, parts, \" \"))] }
        BEGIN { srand(7); $3 }" >"$1.all"
    tr '\t' ',' <"$1.all" >"$1.csv"
    sed 1d "$1.all" >"$1.tsv"
}

# predict_outputs MODEL TABLE COUNT: the last COUNT columns of the predictions, with tabs, before those of
# the spread
predict_outputs() {
    "${nnblas:?}" predict "$1" "$2" |
        awk -F, -v OFS='\t' -v n="$3" '
            NR == 1 { for (i = 1; i <= NF; i++) spreads += $i ~ /^spread/; next }
            { last = NF - spreads
              for (i = last - n + 1; i <= last; i++) printf "%s%s", $i, i < last ? OFS : "\n" }'
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

# make_gaps: gaps.csv: dates, numbers and texts, of which some are missing, and targets of all kinds; and
# gaps.tsv of the features when, a, colour, b, the dates as seconds
make_gaps() {
    make_table gaps 300 'print "when", "seconds", "a", "colour", "b", "y", "kind", "sold", "late"
        for (i = 0; i < rows; i++) {
            seconds = int(4e9 * rand()) - 2e9
            seconds -= seconds % 86400 - 40000 - int(40000 * rand())
            when = strftime("%Y-%m-%d %H:%M:%S", seconds, 1)
            if (rand() < 0.1) when = seconds = ""
            a = rand() < 0.2 ? "" : 100 * rand()
            colour = rand() < 0.2 ? "" : pick("red grün blue")
            print when, seconds, a, colour, rand(), 100 * rand() + a, pick("x y z"), pick("0 1"), pick("0 1") }'
    cut -f2-5 gaps.tsv >gaps.inputs
    mv gaps.inputs gaps.tsv
}

# The targets of gaps.csv, and how many outputs they have
list_targets() {
    echo "y 1
kind 3
sold 2
sold,late 2
y,a 2
kind,y,late 5"
}
