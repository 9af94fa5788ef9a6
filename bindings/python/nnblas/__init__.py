# SPDX-License-Identifier: BSD-3-Clause
"""Backpropagation as a numerical library: libnnblas for Python.

`Net` is a network and `Trainer` trains it.
"""

from ._algorithm import backpropagate, feedforward, gradient_step
from ._errors import (
    ArgumentError,
    FileError,
    FormatError,
    MissingFeatureError,
    NNBlasError,
    NotFiniteError,
    OutOfMemoryError,
    Status,
)
from ._net import Activation, Cost, Initialization, Metadata, Net, PlanPurpose
from ._process import (
    Feature,
    blas_info,
    forget_plans,
    has,
    load_plans,
    local_threads,
    save_plans,
    set_local_threads,
    set_parallel_for,
    set_threads,
    threads,
    version,
)
from ._trainer import Epoch, Optimizer, Schedule, Trainer

__all__ = [
    "Activation",
    "ArgumentError",
    "Cost",
    "Epoch",
    "Feature",
    "FileError",
    "FormatError",
    "Initialization",
    "Metadata",
    "MissingFeatureError",
    "NNBlasError",
    "Net",
    "NotFiniteError",
    "Optimizer",
    "OutOfMemoryError",
    "PlanPurpose",
    "Schedule",
    "Status",
    "Trainer",
    "backpropagate",
    "blas_info",
    "feedforward",
    "forget_plans",
    "gradient_step",
    "has",
    "load_plans",
    "local_threads",
    "save_plans",
    "set_local_threads",
    "set_parallel_for",
    "set_threads",
    "threads",
    "version",
]
__version__ = version()
