#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The command line of nnblas export, and models without a table.
# usage: check_export_usage.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_arguments() {
    refuses 'export: MODEL is missing; usage: nnblas export MODEL' export
    refuses 'export: nothing to write: give --c FILE.c, --onnx FILE.onnx or both' export model
    refuses 'export: --jacobian is for --c' export model --jacobian --onnx m.onnx
    for name in 1a a-b '' 'a b' _a 'a;b' grün \
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
        refuses "export: --name takes a letter, then letters, digits and _, at most 40" \
            export model --c m.c --name "$name"
    done
    expect_status 0 export model --c m.c --name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    for name in for int NAME a1_B; do
        expect_status 0 export model --c m.c --name $name
        check "  with the name $name" has m.c "^void ${name}_predict\\(const double \\*x, double \\*y\\);"
    done
    fails 'missing' export missing --c m.c
}

check_made_names() {
    expect_status 0 export model --c ./my-model.v2.c
    check "the name is made from the file" has my-model.v2.c '^void my_model_predict\('
    expect_status 0 export model --c 3.c
    check "  and begins with a letter" has 3.c '^void model_3_predict\('
    expect_status 0 export model --c -
    check "  or is model" has "$out" '^void model_predict\('
    expect_status 0 export - --c m.c <model
    check "a model on standard input" has m.c '^void m_predict\('
}

check_files() {
    refuses 'MODEL and --c are the same file' export model --c ./model
    refuses '--c and --onnx are the same file' export model --c m --onnx m
    fails 'cannot write nowhere/m.c' export model --c nowhere/m.c
    fails 'cannot write nowhere/m.onnx' export model --onnx nowhere/m.onnx
    fails_on_full_disk export model --c -
    fails_on_full_disk export model --onnx -
    expect_status 0 export model --onnx /dev/null
    fails 'a schema of a table that this version cannot read' export damaged --c m.c
    check "the exit of a failure leaves no file" is_alone m.c
}

make_model
sed 's/\\"version\\": *[0-9]*/\\"version\\":0/' model >damaged
check_arguments
check_made_names
check_files
conclude
