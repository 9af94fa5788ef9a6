# SPDX-License-Identifier: BSD-3-Clause
"""Rows, weights and parameters between scikit-learn and the library."""

import operator
from collections.abc import Sequence
from typing import Any, Union

import numpy
import numpy.typing

from ._arrays import FloatArray, read_matrix

Array = numpy.typing.NDArray[Any]
Weights = Union[FloatArray, None]


def validate_data(estimator: Any, *arguments: Any, **options: Any) -> Any:
    """A method until scikit-learn 1.6, and then a function."""
    if hasattr(estimator, "_validate_data"):
        return estimator._validate_data(*arguments, **options)
    from sklearn.utils import validation

    return validation.validate_data(estimator, *arguments, **options)


def to_rows(X: Any) -> FloatArray:
    """A dense matrix that the library takes: X itself where it is one, or a copy."""
    if hasattr(X, "toarray"):
        X = X.toarray()
    rows: FloatArray = numpy.asarray(X)
    try:
        read_matrix("X", rows, rows.shape[1])
    except (TypeError, ValueError):
        return numpy.array(rows, numpy.float64, order="C")
    return rows


def get_mean(weights: Weights) -> float:
    """Of weights whose sum may overflow."""
    if weights is None:
        return 1.0
    largest = weights.max()
    return float(largest * (weights / largest).mean())


class Views(list[FloatArray]):
    """Views of the network's parameters. What is assigned to an element is copied to its memory."""

    def __setitem__(self, layer: Any, array: Any) -> None:
        view = self[operator.index(layer)]
        if numpy.shape(array) != view.shape:
            raise ValueError(f"layer {layer} has shape {view.shape}, and not {numpy.shape(array)}")
        view[...] = array

    @staticmethod
    def copy_all(name: str, arrays: Sequence[Array], views: list[FloatArray]) -> None:
        if len(arrays) != len(views):
            raise ValueError(f"{name} has {len(views)} arrays, and not {len(arrays)}")
        for layer, array in enumerate([numpy.array(array) for array in arrays]):
            views[layer] = array
