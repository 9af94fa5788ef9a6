#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Reads a saved network, and writes one, by the words of doc/file_format.md alone.

usage: check_layout.py EXCHANGE
"""
import json
import math
import os
import struct
import subprocess
import sys
import tempfile

# Behind the emulator, in a build for another processor.
EXCHANGE = os.environ.get("MESON_EXE_WRAPPER", "").split() + [sys.argv[1]]
LABELS = '"rosé", \\ and \n, \x1f'
TEXTS = {
    "nnblas.format": "1",
    "nnblas.layer_sizes": "4,2,3",
    "nnblas.hidden_activation": "tanh",
    "nnblas.output_activation": "softmax",
    "nnblas.cost": "cross_entropy",
    "labels": LABELS,
}
SHAPES = {"W1": [4, 2], "b1": [2], "W2": [2, 3], "b2": [3]}
PARAMETERS = [1 / (i + 1) for i in range(4 * 2 + 2 + 2 * 3 + 3)]


def read(path):
    """The texts, and the name, shape and values of each tensor in the order of the data."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size).decode("utf-8"))
        data = file.read()
    assert size % 8 == 0
    texts = header.pop("__metadata__")
    tensors, place = [], 0
    for name, tensor in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = tensor["data_offsets"]
        assert tensor.keys() == {"dtype", "shape", "data_offsets"} and tensor["dtype"] == "F64"
        assert begin == place
        place = end
        tensors.append((name, tensor["shape"], struct.unpack(f"<{(end - begin) // 8}d", data[begin:end])))
    assert place == len(data)
    return texts, tensors


def write(path, names):
    """As another program might: tensors in any order, escapes, lines, and no alignment."""
    firsts, at = {}, 0
    for name in SHAPES:
        firsts[name] = at
        at += math.prod(SHAPES[name])
    ends = dict(zip(SHAPES, list(firsts.values())[1:] + [at]))
    header, data = {}, b""
    for name in names:
        values = PARAMETERS[firsts[name] : ends[name]]
        offsets = [len(data), len(data) + 8 * len(values)]
        header[name] = {"data_offsets": offsets, "shape": SHAPES[name], "dtype": "F64"}
        data += struct.pack(f"<{len(values)}d", *values)
    header["__metadata__"] = TEXTS
    text = json.dumps(header, indent=3).encode()
    text += b" " * ((4 - len(text)) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


with tempfile.TemporaryDirectory() as folder:
    path = folder + "/net.safetensors"
    subprocess.run([*EXCHANGE, "save", path], check=True)
    texts, tensors = read(path)
    assert texts == TEXTS, texts
    assert [(name, shape) for name, shape, _ in tensors] == list(SHAPES.items()), tensors
    assert [value for tensor in tensors for value in tensor[2]] == PARAMETERS

    write(path, ["b2", "W1", "W2", "b1"])
    printed = subprocess.run([*EXCHANGE, "load", path], check=True, stdout=subprocess.PIPE).stdout
    numbers = "".join(f"{value:.17g}\n" for value in PARAMETERS)
    assert printed.decode("utf-8") == f"{LABELS}\n1 4 1\n{numbers}", printed
print("ok 1 - read and written by other means")
