#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The costs of nnblas train for numbers, and L1: what is learnt, shown, predicted and exported.
# usage: check_costs.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# Counts of mean exp(a / 5), 0 to 27; amounts around them; and one of twenty far off.
awk -v OFS=, 'BEGIN {
    print "a,count,amount,wild"
    for (i = 0; i < 600; i++) {
        a = i % 16
        mean = exp(a / 5)
        spread = 0.5 + (i * 7 % 10) / 9
        print a, int(mean * spread + (i * 3 % 5) / 5), mean * spread,
            a / 4 + (i * 7 % 10 - 4.5) / 50 + (i % 20 == 7 ? 100 : 0)
    }
}' >table.csv

# mean_of FILE COLUMN
mean_of() {
    awk -F, -v c="$2" 'NR > 1 { sum += $c } END { print sum / (NR - 1) }' "$1"
}

# is_near A B PART: within that part of B
is_near() {
    awk -v a="$1" -v b="$2" -v part="$3" 'BEGIN { d = a - b; exit !(d < part * b && d > -part * b) }'
}

# train_cost COST TARGET OPTION...: a model of this name from a alone, and its predictions
train_cost() {
    cost=$1
    target=$2
    shift 2
    model=${cost%%:*}
    expect_status 0 train table.csv --target "$target" --features a --cost "$cost" --output "$model" "$@"
    "$nnblas" predict "$model" table.csv >"$model.csv"
}

check_deviances() {
    for pair in poisson:2 gamma:3; do
        cost=${pair%:*}
        column=${pair#*:}
        target=$([ "$cost" = poisson ] && echo count || echo amount)
        train_cost "$cost" "$target"
        check "$cost: the summary names the cost" has "$out" "half the .* deviance"
        check "  predictions have the mean of the target" \
            is_near "$(mean_of "$cost.csv" 1)" "$(mean_of table.csv "$column")" 0.05
        check "  and none is below 0" test "$(awk -F, 'NR > 1 && $1 < 0' "$cost.csv" | wc -l)" -eq 0
        "$nnblas" show "$cost" >"$out"
        check "  show has the outputs" has "$out" 'outputs exponential$'
        check "  and the cost" has "$out" "^cost        $cost\$"
    done
    expect_status 0 evaluate poisson table.csv
    check "evaluate measures in the unit of the target" has "$out" '^r2 0\.[0-9]+ mae [0-9.]+ rows 600$'
    expect_status 0 train table.csv --target count,amount --features a --cost poisson --quiet
}

# Of a, the quantile of 20 and of 80 percent lie below and above so many labels.
check_quantiles() {
    for tau in 0.2 0.8; do
        train_cost "quantile:$tau" amount --epochs 300
        below=$(paste -d, quantile.csv table.csv |
            awk -F, 'NR > 1 && $(NF - 1) < $1' | wc -l)
        check "quantile $tau: so many labels are below" is_near "$below" "$(awk "BEGIN { print 600 * $tau }")" 0.2
    done
    "$nnblas" show quantile >"$out"
    check "show has the quantile" has "$out" '^cost        quantile of 0\.8$'
    "$nnblas" show quantile --json - >"$out"
    check "and its JSON" has "$out" '"cost_parameter": 0\.8'
}

# One label of twenty is 100 too high: the mean is off by 5, the Huber cost by little.
check_huber() {
    train_cost huber:0.01 wild --epochs 200
    check "huber: labels that are far off pull little" \
        is_near "$(mean_of huber.csv 1)" 1.875 0.1
    train_cost mse wild
    check "  where the mse follows them" is_near "$(mean_of mse.csv 1)" 6.875 0.1
}

check_l1() {
    expect_status 0 train table.csv --target amount --features a,count,wild --hidden 0 --l1 0.2 \
        --weight-decay 0 --output sparse --json sparse.json
    check "L1 is in the record" has sparse.json '"l1": 0\.2'
    expect_status 0 importance sparse table.csv
    check "what is not worth it has no part" has "$out" '^ *0 \+- 0 +column 4 \(wild\)$'
}

check_refusals() {
    expect_status 2 train table.csv --target count --cost poisson --classes
    expect_status 1 train --target species --cost huber
    expect_status 1 train table.csv --target wild --features a --cost gamma
    check "the target is named" has "$err" "needs targets above 0: column 4 .wild. has"
}

check_deviances
check_quantiles
check_huber
check_l1
check_refusals
conclude
