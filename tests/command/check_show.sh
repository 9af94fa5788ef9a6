#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What nnblas show says about models, checkpoints and other networks; files that are given in the
# place of another.
# usage: check_show.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_models() {
    expect_status 0 show model
    check "the layers" has "$out" '^network +4-32-3 units; hidden units [a-z]+; outputs softmax$'
    check "the parameters" has "$out" '^parameters  259, with biases$'
    check "the features and how they are scaled" has "$out" \
        '^  column 3 \(petal_length\): number, 1 number; mean 3\.77, deviation 1\.75464'
    check "the classes" has "$out" '^  column 5 \(species\): category, 3 numbers; setosa, versicolor, virginica$'
    awk -v OFS=, 'BEGIN { print "text,same,y"; for (i = 0; i < 60; i++) print "t" i % 11, 7, i / 7 }' >texts.csv
    expect_status 0 train texts.csv --target y --features text,same --quiet --epochs 2 --hidden 0 --output texts
    expect_status 0 show - <texts
    check "many categories are cut short" has "$out" '\(text\): category, 11 numbers; .* and 3 more$'
    check "a column that was constant" has "$out" '\(same\): .*always 7 in training'
    check "no hidden units" has "$out" '^network +12-1 units; outputs identity$'
    expect_status 0 train texts.csv --target y --quiet --epochs 2 --hidden 3,2 --activation tanh,relu --output deep
    expect_status 0 show deep
    check "activations that differ" has "$out" '^network +[0-9]+-3-2-1 units; hidden units tanh,relu; outputs identity$'
    expect_status 0 train texts.csv --target y --features same --quiet --epochs 2 --hidden 3 --skip --output skipping
    expect_status 0 show skipping --json shown.json
    check "skip connections" has "$out" '^parameters  11, with biases, with skip connections$'
    check "  in JSON too" has shown.json '"has_skip_connections": true'
}

check_weights() {
    awk 'BEGIN { print "a,w,y"; for (i = 0; i < 20; i++) print i % 7 "," i % 4 "," (i % 3 ? "no" : "yes") }' >rows.csv
    "$nnblas" train rows.csv --target y --weight w --class-weights yes=70 --quiet --epochs 2 --output weighted
    expect_status 0 show weighted
    check "the column of the weights" has "$out" '^weights of the rows: column 2 \(w\)$'
    check "the weights of the classes" has "$out" '^weights of the classes: no 1, yes 70$'
    sed 's/class_weights\([^[]*\)\[1[.]0,70/class_weights\1[1.0,-7/' weighted >bad
    fails 'has a schema of a table that this version cannot read' predict bad rows.csv
}

check_json() {
    expect_status 0 show model --json shown.json
    check "the text is printed too" has "$out" '^network'
    expect_status 0 show model --json -
    check "--json - prints no text" cmp "$out" shown.json
    has_program jq jq || return 0
    check "the layers" test "$(jq -c .network.layers shown.json)" = '[4,32,3]'
    check "the schema" test "$(jq -r '.table.features[2].name' shown.json)" = petal_length
    check "no checkpoint" test "$(jq .checkpoint shown.json)" = null
}

check_checkpoint() {
    expect_status 0 train train.csv --target species --quiet --epochs 30 --learning-rate 0.01 \
        --checkpoint checkpoint
    expect_status 0 show checkpoint
    check "a checkpoint is a model" has "$out" 'species\): category'
    check "  with its progress" has "$out" 'progress.epoch +[1-9]'
    check "  and its settings" has "$out" 'settings.learning_rate +0\.01$'
    check "  by name" has "$out" 'settings.optimizer +adam$'
    expect_status 0 train train.csv --target species --quiet --epochs 4000 --patience 0 --optimizer gradient-descent \
        --schedule plateau:12:0.5 --score --validation 0.25 --seed 18446744073709551615 --checkpoint checkpoint
    expect_status 0 show checkpoint
    for line in 'progress.epoch +4000' 'progress.steps +12000' 'settings.batch_size +32' 'settings.schedule +plateau' \
        'settings.schedule_epochs +12' 'settings.schedule_factor +0\.5' 'settings.score +accuracy' \
        'settings.rows_to_learn_from +90' 'settings.rows_to_validate_with +30' \
        'settings.seed +18446744073709551615' 'progress.rate_factor +[01](\.[0-9e-]+)?'; do
        check "  $line" has "$out" "^  $line\$"
    done
}

# As another program of the library would save it.
check_dates() {
    printf 'on,at,y\n2024-01-01,2024-03-01,1.5\n2024-01-03,2024-03-01,2.5\n2024-01-05,2024-03-01,4\n' >dates.csv
    "$nnblas" train dates.csv --target y --features on,at --epochs 1 --quiet --output dated
    expect_status 0 show dated
    check "dates have a day as their mean, and days as deviation" \
        has "$out" '\(on\): date, .* mean 2024-01-03, deviation 1\.6[0-9]* days$'
    check "  also where all are the same" has "$out" '\(at\): date, .* always 2024-03-01 in training'
}

check_other_network() {
    sed 's/"table":/"tablf":/' model >other
    expect_status 0 show other
    check "a network without a schema is shown" has "$out" '^network +4-32-3'
    check "  and so is that it has none" has "$out" '^It has no schema of a table'
    check "  and its metadata" has "$out" '^  tablf +[0-9]+ bytes$'
    fails 'other: has no schema of a table' predict other test.csv
}

# A stranger's file must not reach the terminal: an escape, U+009B, a turn of the direction, DEL.
check_controls() {
    python3 - <<'END'
import json, struct
data = open("model", "rb").read()
size, = struct.unpack("<Q", data[:8])
header = json.loads(data[8:8 + size])
metadata = header["__metadata__"]
training = json.loads(metadata["training"])
bad = "\x1b[31m|\x9b2J|\u202e|\u2066|\u200e|\u061c|\x7f|\u2028|"
training.update({"version": bad + "y" * 300, bad: ["z" + bad], "joined": "gr\u00fcn \u20ac\u2013"})
metadata.update({"training": json.dumps(training), "other": bad + "v" * 100})
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
open("evil", "wb").write(struct.pack("<Q", len(text)) + text + data[8 + size:])
END
    hidden='\?\[31m\|\?2J\|\?\|\?\|\?\|\?\|\?\|\?\|'
    expect_status 0 show evil
    check "the texts of a record have no controls, and are whole" has "$out" "^  version +${hidden}y{300}$"
    check "  nor have its keys and lists" has "$out" "^  $hidden +\[\"z.u001[bB].*\?.*$"
    check "  nor other metadata" has "$out" "^  other +${hidden}v{100}$"
    check "  and other characters stay" has "$out" 'joined +grün €–$'
    check "  and nothing acts on a terminal" lacks_controls "$out"
}

lacks_controls() {
    python3 -c 'import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
sys.exit(bool(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text)))' "$1"
}

check_other_files() {
    fails '^nnblas show: nowhere: No such file' show nowhere
    fails '^nnblas show: train.csv: is no model; it looks like a table' \
        show train.csv
    fails '^nnblas predict: train.csv: is no model; it looks like a table' predict train.csv test.csv
    fails '^nnblas evaluate: other: is a network, not a table; nnblas show' evaluate model other
    refuses 'model is the model, and comes first: nnblas predict MODEL DATA.csv$' predict test.csv model
    refuses 'model is the model, and comes first: nnblas evaluate MODEL DATA.csv$' evaluate test.csv model
    fails 'model: is a network, not a table' train model --target species
    mkfifo pipe
    cat train.csv >pipe &
    fails '^nnblas show: pipe: is no model; it looks like a table' show pipe
    wait
    cat model >pipe &
    "$nnblas" predict pipe test.csv >from_pipe
    wait
    "$nnblas" predict model test.csv >from_model
    check "a model may come from a named pipe" cmp from_pipe from_model
    head -c 900 model >short
    fails '^nnblas show: short: is a model that is cut, damaged or of a later version: the header' show short
    refuses 'MODEL is missing' show
}

make_model
check_models
check_weights
check_json
check_checkpoint
check_dates
check_other_network
check_controls
check_other_files
conclude
