# SPDX-License-Identifier: BSD-3-Clause
"""The algorithm of two sigmoid layers on the caller's own contiguous arrays."""

from typing import Union

import numpy

from ._arrays import FloatArray, read_array, write_array
from ._errors import check
from ._library import ffi, lib

_Out = Union[tuple[FloatArray, ...], None]


def _check_matrices(**matrices: FloatArray) -> None:
    for name, array in matrices.items():
        if not isinstance(array, numpy.ndarray) or array.ndim != 2:
            raise TypeError(f"{name} must be a NumPy array of two dimensions")


def _read_sizes(X: FloatArray, W1: FloatArray, W2: FloatArray) -> tuple[int, int, int, int]:
    """N, inputs, hidden, outputs by the shapes; read_array checks that they agree."""
    _check_matrices(X=X, W1=W1, W2=W2)
    return X.shape[0], W1.shape[0], W2.shape[0], W2.shape[1]


def _make_out(out: _Out, shapes: tuple[tuple[int, ...], ...]) -> tuple[FloatArray, ...]:
    if out is None:
        return tuple(numpy.empty(shape) for shape in shapes)
    if len(out) != len(shapes):
        raise ValueError(f"out holds {len(out)} arrays; it must hold {len(shapes)}")
    return tuple(out)


def feedforward(
    X: FloatArray, W1: FloatArray, W2: FloatArray, *, out: _Out = None
) -> tuple[FloatArray, FloatArray]:
    """H_out = sigmoid(X W1) and O_out = sigmoid(H_out W2).

    Parameters
    ----------
    X : ndarray of shape (N, inputs)
    W1 : ndarray of shape (inputs, hidden)
    W2 : ndarray of shape (hidden, outputs)
    out : tuple of ndarray, optional
        Where to write H_out and O_out; else new arrays.

    Returns
    -------
    H_out : ndarray of shape (N, hidden)
    O_out : ndarray of shape (N, outputs)
    """
    N, inputs, hidden, outputs = _read_sizes(X, W1, W2)
    H_out, O_out = _make_out(out, ((N, hidden), (N, outputs)))
    check(
        lib.nnblas_feedforward(
            N,
            inputs,
            hidden,
            outputs,
            read_array("X", X, (N, inputs)),
            read_array("W1", W1, (inputs, hidden)),
            read_array("W2", W2, (hidden, outputs)),
            write_array("H_out", H_out, (N, hidden)),
            write_array("O_out", O_out, (N, outputs)),
        )
    )
    return H_out, O_out


def backpropagate(
    X: FloatArray,
    Y: FloatArray,
    W2: FloatArray,
    H_out: FloatArray,
    O_out: FloatArray,
    *,
    out: _Out = None,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, float]:
    """The deltas, the updates (the gradient of the mse) and the mse, from the outputs of
    `feedforward`.

    Parameters
    ----------
    X : ndarray of shape (N, inputs)
    Y : ndarray of shape (N, outputs)
    W2 : ndarray of shape (hidden, outputs)
    H_out : ndarray of shape (N, hidden)
    O_out : ndarray of shape (N, outputs)
    out : tuple of ndarray, optional
        Where to write the four arrays below; else new ones.

    Returns
    -------
    O_delta : ndarray of shape (N, outputs)
    H_delta : ndarray of shape (N, hidden)
    W1_update : ndarray of shape (inputs, hidden)
    W2_update : ndarray of shape (hidden, outputs)
    mse : float
    """
    _check_matrices(X=X, W2=W2)
    N, inputs, hidden, outputs = *X.shape, *W2.shape
    shapes = ((N, outputs), (N, hidden), (inputs, hidden), (hidden, outputs))
    results = _make_out(out, shapes)
    names = ("O_delta", "H_delta", "W1_update", "W2_update")
    mse = ffi.new("double *")
    check(
        lib.nnblas_backpropagate(
            N,
            inputs,
            hidden,
            outputs,
            read_array("X", X, (N, inputs)),
            read_array("Y", Y, (N, outputs)),
            read_array("W2", W2, (hidden, outputs)),
            read_array("H_out", H_out, (N, hidden)),
            read_array("O_out", O_out, (N, outputs)),
            *(write_array(*one) for one in zip(names, results, shapes)),
            mse,
        )
    )
    O_delta, H_delta, W1_update, W2_update = results
    return O_delta, H_delta, W1_update, W2_update, float(mse[0])


def gradient_step(
    X: FloatArray, Y: FloatArray, learning_rate: float, W1: FloatArray, W2: FloatArray
) -> float:
    """One step of gradient descent on W1, shape (inputs, hidden), and W2, shape (hidden, outputs), in
    place, over all rows of X, shape (N, inputs), and Y, shape (N, outputs). Returns the cost before
    the step."""
    N, inputs, hidden, outputs = _read_sizes(X, W1, W2)
    mse = ffi.new("double *")
    check(
        lib.nnblas_gradient_step(
            N,
            inputs,
            hidden,
            outputs,
            read_array("X", X, (N, inputs)),
            read_array("Y", Y, (N, outputs)),
            learning_rate,
            write_array("W1", W1, (inputs, hidden)),
            write_array("W2", W2, (hidden, outputs)),
            mse,
        )
    )
    return float(mse[0])
