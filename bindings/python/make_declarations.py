# SPDX-License-Identifier: BSD-3-Clause
"""Makes _declarations.py, which tells cffi what nnblas.cdef declares.

Python then needs neither cffi's parser nor its time when it imports the package.

usage: make_declarations.py nnblas.cdef OUTPUT
"""

import sys

import cffi

# Of C's library: a loop that no exception leaves, see _interruption.py.
LFIND = """
void *lfind(const void *key, const void *base, size_t *count, size_t size,
            int (*compare)(const void *, const void *));
"""


def main():
    cdef, output = sys.argv[1:]
    ffi = cffi.FFI()
    with open(cdef, encoding="utf-8") as file:
        ffi.cdef(file.read() + LFIND)
    ffi.set_source("nnblas._declarations", None)
    ffi.emit_python_code(output)


if __name__ == "__main__":
    main()
