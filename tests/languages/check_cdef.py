#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""nnblas.cdef as cffi takes it: every function of the library is declared, with the right numbers.

usage: check_cdef.py CDEF LIBRARY
"""
import pathlib
import subprocess
import sys

import cffi

cdef, library = sys.argv[1:]
text = pathlib.Path(cdef).read_text()
assert "#" not in text and "/*" not in text, "preprocessor lines or comments are left"
ffi = cffi.FFI()
ffi.cdef(text)
lib = ffi.dlopen(library)

symbols = subprocess.run(["nm", "--dynamic", "--defined-only", library],
                         capture_output=True, text=True, check=True).stdout.splitlines()
exported = {line.split()[-1].partition("@")[0] for line in symbols}
declared = {name for name in dir(lib) if name.startswith("nnblas_")}
exported = {name for name in exported if name.startswith("nnblas_")}
assert exported and declared == exported, declared ^ exported
for name in declared:
    getattr(lib, name)

statuses = ffi.typeof("nnblas_status").relements
for name, number in statuses.items():
    assert ffi.string(lib.nnblas_status_string(number)).decode() == name, name

net = ffi.new("nnblas_net **")
seed = 2**64 - 1
assert lib.nnblas_net_create([3, 5, 2], 3, lib.NNBLAS_BIAS, net) == lib.NNBLAS_OK
assert lib.nnblas_net_init(net[0], seed) == lib.NNBLAS_OK
assert lib.nnblas_net_parameter_count(net[0]) == 3 * 5 + 5 + 5 * 2 + 2
O_out = ffi.new("double[2]", [-1.0, -1.0])
assert lib.nnblas_net_predict(net[0], 1, ffi.new("double[3]"), 3, O_out, 2) == lib.NNBLAS_OK
assert all(0.0 < output < 1.0 for output in O_out)
lib.nnblas_net_destroy(net[0])
print(f"{len(declared)} functions, {len(statuses)} statuses")
