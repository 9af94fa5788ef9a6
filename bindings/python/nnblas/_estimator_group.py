# SPDX-License-Identifier: BSD-3-Clause
"""An estimator that the processes of a communicator train together: each has all rows, and trains on a
share of them."""

import hashlib
from typing import Any, Callable, Union

import numpy

from ._estimator_arrays import Array
from ._estimator_networks import TrainingRows, count_networks
from ._group import check_same, prepare_together, share_rows
from ._trainer import Trainer

# random_state is rank 0's, and class_weight is in the weights of the rows.
_OWN_PARAMETERS = {"random_state", "verbose", "class_weight"}
# Rows are hashed in parts, of which copies are small.
_PART_BYTES = 1 << 24

Prepare = Callable[[bool, Any], tuple[Array, TrainingRows, Trainer]]


def _to_bytes(part: Array) -> Any:
    """Of equal numbers the same, however many bytes they had, and of other labels what they print."""
    if part.dtype.kind == "f":
        return numpy.ascontiguousarray(part, numpy.float64)
    if part.dtype.kind in "biu":
        return numpy.ascontiguousarray(part.astype(numpy.int64))
    return repr(part.tolist()).encode()


def _compute_hash(*arrays: Union[Array, None]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for array in arrays:
        if array is None:
            found.update(b"none")
            continue
        found.update(repr(array.shape).encode())
        rows = max(1, _PART_BYTES // max(1, array[:1].nbytes))
        for first in range(0, len(array), rows):
            found.update(_to_bytes(array[first : first + rows]))
    return found.hexdigest()


def _describe_rows(y: Array, rows: TrainingRows) -> dict[str, str]:
    return {
        "y": _compute_hash(y),
        "X": _compute_hash(rows.X),
        "sample_weight or class_weight": _compute_hash(rows.weights),
        "dydx": _compute_hash(rows.derivatives),
        "unit of y": _compute_hash(rows.Y),
        "choice of validation rows": _compute_hash(*(rows.validation or ())),
    }


def _describe_parameters(estimator: Any, reset: bool) -> dict[str, str]:
    parameters = estimator.get_params(deep=False)
    compared = sorted(set(estimator._parameter_constraints) - _OWN_PARAMETERS)
    described = {name: repr(parameters.get(name)) for name in compared}
    return {
        "class": type(estimator).__name__,
        **described,
        "network of warm_start": "none" if reset else "one",
    }


def prepare_estimator(
    estimator: Any, communicator: Any, check: Callable[[], tuple[bool, Any]], prepare: Prepare
) -> tuple[TrainingRows, Trainer]:
    """The rows of all processes, and a trainer for them. check: whether there is a new network, and the
    random state. Where it or prepare raises on one rank, or ranks have other rows or parameters, all do."""

    def check_one_network() -> tuple[tuple[bool, Any], dict[str, str]]:
        reset, random = check()
        if count_networks(estimator) > 1 or (not reset and estimator._others):
            raise ValueError("a communicator trains one network: n_restarts and n_networks must be 1")
        return (reset, random), _describe_parameters(estimator, reset)

    def prepare_rows() -> tuple[tuple[TrainingRows, Trainer], dict[str, str]]:
        y, rows, trainer = prepare(reset, random)
        return (rows, trainer), _describe_rows(y, rows)

    (reset, random), parameters = prepare_together(communicator, None, check_one_network)
    check_same(communicator, parameters, "each rank needs the same parameters")
    random = communicator.bcast(random)
    prepared, described = prepare_together(communicator, None, prepare_rows)
    check_same(communicator, described, "each rank needs all rows, the same ones in the same order")
    return prepared


def take_share(rows: TrainingRows, communicator: Any) -> TrainingRows:
    """Those of this process."""
    own = share_rows(communicator, len(rows.X))
    validation = rows.validation
    if validation is not None:
        validating = share_rows(communicator, len(validation[0]))
        validation = tuple(part[validating] for part in validation)
    return TrainingRows(
        rows.X[own],
        rows.Y[own],
        None if rows.weights is None else rows.weights[own],
        validation,
        None if rows.derivatives is None else rows.derivatives[own],
    )
