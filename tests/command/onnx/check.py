# SPDX-License-Identifier: BSD-3-Clause
"""ONNX's own checker, with the shapes and types inferred, and the texts of the model.

usage: check.py MODEL.onnx    prints its metadata
"""
import sys

import onnx

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
print("producer", model.producer_name, model.producer_version)
print("graph", model.graph.name)
for entry in model.metadata_props:
    print(entry.key, entry.value)
