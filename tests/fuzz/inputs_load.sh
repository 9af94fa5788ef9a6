#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The inputs that fuzz_load begins with, and those that once found a fault.
# usage: inputs_load.sh FOLDER
set -eu
folder=$1

# A file of this header, in which spaces are added up to a multiple of 8, and of so many doubles 0.5.
make() { # name doubles header
    header=$3
    while [ $((${#header} % 8)) -ne 0 ]; do
        header="$header "
    done
    {
        # shellcheck disable=SC2059 # the format is the bytes
        printf "\\$(printf %o $((${#header} % 256)))\\$(printf %o $((${#header} / 256)))"
        printf '\0\0\0\0\0\0'
        printf '%s' "$header"
        i=0
        while [ "$i" -lt "$2" ]; do
            printf '\0\0\0\0\0\0\340\077'
            i=$((i + 1))
        done
    } >"$folder/$1"
}

texts='"nnblas.format":"1","nnblas.layer_sizes":"1,1","nnblas.hidden_activation":"relu","nnblas.output_activation":"sigmoid","nnblas.cost":"mse"'
W1='"W1":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]}'
make small 1 "{\"__metadata__\":{$texts},$W1}"
make biases 2 "{\"__metadata__\":{$texts},\"b1\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]},$W1}"
make texts 1 "{\"__metadata__\":{\"a\":\"\\u00e9\\ud83d\\ude00\\n\",$texts},$W1}"
make checkpoint 3 "{\"__metadata__\":{$texts,\"nnblas.checkpoint.progress\":\"epoch=1\"},$W1,\"checkpoint.first\":{\"dtype\":\"F64\",\"shape\":[1,2],\"data_offsets\":[8,24]}}"
make softmax 4 '{"__metadata__":{"nnblas.format":"1","nnblas.layer_sizes":"1,2,1","nnblas.hidden_activation":"tanh","nnblas.output_activation":"softmax","nnblas.cost":"cross_entropy"},"W1":{"dtype":"F64","shape":[1,2],"data_offsets":[0,16]},"W2":{"dtype":"F64","shape":[2,1],"data_offsets":[16,32]}}'
make skip 3 '{"__metadata__":{"nnblas.format":"1","nnblas.layer_sizes":"1,1,1","nnblas.hidden_activation":"tanh","nnblas.output_activation":"identity","nnblas.cost":"mse","nnblas.skip_connections":"inputs_to_outputs"},"W1":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},"W2":{"dtype":"F64","shape":[2,1],"data_offsets":[8,24]}}'
# Tensors without bytes, of sizes that no memory has.
make empty 1 "{\"__metadata__\":{$texts},$W1,\"checkpoint.history\":{\"dtype\":\"F64\",\"shape\":[268435456,0],\"data_offsets\":[8,8]}}"
make wrapped 1 "{\"__metadata__\":{$texts},$W1,\"checkpoint.history\":{\"dtype\":\"F64\",\"shape\":[4611686018427387904,4611686018427387904],\"data_offsets\":[8,8]}}"
make twice 1 "{\"__metadata__\":{$texts},$W1,$W1}"
make nothing 0 '{}'
