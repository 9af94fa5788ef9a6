#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Models of nnblas train --cost gaussian: what they predict beside a number, and how that is scored.
# usage: check_gaussian.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# make_rows SEED ROWS: height has noise that grows from left to right, width the same everywhere; the
# true deviations are the last columns
make_rows() {
    awk -v OFS=, -v seed="$1" -v rows="$2" 'function normal() {
            return sqrt(-2 * log(1 - rand())) * cos(6.283185307179586 * rand())
        }
        BEGIN { srand(seed); print "x,height,width,of_height,of_width"
            for (i = 0; i < rows; i++) { x = 2 * rand() - 1; deviation = 50 * exp(x)
                print x, 300 + 200 * sin(2 * x) + deviation * normal(), 0.01 * (x + 0.3 * normal()),
                    deviation, 0.003 } }'
}

# average EXPRESSION: over the rows of the last table, whose columns are $c["NAME"]
average() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
        function abs(a) { return a < 0 ? -a : a }
        { sum += '"$1"' } END { printf "%.9f\n", sum / (NR - 1) }' "$out"
}

# is_within NUMBER LEAST MOST
is_within() {
    awk -v number="$1" -v least="$2" -v most="$3" 'BEGIN { exit !(number >= least && number <= most) }'
}

# log_density NUMBER: of the column NUMBER, as average takes it
log_density() {
    printf '%s' "-0.918938533204673 - log(\$c[\"$1_std\"]) - ((\$c[\"p_$1\"] - \$c[\"$1\"]) / \$c[\"$1_std\"])^2 / 2"
}

check_predictions() {
    expect_status 0 train rows.csv --target height,width --features x --cost gaussian --output both
    check "the summary names the cost" has "$out" 'the negative log-likelihood of the scaled targets less'
    check "  and the log likelihood" has "$out" '^log_likelihood +-?[0-9.]+$'
    expect_status 0 show both
    check "two outputs for each target" has "$out" '^network     1-[0-9]+-4 units.*outputs identity$'
    expect_status 0 predict both new.csv --keep height,width,of_height,of_width
    check "a column for each deviation, in the unit of its target" has "$out" \
        '^height,width,of_height,of_width,prediction,predicted_height,predicted_width,height_std,width_std$'
    for target in height width; do
        off=$(average "abs(\$c[\"${target}_std\"] / \$c[\"of_$target\"] - 1)")
        check "$target: deviations are off by $off of them" is_within "$off" 0 0.12
        held=$(average "abs(\$c[\"$target\"] - \$c[\"predicted_$target\"]) < 1.6449 * \$c[\"${target}_std\"]")
        check "  and 90 % intervals from them hold $held" is_within "$held" 0.87 0.93
    done
}

check_scores() {
    sed -i '1s/predicted_/p_/g' "$out"
    of_height=$(average "$(log_density height)")
    of_width=$(average "$(log_density width)")
    expect_status 0 evaluate both new.csv
    check "scores have the log likelihood" has "$out" \
        '^target +r2 +mae +rmse +mse +log_likelihood$'
    for pair in "height:$of_height" "width:$of_width"; do
        found=$(awk -v name="${pair%:*}" '$1 == name { print $6 }' "$out")
        check "  of ${pair%:*} that of the predictions" is_within "$found" \
            "$(awk -v a="${pair#*:}" 'BEGIN { print a - 2e-5 }')" \
            "$(awk -v a="${pair#*:}" 'BEGIN { print a + 2e-5 }')"
    done
    expect_status 0 evaluate both new.csv --json -
    check "so has the record" has "$out" '"log_likelihood": -?[0-9.]+'
}

check_search() {
    expect_status 0 search rows.csv --target height --features x --cost gaussian --trials 2 --epochs 5 \
        --measure log_likelihood
    check "search ranks by the likelihood" has "$out" log_likelihood
    fails 'measure takes r2, rmse, mae or mse here' search rows.csv --target height --features x \
        --trials 1 --epochs 2 --measure log_likelihood
}

check_ensemble() {
    expect_status 0 train rows.csv --target height --features x --cost gaussian --ensemble 3 --quiet \
        --output three
    expect_status 0 predict three new.csv --keep of_height,height
    check "an ensemble has both" has "$out" '^of_height,height,prediction,spread,height_std$'
    off=$(average "abs(\$c[\"height_std\"] / \$c[\"of_height\"] - 1)")
    check "  and deviations that are off by $off" is_within "$off" 0 0.12
    expect_status 0 importance three new.csv
    expect_status 0 cross-validate rows.csv --target height --features x --cost gaussian --folds 3
    check "so has a cross-validation" has "$out" '^log_likelihood +-[0-9.]+ '
}

make_rows 1 3000 >rows.csv
make_rows 2 3000 >new.csv
check_predictions
check_scores
check_search
check_ensemble
conclude
