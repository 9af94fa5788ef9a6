#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The symbol map lists each function that the header declares, once.

usage: check_map.py HEADER MAP    compares the two files
       check_map.py               checks that each fault is found, in texts made for it
"""
import pathlib
import re
import sys


def list_declared(header):
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    statements = (statement.strip() for statement in code.split(";"))
    return [name for statement in statements if not statement.startswith("typedef")
            for name in re.findall(r"\b(nnblas_\w+)\(", statement)]


def list_mapped(symbol_map):
    return re.findall(r"\b(nnblas_[\w*?]+);", re.sub(r"#.*", "", symbol_map))


def find_faults(header, symbol_map):
    declared, mapped = list_declared(header), list_mapped(symbol_map)
    for name in declared:
        if name not in mapped:
            yield f"{name} is declared in nnblas.h and not in nnblas.map: add it to the last node"
    for name in sorted(set(mapped)):
        if name not in declared:
            yield f"{name} is in nnblas.map and not declared in nnblas.h"
        if mapped.count(name) > 1:
            yield f"{name} is in nnblas.map more than once"


def check_itself():
    header = """/* nnblas_c(a); */ int nnblas_a(void); typedef void nnblas_t(int);
        const char *nnblas_b(int a,
                             int b);"""
    cases = [
        ("a map with each function", "X { global: nnblas_a; local: *; }; Y { nnblas_b; } X;", 0),
        ("a function that is missing", "X { global: nnblas_a; local: *; };", 1),
        ("a function in a comment only", "X { global: nnblas_a; # nnblas_b;\nlocal: *; };", 1),
        ("a function that is gone", "X { nnblas_a; nnblas_b; nnblas_c; };", 1),
        ("the name of a type", "X { nnblas_a; nnblas_b; nnblas_t; };", 1),
        ("a function in two nodes", "X { nnblas_a; nnblas_b; }; Y { nnblas_a; } X;", 1),
        ("a pattern", "X { nnblas_*; };", 3),
    ]
    good = True
    for what, symbol_map, count in cases:
        right = len(list(find_faults(header, symbol_map))) == count
        print("ok" if right else "not ok", what, "is refused" if count else "is accepted")
        good = good and right
    return good


if len(sys.argv) == 1:
    sys.exit(not check_itself())
faults = list(find_faults(*(pathlib.Path(name).read_text() for name in sys.argv[1:])))
print(*faults, f"{len(faults)} faults", sep="\n")
sys.exit(bool(faults))
