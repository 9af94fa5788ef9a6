#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas export writes models of ONNX that its checker accepts, and that onnxruntime runs as nnblas
# predicts.
# usage: check_export_onnx.sh NNBLAS FOLDER, the folder onnx beside this script
set -u
here=$(cd "$(dirname "$0")" && pwd)
programs=$(cd "$2" && pwd)
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=export_support.sh
. "$here/export_support.sh"

python=/usr/bin/python3
has_checker() {
    $python -c 'import onnx' 2>/dev/null && return 0
    echo "skipped: the checker of ONNX (needs python3-onnx)"
    return 1
}

has_runtime() {
    has_program node nodejs && has_program npm npm || return 1
    cp "$programs"/package*.json "$programs/run.mjs" .
    npm_config_prefer_offline=true npm_config_fetch_retries=1 npm_config_fetch_retry_mintimeout=1000 \
        npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 && return 0
    echo "skipped: the models of ONNX are not run (needs onnxruntime-web from npm, which could not be" \
        "fetched)"
    return 1
}

# describe NAME: checks NAME.onnx, and writes its texts to NAME.texts
describe() {
    $python "$programs/check.py" "$1.onnx" >"$1.texts"
}

# check_model NAME TARGET OUTPUTS NUMBERS TEXTS OPTION...: trained on NAME.csv; NUMBERS, TEXTS: its columns
# of these, as cut takes them, or 0 for none
check_model() {
    name=$1
    target=$2
    outputs=$3
    numbers=$4
    texts=$5
    shift 5
    "$nnblas" train "$name.csv" --target "$target" --quiet --epochs 20 --output "$name" "$@"
    expect_status 0 export "$name" --onnx "$name.onnx"
    ! $checks || check "  which ONNX checks ($*)" describe "$name"
    $runs || return 0
    rm -f numbers.part texts.part
    [ "$numbers" = 0 ] || cut -f"$numbers" "$name.tsv" >numbers.part
    [ "$texts" = 0 ] || cut -f"$texts" "$name.tsv" >texts.part
    node run.mjs "$name.onnx" numbers.part texts.part "$name"
    predict_outputs "$name" "$name.csv" "$outputs" >"$name.expected"
    check "  and onnxruntime predicts as nnblas does" agree "$name.expected" "$name.outputs" 1e-12
}

# check_labels NAME: the labels are the first column of the predictions
check_labels() {
    $runs || return 0
    "$nnblas" predict "$1" "$1.csv" | sed 1d | cut -d, -f1 >expected.labels
    check "  with the same labels" cmp expected.labels "$1.labels"
}

check_iris() {
    "$nnblas" iris >iris.csv
    sed 1d iris.csv | tr ',' '\t' >iris.tsv
    for activation in sigmoid tanh relu identity; do
        check_model iris species 3 1-4 0 --activation $activation --hidden 7,5
        check_labels iris
    done
    check_model iris petal_length,petal_width 2 1-2 5
    check_model iris species 3 1-4 0 --hidden 0
    check_labels iris
    $checks || return 0
    check "the metadata has the producer" has iris.texts '^producer libnnblas [0-9.]+$'
    check "  the name of the graph" has iris.texts '^graph iris$'
    check "  the inputs" has iris.texts \
        '^numbers \["sepal_length","sepal_width","petal_length","petal_width"\]$'
    check "  and the outputs" has iris.texts '^outputs \["setosa","versicolor","virginica"\]$'
}

check_texts() {
    make_table texts 300 'print "a", "colour", "constant", "b", "y"
        for (i = 0; i < rows; i++)
            print 100 * rand(), pick("red grün blue"), 3, pick("x y"), 1000 + 50 * noise()'
    check_model texts y 1 1,3 2,4 --features a,colour,constant,b
    make_table only 300 'print "colour", "b", "y"
        for (i = 0; i < rows; i++) print pick("red green blue"), pick("x y"), 1000 + 50 * noise()'
    check_model only y 1 0 1-2
    make_table one 100 'print "a", "y"
        for (i = 0; i < rows; i++) print rand(), 1000 + 50 * noise()'
    check_model one y 1 1 0
}

check_gaps() {
    make_gaps
    list_targets >targets
    while read -r target outputs; do
        check_model gaps "$target" "$outputs" 1,4 3 --features when,colour,b
    done <targets
    check_model gaps kind 3 1,2,4 3 --features when,a,colour,b
    check_labels gaps
}

check_ensembles() {
    check_model iris species 3 1-4 0 --ensemble 3
    check_labels iris
    check_model iris petal_length,petal_width 2 1-2 5 --ensemble 2 --hidden 0
    check_model gaps kind,y,late 5 1,4 3 --features when,colour,b --ensemble 3
}

checks=false
runs=false
has_checker && checks=true
has_runtime && runs=true
check_iris
check_texts
check_gaps
check_ensembles
conclude
