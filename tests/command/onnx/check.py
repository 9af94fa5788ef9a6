# SPDX-License-Identifier: BSD-3-Clause
"""ONNX's own checker, with the shapes and types inferred, and the texts of the models.

usage: check.py NAME...    writes the metadata of each NAME.onnx that it accepts to NAME.texts
"""
import sys

import onnx


def check(name):
    model = onnx.load(name + ".onnx")
    onnx.checker.check_model(model, full_check=True)
    with open(name + ".texts", "w") as texts:
        print("producer", model.producer_name, model.producer_version, file=texts)
        print("graph", model.graph.name, file=texts)
        for entry in model.metadata_props:
            print(entry.key, entry.value, file=texts)


for name in sys.argv[1:]:
    try:
        check(name)
    except Exception as error:
        print(f"{name}: {error}", file=sys.stderr)
