#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whether two models have the same schema and weights, but for 1e-9.
usage: compare_models.py MODEL MODEL"""
import json
import math
import pathlib
import struct
import sys


def read_model(path):
    """The schema and the weights."""
    data = pathlib.Path(path).read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    table = json.loads(json.loads(data[8:8 + size])["__metadata__"]["table"])
    return table, struct.unpack(f"<{(len(data) - size - 8) // 8}d", data[8 + size:])


def is_same(a, b):
    if isinstance(a, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(is_same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(is_same, a, b))
    return a == b


if __name__ == "__main__":
    sys.exit(not is_same(read_model(sys.argv[1]), read_model(sys.argv[2])))
