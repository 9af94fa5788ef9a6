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

# The checker and the runtime take a second to start: the models are all made first, each in a folder of its
# own, with one line in `models` of its path without the ending, "labels" or "none", and what was asked for.
: >models

# make_model_of NAME TARGET OUTPUTS NUMBERS TEXTS LABELS OPTION...: trained on NAME.csv; NUMBERS, TEXTS: its
# columns of these, as cut takes them, or 0 for none; LABELS: "labels", the first column of the predictions,
# or "none"
make_model_of() {
    name=$1
    target=$2
    outputs=$3
    numbers=$4
    texts=$5
    labels=$6
    shift 6
    folder=model$(wc -l <models)
    model=$folder/$name
    mkdir "$folder"
    "$nnblas" train "$name.csv" --target "$target" --quiet --epochs 20 --output "$model" "$@"
    expect_status 0 export "$model" --onnx "$model.onnx"
    echo "$model $labels $name $target $*" >>models
    $runs || return 0
    [ "$numbers" = 0 ] || cut -f"$numbers" "$name.tsv" >"$folder/numbers.part"
    [ "$texts" = 0 ] || cut -f"$texts" "$name.tsv" >"$folder/texts.part"
    predict_outputs "$model" "$name.csv" "$outputs" >"$model.expected"
    [ "$labels" = none ] || "$nnblas" predict "$model" "$name.csv" | sed 1d | cut -d, -f1 >"$model.first"
}

check_models() {
    # shellcheck disable=SC2046 # one word for each
    ! $checks || $python "$programs/check.py" $(cut -d' ' -f1 models)
    # shellcheck disable=SC2046 # one word for each
    ! $runs || node run.mjs $(cut -d' ' -f1 models)
    while read -r model labels what; do
        ! $checks || check "ONNX checks the model of $what" test -s "$model.texts"
        $runs || continue
        check "  onnxruntime predicts as nnblas does" agree "$model.expected" "$model.outputs" 1e-12
        [ "$labels" = none ] || check "  with the same labels" cmp "$model.first" "$model.labels"
    done <models
}

make_iris() {
    "$nnblas" iris >iris.csv
    sed 1d iris.csv | tr ',' '\t' >iris.tsv
    for activation in sigmoid tanh relu identity; do
        make_model_of iris species 3 1-4 0 labels --activation $activation --hidden 7,5
    done
    make_model_of iris species 3 1-4 0 labels --activation sigmoid,softsign,softplus,elu,leaky-relu,silu,sine \
        --hidden 4,5,4,5,4,5,4
    make_model_of iris petal_length,petal_width 2 1-2 5 none
    make_model_of iris species 3 1-4 0 labels --skip --hidden 5,4
    make_model_of iris species 3 1-4 0 labels --hidden 0
    metadata=$model.texts
}

check_metadata() {
    $checks || return 0
    check "the metadata has the producer" has "$metadata" '^producer libnnblas [0-9.]+$'
    check "  the name of the graph" has "$metadata" '^graph iris$'
    check "  the inputs" has "$metadata" \
        '^numbers \["sepal_length","sepal_width","petal_length","petal_width"\]$'
    check "  and the outputs" has "$metadata" '^outputs \["setosa","versicolor","virginica"\]$'
}

make_texts() {
    make_table texts 300 'print "a", "colour", "constant", "b", "y"
        for (i = 0; i < rows; i++)
            print 100 * rand(), pick("red grün blue"), 3, pick("x y"), 1000 + 50 * noise()'
    make_model_of texts y 1 1,3 2,4 none --features a,colour,constant,b
    make_table only 300 'print "colour", "b", "y"
        for (i = 0; i < rows; i++) print pick("red green blue"), pick("x y"), 1000 + 50 * noise()'
    make_model_of only y 1 0 1-2 none
    make_table one 100 'print "a", "y"
        for (i = 0; i < rows; i++) print rand(), 1000 + 50 * noise()'
    make_model_of one y 1 1 0 none
}

make_missing() {
    make_gaps
    list_targets >targets
    while read -r target outputs; do
        make_model_of gaps "$target" "$outputs" 1,4 3 none --features when,colour,b
    done <targets
    make_model_of gaps kind 3 1,2,4 3 labels --features when,a,colour,b
    make_model_of gaps kind 3 1,2,4 3 labels --features when,a,colour,b --skip
}

make_ensembles() {
    make_model_of iris species 3 1-4 0 labels --ensemble 3
    make_model_of iris species 3 1-4 0 labels --ensemble 2 --skip --hidden 3
    make_model_of iris petal_length,petal_width 2 1-2 5 none --ensemble 2 --hidden 0
    make_model_of gaps kind,y,late 5 1,4 3 none --features when,colour,b --ensemble 3
}

checks=false
runs=false
has_checker && checks=true
has_runtime && runs=true
make_iris
make_texts
make_missing
make_ensembles
check_models
check_metadata
conclude
