# SPDX-License-Identifier: BSD-3-Clause
"""Several trainings side by side."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Union

from . import _interruption
from ._arrays import FloatArray, read_matrix, read_rows
from ._errors import ArgumentError, Status, get_message, make_error
from ._library import ffi, lib
from ._trainer import Callback, Epoch, Trainer, Validation, _Fit

Report = Callable[[], None]
HandOver = Callable[[Report], None]


def _spread(name: str, values: Any, count: int, is_one: Callable[[Any], bool]) -> Sequence[Any]:
    """One value for each trainer, where one is given for all or a list with one for each."""
    if values is None or is_one(values):
        return [values] * count
    each = list(values) if isinstance(values, Iterable) else []
    if len(each) != count:
        raise ValueError(f"{name} must be one for all {count} trainers, or a list with one for each")
    return each


def _is_array(weights: Any) -> bool:
    return getattr(weights, "ndim", 2) == 1


def _is_rows(validation: Any) -> bool:
    return isinstance(validation, tuple)


def _begin(fits: Sequence[_Fit], hand_over: HandOver) -> None:
    """All or none."""
    begun: list[_Fit] = []
    try:
        for fit in fits:
            fit.begin(hand_over)
            begun.append(fit)
    except BaseException:
        for fit in begun:
            fit.note_refusal(Status.ERROR_VALUE)
        _end(begun)
        raise


def _end(fits: Sequence[_Fit]) -> None:
    for fit in fits:
        fit.end()


def _run_at_once(report: Report) -> None:
    report()


def _take_turns(hand_over: HandOver) -> HandOver:
    """The same for several threads, one at a time."""
    lock = threading.Lock()

    def hand_over_one(report: Report) -> None:
        with lock:
            hand_over(report)

    return hand_over_one


def _watch(callback: Union[Callback, None], cancel_all: Callable[[], None]) -> Union[Callback, None]:
    """What the callback raises ends the other trainings too."""
    if callback is None:
        return None
    call = callback

    def watch(epoch: Epoch) -> object:
        try:
            return call(epoch)
        except BaseException:
            cancel_all()
            raise

    return watch


def run_many(
    trainers: Sequence[Trainer],
    X: FloatArray,
    Y: FloatArray,
    weights: Sequence[Union[FloatArray, None]],
    validation: Sequence[Union[Validation, None]],
    callbacks: Sequence[Union[Callback, None]],
    *,
    derivatives: Union[FloatArray, None] = None,
    derivative_weight: float = 1.0,
    in_turns: bool,
) -> tuple[list[Status], str]:
    """The statuses, and the message of the first that is an error. With in_turns callbacks run one at a
    time, in the thread that called where that is the main thread; else in those that train."""

    fits: list[_Fit] = []

    def cancel_all() -> None:
        for trainer in trainers:
            trainer.cancel()
        for fit in fits:
            fit.cancel_first_passes(True)

    def forget_cancel() -> None:
        for trainer in trainers:
            trainer._forget_cancel()
        for fit in fits:
            fit.cancel_first_passes(False)

    rows: tuple[Any, ...] = 0, ffi.NULL, 0, ffi.NULL, 0
    for trainer, w, v, callback in zip(trainers, weights, validation, callbacks):
        x, N, ldx = read_matrix("X", X, trainer.net._inputs)
        y, ldy = read_rows("Y", Y, trainer.net.n_labels, N)
        rows = N, x, ldx, y, ldy
        watch = _watch(callback, cancel_all)
        fits.append(_Fit(trainer, N, w, v, watch, derivatives, derivative_weight))
    handles = ffi.new("nnblas_trainer *[]", [trainer._handle for trainer in trainers])
    statuses = ffi.new("nnblas_status[]", len(trainers))

    def call(hand_over: HandOver) -> tuple[int, str]:
        _begin(fits, _take_turns(hand_over) if in_turns else _run_at_once)
        try:
            status = lib.nnblas_fit_many(handles, len(fits), *rows, statuses)
            for fit in fits:
                fit.note_refusal(status)
            return status, get_message() if status < 0 else ""
        finally:
            _end(fits)

    status, message = _interruption.run(call, cancel_all, forget_cancel)
    for fit, one in zip(fits, statuses):
        fit.raise_error(one)
    if status < 0 and all(one >= 0 for one in statuses):
        raise make_error(status, message)
    return [Status(one) for one in statuses], message


def fit_many(
    trainers: Iterable[Trainer],
    X: FloatArray,
    Y: FloatArray,
    *,
    weights: Union[FloatArray, Sequence[Union[FloatArray, None]], None] = None,
    validation: Union[Validation, Sequence[Union[Validation, None]], None] = None,
    callback: Union[Callback, Sequence[Union[Callback, None]], None] = None,
    derivatives: Union[FloatArray, None] = None,
    derivative_weight: float = 1.0,
    raise_errors: bool = True,
) -> list[Status]:
    """Trains the network of each trainer on the same rows, side by side, one thread each.

    Each network has the bits of its own `Trainer.fit`, whatever the number of threads. Use it for
    several seeds, of which the best network is kept or all are averaged, for several settings, or
    with a list of weights for the folds of a cross-validation.

    Parameters
    ----------
    trainers : iterable of Trainer
        At least one; each has a network of its own.
    X : ndarray of float64, shape (N, inputs)
    Y : ndarray of float64, shape (N, n_labels)
    weights : ndarray of shape (N,), or a list with one or None for each trainer, optional
        Of the rows, as for `Trainer.fit`. Rows of weight 0 are left out.
    validation : tuple (X, Y) or (X, Y, weights), or a list with one or None for each, optional
    callback : callable, or a list with one or None for each, optional
        Called with an `Epoch` after each epoch of a training, as in `Trainer.fit`; where it returns
        something true, that training stops. Callbacks run one at a time: in the main thread where
        that called fit_many, else in the threads that train. What one raises ends all trainings, and
        then comes from here.
    derivatives, derivative_weight
        Of the target, for all trainers, as for `Trainer.fit`.
    raise_errors : bool, optional
        Whether the error of the first training that failed is raised, once all have ended. With
        False its status is returned like the others, and `Trainer.check_fit` has the reason.

    Returns
    -------
    list of Status
        Of each training: OK after the last epoch, a reason to stop before, or with
        raise_errors=False a status below 0.

    Raises
    ------
    ArgumentError
        A ValueError: where there is no trainer, or two have the same network or the same path for
        checkpoints; nothing is trained.
    KeyboardInterrupt
        After Ctrl-C, which ends all trainings within a step.
    """
    found = list(trainers)
    for trainer in found:
        if not isinstance(trainer, Trainer):
            raise TypeError(f"trainers holds {trainer!r}; each must be a Trainer")
    if not found:
        raise ArgumentError("trainers is empty; it must have at least one", Status.ERROR_SIZE)
    statuses, message = run_many(
        found,
        X,
        Y,
        _spread("weights", weights, len(found), _is_array),
        _spread("validation", validation, len(found), _is_rows),
        _spread("callback", callback, len(found), callable),
        derivatives=derivatives,
        derivative_weight=derivative_weight,
        in_turns=True,
    )
    failed = [status for status in statuses if status < 0]
    if failed and raise_errors:
        raise make_error(failed[0], message)
    return statuses
