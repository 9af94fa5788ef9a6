# SPDX-License-Identifier: BSD-3-Clause
"""Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747) as matrices."""

import copy
import gzip
import os
import struct

import numpy

import options

CLASSES = 10
IMAGES, LABELS = 2051, 2049  # the magic numbers of the IDX format


def read_idx(directory, name, magic):
    path = os.path.join(directory, name)
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError) as error:
        options.fail(
            f"{path}: {getattr(error, 'strerror', None) or error}; tools/setup peers installs the "
            "data, --data says where they are"
        )
    found, count = struct.unpack(">II", content[:8]) if len(content) >= 16 else (0, 0)
    head = 16 if magic == IMAGES else 8
    if found != magic or count == 0 or (len(content) - head) % count != 0:
        options.fail(f"{path}: not the data of Fashion-MNIST")
    return numpy.frombuffer(content, dtype=numpy.uint8, offset=head).reshape(count, -1)


class Examples:
    """X from 0 to 1, the classes, and Y with a 1 in the column of the class."""

    def __init__(self, directory, prefix):
        X = read_idx(directory, f"{prefix}-images-idx3-ubyte.gz", IMAGES)
        classes = read_idx(directory, f"{prefix}-labels-idx1-ubyte.gz", LABELS).ravel()
        if len(X) != len(classes) or classes.max() >= CLASSES:
            options.fail(f"{directory}: images and labels do not belong together")
        self.X = X / 255.0
        self.classes = classes.astype(numpy.int64)
        self.Y = numpy.eye(CLASSES)[self.classes]

    def take_rows(self, count):
        part = copy.copy(self)
        part.X, part.Y, part.classes = self.X[:count], self.Y[:count], self.classes[:count]
        return part


def load(directory):
    """What to learn from, and what to test with."""
    return Examples(directory, "train"), Examples(directory, "t10k")
