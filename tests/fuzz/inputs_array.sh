#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The inputs that fuzz_array begins with. The first byte is how many rows less 1 are read at a time.
# usage: inputs_array.sh FOLDER
set -eu
folder=$1
# header VERSION DICTIONARY: of .npy, of less than 256 bytes
header() {
    printf '\223NUMPY%b\000%b\000' "\\0$1" "\\0$(printf '%o' ${#2})"
    [ "$1" -eq 1 ] || printf '\000\000'
    printf '%s' "$2"
}
{ printf '\001' && header 1 "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }" && printf '%048d' 0; } >"$folder/float64"
{ printf '\000' && header 2 "{'descr': '>i2', 'fortran_order': False, 'shape': (2, 2, 3), }" && printf '%024d' 7; } >"$folder/images"
{ printf '\005' && header 3 "{'descr': '<f2', 'fortran_order': True, 'shape': (6,), }" && printf '%012d' 7; } >"$folder/float16"
{ printf '\000' && header 1 "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }" && printf '%016d' 7; } >"$folder/fortran"
{ printf '\000' && header 1 "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2L,)}"; } >"$folder/records"
{ printf '\001' && header 1 "{'descr': '|b1', 'fortran_order': False, 'shape': (4, 1), }" && printf '0101'; } >"$folder/bools"
printf '\001\000\000\010\002\000\000\000\002\000\000\000\003abcdef' >"$folder/idx8"
printf '\000\000\000\016\001\000\000\000\00212345678abcdefgh' >"$folder/idx64"
{ printf '\000' && printf '\000\000\014\001\000\000\000\00212345678' | gzip -n; } >"$folder/gzip"
{ printf '\000' && printf '\000\000\014\001\000\000\000\003123456789' | gzip -n; } >"$folder/cut"
printf '\000\000\000\010\003\377\377\377\377\377\377\377\377\377\377\377\377' >"$folder/huge"
