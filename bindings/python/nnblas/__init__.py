# SPDX-License-Identifier: BSD-3-Clause
"""Backpropagation as a numerical library: libnnblas for Python.

`Net` is a network and `Trainer` trains it. `MLPClassifier` and `MLPRegressor` are estimators for
scikit-learn, with the names and meanings of its own; they need it installed, and nothing else does.
"""

from typing import TYPE_CHECKING, Any

from ._algorithm import backpropagate, feedforward, gradient_step
from ._errors import (
    ArgumentError,
    FileError,
    FormatError,
    GroupError,
    MissingFeatureError,
    MissingFileError,
    NNBlasError,
    NotFiniteError,
    OutOfMemoryError,
    SourceError,
    Status,
)
from ._fit_many import fit_many
from ._group import share_rows
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
from ._source import Source
from ._trainer import Epoch, Evidence, Optimizer, Schedule, Score, Trainer

if TYPE_CHECKING:
    from ._estimators import MLPClassifier, MLPRegressor

__all__ = [
    "Activation",
    "ArgumentError",
    "Cost",
    "Epoch",
    "Evidence",
    "Feature",
    "FileError",
    "FormatError",
    "GroupError",
    "Initialization",
    "MLPClassifier",
    "MLPRegressor",
    "Metadata",
    "MissingFeatureError",
    "MissingFileError",
    "NNBlasError",
    "Net",
    "NotFiniteError",
    "Optimizer",
    "OutOfMemoryError",
    "PlanPurpose",
    "Schedule",
    "Score",
    "Source",
    "SourceError",
    "Status",
    "Trainer",
    "backpropagate",
    "blas_info",
    "feedforward",
    "fit_many",
    "forget_plans",
    "gradient_step",
    "has",
    "load_plans",
    "local_threads",
    "save_plans",
    "set_local_threads",
    "set_parallel_for",
    "set_threads",
    "share_rows",
    "threads",
    "version",
]
__version__ = version()


def _name_publicly(value: Any) -> Any:
    """Messages and pickles then say nnblas.Net, wherever in the package it is. Sphinx needs the module
    of a tuple for the texts of its fields."""
    if isinstance(value, type) and not issubclass(value, tuple):
        value.__module__ = __name__
    return value


for _name in __all__:
    _name_publicly(globals().get(_name))


def __getattr__(name: str) -> Any:
    """The estimators, which import scikit-learn, when they are first asked for."""
    if name not in ("MLPClassifier", "MLPRegressor"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from . import _estimators
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sklearn":
            raise
        raise ImportError(
            f"nnblas.{name} needs scikit-learn: install python3-sklearn, or with pip scikit-learn"
        ) from error
    return _name_publicly(getattr(_estimators, name))


def __dir__() -> list[str]:
    return __all__
