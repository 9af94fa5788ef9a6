# SPDX-License-Identifier: BSD-3-Clause
"""Trainings."""

import enum
import os
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple, Union

import numpy
import numpy.typing

from . import _interruption
from ._arrays import FloatArray, read_array, read_derivatives, read_matrix, read_rows
from ._errors import Status, check, get_message, make_error, read_count
from ._group import Group, prepare_together
from ._library import ffi, lib
from ._net import Net, Path, encode_path, to_constant
from ._source import Failures, Source


class Optimizer(enum.IntEnum):
    """How a gradient becomes a step."""

    GRADIENT_DESCENT = 0
    MOMENTUM = 1
    NESTEROV = 2
    RPROP = 3
    ADAM = 4
    LBFGS = 5
    LEVENBERG_MARQUARDT = 6
    SCALED_CONJUGATE_GRADIENT = 7


class Schedule(enum.IntEnum):
    """How the learning rate changes from epoch to epoch."""

    CONSTANT = 0
    STEP = 1
    COSINE = 2
    PLATEAU = 3
    INVERSE = 4
    ADAPTIVE = 5


class Score(enum.IntEnum):
    """What is watched of the validation rows instead of their cost; the higher the better.

    ACCURACY is the share of rows whose largest output is at the largest label, LABELS the share of
    rows with every output on the same side of 1/2 as its label, R2 the coefficient of determination.
    """

    NONE = 0
    ACCURACY = 1
    LABELS = 2
    R2 = 3


class Evidence(NamedTuple):
    """What Bayesian regularisation estimates."""

    decay: float
    """The weight decay, of all parameters."""
    noise: float
    """The variance of the labels around the outputs."""
    effective: float
    """The number of parameters that the rows determine."""
    log_evidence: float
    """The logarithm of the density of the labels; the higher, the more probable the network."""


class Epoch(NamedTuple):
    """One epoch, as a callback is told it; `Trainer.history` has the same fields."""

    epoch: int
    """From 1."""
    cost: float
    """The mean over the batches of the cost before the step. With L-BFGS and scaled conjugate
    gradients: the cost after it."""
    validation_cost: float
    """NaN where there are no validation rows."""
    learning_rate: float
    """By the schedule. With L-BFGS: the step length that the line search chose. With scaled conjugate
    gradients: the factor of the direction."""
    seconds: float
    """Since fit began."""
    score: float
    """Of the validation rows; NaN where no score is watched."""


Callback = Callable[[Epoch], object]
Validation = Union[tuple[FloatArray, ...], Source]

_EPOCH_TYPE = numpy.dtype(
    [("epoch", numpy.uintp)] + [(name, numpy.float64) for name in Epoch._fields[1:]]
)
_EPOCH_SIZE = ffi.sizeof("nnblas_epoch")
_UNLIMITED = ffi.cast("size_t", -1)


class _Watch:
    """Calls a callback after each epoch, and keeps what it raises."""

    def __init__(
        self,
        trainer: "Trainer",
        callback: Callback,
        hand_over: Callable[[Callable[[], None]], None],
    ) -> None:
        self._trainer = trainer
        self._callback = callback
        self._hand_over = hand_over
        self._stop = False
        self._epoch: Union[Epoch, None] = None
        self.error: Union[BaseException, None] = None

    def _report(self) -> None:
        assert self._epoch is not None
        try:
            self._trainer._callback_thread = threading.get_ident()
            self._stop = bool(self._callback(self._epoch))
        except BaseException as error:
            self.error = error
            self._stop = True
        self._trainer._callback_thread = None

    def call(self, epoch: Any) -> int:
        self._epoch = Epoch(*(getattr(epoch, name) for name in Epoch._fields))
        self._hand_over(self._report)
        return int(self._stop)


def _call_watch(user: Any, epoch: Any) -> int:
    return int(ffi.from_handle(user).call(epoch))


_call_watch_from_c = ffi.callback("nnblas_epoch_callback *", _call_watch, error=1)


class _Fit:
    """What a trainer has during one fit alone: weights, derivatives, validation rows and a callback."""

    def __init__(
        self,
        trainer: "Trainer",
        rows: int,
        weights: Union[FloatArray, None],
        validation: Union[Validation, None],
        callback: Union[Callback, None],
        derivatives: Union[FloatArray, None] = None,
        derivative_weight: float = 1.0,
        ordered_sums: bool = False,
    ) -> None:
        if validation is None or isinstance(validation, Source):
            arrays: tuple[FloatArray, ...] = ()
        elif len(validation) in (2, 3):
            arrays = validation
        else:
            raise ValueError(
                f"validation holds {len(validation)} arrays; it must be (X, Y) or (X, Y, weights)"
            )
        self.trainer = trainer
        self._weights = ffi.NULL if weights is None else read_array("weights", weights, (rows,))
        net = trainer._net
        self._derivatives: tuple[Any, ...] = 1.0, ffi.NULL, 0
        if derivatives is not None:
            given = read_derivatives(derivatives, rows, net._outputs, net._inputs)
            self._derivatives = derivative_weight, *given
        self._source = validation if isinstance(validation, Source) else None
        self.sources = [] if self._source is None else [self._source]
        self._failures = Failures([])
        self._disarm: list[Callable[[], None]] = []
        self._source_error: Union[BaseException, None] = None
        self._validation = trainer._read_validation(*arrays) if arrays else None
        self._fraction = 0.0
        self.group: Union[Group, None] = None
        self._ordered_sums = bool(ordered_sums)
        self._callback = callback
        self._watch: Union[_Watch, None] = None
        self._handle: Any = None
        self._has_begun = False

    def begin(self, hand_over: Callable[[Callable[[], None]], None]) -> None:
        """Afterwards the trainer is in a fit until `end`; where this raises, it is not."""
        self._failures = Failures(self.sources)
        prepare = partial(self._set_all, hand_over)
        try:
            prepare() if self.group is None else self.group.prepare(prepare)
        except BaseException:
            if self._has_begun:
                self.end()
            elif self.group is not None:
                self.group.end()
            raise
        is_alone = self.group is None
        self._disarm = [s._rows.arm(not s._is_counted and is_alone) for s in self.sources]

    def note_refusal(self, status: int) -> None:
        """Where that is the status of the call, another one may use the sources."""
        if status == Status.ERROR_VALUE:
            for disarm in self._disarm:
                disarm()

    def _set_all(self, hand_over: Callable[[Callable[[], None]], None]) -> None:
        trainer = self.trainer
        with trainer._lock:
            trainer._check_idle()
            trainer._is_fitting = self._has_begun = True
        self._fraction = trainer.validation_fraction
        if self._callback is not None:
            self._watch = _Watch(trainer, self._callback, hand_over)
            self._handle = ffi.new_handle(self._watch)
            trainer._set_watch(_call_watch_from_c, self._handle)
        trainer._set_weights(self._weights)
        trainer._set_derivatives(*self._derivatives)
        if self._validation is not None:
            trainer._set_validation(*self._validation)
        if self._source is not None:
            trainer._set_validation_source(self._source)
        if self.group is not None:
            check(self.group.set_on(trainer._handle, self._ordered_sums))

    def end(self) -> None:
        trainer = self.trainer
        trainer._set_watch(ffi.NULL, ffi.NULL)
        check(lib.nnblas_trainer_set_group(trainer._handle, ffi.NULL, 0))
        trainer._set_weights(ffi.NULL)
        trainer._set_derivatives(1.0, ffi.NULL, 0)
        if self._validation is not None or self._source is not None:
            check(lib.nnblas_trainer_set_validation_fraction(trainer._handle, self._fraction))
        if self.group is not None:
            self.group.end()
        trainer._callback_thread = None
        trainer._is_fitting = False

    def cancel_first_passes(self, is_cancelled: bool) -> None:
        """Those in which rows are counted: nothing is learnt in them, and one of an endless source does
        not come to the first step, which the trainer ends after."""
        for source in self.sources:
            source._rows.is_cancelled = is_cancelled

    def explain(self, status: int, message: str) -> str:
        """The message, with what the source of one rank of a group has raised. Raises where the callback
        of another rank has."""
        if self.group is not None and status == Status.ERROR_SOURCE:
            return self.group.explain_source(message, self._take_source_error(message))
        if self.group is not None and status == Status.STOPPED_CALLBACK:
            self.group.check_callback(None if self._watch is None else self._watch.error)
        return message

    def _take_source_error(self, message: str) -> Union[BaseException, None]:
        """Of the source that the message is about: what the other one has read ahead may have failed too."""
        is_validation = "the validation source" in message

        def is_it(source: Source) -> bool:
            return (source is self._source) == is_validation

        self._source_error = self._source_error or self._failures.take(is_it)
        return self._source_error

    def raise_error(self, status: int, message: str = "") -> None:
        """What the callback has raised, or a source that has failed the fit."""
        if self._watch is not None and self._watch.error is not None:
            raise self._watch.error
        is_own = self.group is None or self.group.is_own(message)
        if status == Status.ERROR_SOURCE and is_own:
            error = self._take_source_error(message)
            if error is not None:
                raise error

    def make_error(self, status: int, message: str) -> Exception:
        """Of a group: what the source of this rank has raised as well is its context."""
        error = make_error(status, message)
        if self.group is not None and status in (Status.ERROR_SOURCE, Status.ERROR_GROUP):
            error.__context__ = self._take_source_error(message)
        return error


def _read_tuple(name: str, values: Any, *wanted: str) -> tuple[Any, ...]:
    """The values, as many as are wanted."""
    found = tuple(values) if isinstance(values, Iterable) else (values,)
    if len(found) != len(wanted):
        words = ", ".join(wanted)
        raise ValueError(f"{name} is {values!r}; it must be ({words}{',' * (len(wanted) == 1)})")
    return found


class Trainer:
    """Trains a network.

    Parameters
    ----------
    net : Net
        The network, which the trainer keeps.
    **settings
        Any property that can be set, such as ``optimizer="adam", learning_rate=0.01``.

    Notes
    -----
    The defaults are those of the library: gradient descent on all rows, with a learning rate of 1,
    for 1000 epochs. That rate is far too large for 'adam': set one from 0.001, as in its publication, to
    0.05; ``nnblas train`` begins with 0.02. A trainer cannot be pickled or copied: that is for its network,
    and checkpoints are for a training that is to go on.
    """

    # A misspelt setting is an error.
    __slots__ = ("__weakref__", "_callback_thread", "_handle", "_is_fitting", "_lock", "_net")

    def __init__(self, net: Net, **settings: Any) -> None:
        if not isinstance(net, Net):
            raise TypeError(f"net is {net!r}; it must be a Net")
        result = ffi.new("nnblas_trainer **")
        check(lib.nnblas_trainer_create(net._handle, result))
        self._handle = ffi.gc(result[0], lib.nnblas_trainer_destroy)
        self._net = net
        # Of each use that writes the trainer. An RLock, for the handlers of signals; `with` enters it
        # in one step, so that no exception leaves it locked.
        self._lock = threading.RLock()
        self._is_fitting = False
        self._callback_thread: Union[int, None] = None
        for name, value in settings.items():
            setting = getattr(Trainer, name, None)
            if not isinstance(setting, property) or setting.fset is None:
                hint = "; see set_checkpoint" if name == "checkpoint" else ""
                raise TypeError(f"Trainer has no setting {name!r}{hint}")
            setattr(self, name, value)

    def _check_idle(self) -> None:
        if self._is_fitting:
            raise RuntimeError(
                "this trainer is in a fit: until that ends, callbacks and other threads may read its "
                "settings and cancel it, and no more"
            )

    def _set(self, function: Any, *values: Any) -> None:
        with self._lock:
            self._check_idle()
            check(function(self._handle, *values))

    def __repr__(self) -> str:
        return (
            f"Trainer({self._net!r}, optimizer={self.optimizer.name.lower()!r}, "
            f"learning_rate={self.learning_rate}, epochs={self.epochs})"
        )

    def __reduce__(self) -> Any:
        raise TypeError(
            "a Trainer cannot be pickled or copied: do so with its network, or save a checkpoint "
            "(set_checkpoint) and resume it in another trainer"
        )

    @property
    def net(self) -> Net:
        """The network that is trained."""
        return self._net

    # ---- optimizer

    @property
    def optimizer(self) -> Optimizer:
        """'gradient_descent', 'momentum', 'nesterov', 'rprop', 'adam', 'lbfgs',
        'levenberg_marquardt' or 'scaled_conjugate_gradient'. With 'adam' set `learning_rate` too."""
        return Optimizer(lib.nnblas_trainer_optimizer(self._handle))

    @optimizer.setter
    def optimizer(self, optimizer: Union[str, Optimizer]) -> None:
        optimizer = to_constant(Optimizer, "optimizer", optimizer)
        self._set(lib.nnblas_trainer_set_optimizer, optimizer)

    @property
    def learning_rate(self) -> float:
        """Finite and above 0; 1 where it was not set, whatever the optimizer. 'adam' takes some 0.001 to 0.05;
        'lbfgs', 'levenberg_marquardt' and 'scaled_conjugate_gradient' take no notice of it."""
        return float(lib.nnblas_trainer_learning_rate(self._handle))

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._set(lib.nnblas_trainer_set_learning_rate, rate)

    @property
    def momentum(self) -> float:
        """Of 'momentum' and 'nesterov'; 0 or above and under 1."""
        return float(lib.nnblas_trainer_momentum(self._handle))

    @momentum.setter
    def momentum(self, momentum: float) -> None:
        self._set(lib.nnblas_trainer_set_momentum, momentum)

    @property
    def adam(self) -> tuple[float, float, float]:
        """beta1, beta2 and epsilon of 'adam'."""
        values = ffi.new("double[3]")
        check(lib.nnblas_trainer_adam(self._handle, values, values + 1, values + 2))
        return values[0], values[1], values[2]

    @adam.setter
    def adam(self, constants: tuple[float, float, float]) -> None:
        self._set(
            lib.nnblas_trainer_set_adam, *_read_tuple("adam", constants, "beta1", "beta2", "epsilon")
        )

    @property
    def lbfgs(self) -> tuple[int, float]:
        """Memory and tolerance of 'lbfgs'."""
        memory, tolerance = ffi.new("size_t *"), ffi.new("double *")
        check(lib.nnblas_trainer_lbfgs(self._handle, memory, tolerance))
        return memory[0], tolerance[0]

    @lbfgs.setter
    def lbfgs(self, constants: tuple[int, float]) -> None:
        memory, tolerance = _read_tuple("lbfgs", constants, "memory", "tolerance")
        self._set(lib.nnblas_trainer_set_lbfgs, read_count("the memory of lbfgs", memory), tolerance)

    @property
    def scaled_conjugate_gradient(self) -> float:
        """Tolerance of 'scaled_conjugate_gradient': it has converged where the norm of the gradient
        is at most this part of the first one."""
        return float(lib.nnblas_trainer_scaled_conjugate_gradient(self._handle))

    @scaled_conjugate_gradient.setter
    def scaled_conjugate_gradient(self, tolerance: float) -> None:
        self._set(lib.nnblas_trainer_set_scaled_conjugate_gradient, tolerance)

    @property
    def levenberg_marquardt(self) -> tuple[float, float]:
        """Damping and tolerance of 'levenberg_marquardt'."""
        values = ffi.new("double[2]")
        check(lib.nnblas_trainer_levenberg_marquardt(self._handle, values, values + 1))
        return values[0], values[1]

    @levenberg_marquardt.setter
    def levenberg_marquardt(self, constants: tuple[float, float]) -> None:
        self._set(
            lib.nnblas_trainer_set_levenberg_marquardt,
            *_read_tuple("levenberg_marquardt", constants, "damping", "tolerance"),
        )

    @property
    def bayesian(self) -> bool:
        """Whether 'levenberg_marquardt' estimates the weight decay and the noise of the labels."""
        return bool(lib.nnblas_trainer_bayesian(self._handle))

    @bayesian.setter
    def bayesian(self, bayesian: bool) -> None:
        self._set(lib.nnblas_trainer_set_bayesian, bool(bayesian))

    @property
    def evidence(self) -> Evidence:
        """What Bayesian regularisation has estimated in the last fit."""
        values = ffi.new("double[4]")
        check(lib.nnblas_trainer_evidence(self._handle, *(values + i for i in range(4))))
        return Evidence(*values)

    @property
    def posterior(self) -> bool:
        """Whether a fit by 'levenberg_marquardt' leaves the posterior of the parameters on the
        network, for `Net.predict_interval`."""
        return bool(lib.nnblas_trainer_posterior(self._handle))

    @posterior.setter
    def posterior(self, keep: bool) -> None:
        self._set(lib.nnblas_trainer_set_posterior, bool(keep))

    @property
    def weight_decay(self) -> float:
        """Training lowers the cost plus half of this times the sum of the squares of all weights."""
        return float(lib.nnblas_trainer_weight_decay(self._handle))

    @weight_decay.setter
    def weight_decay(self, decay: float) -> None:
        self._set(lib.nnblas_trainer_set_weight_decay, decay)

    @property
    def mask(self) -> Union[numpy.typing.NDArray[numpy.bool_], None]:
        """Which parameters are trained, in the order of `Net.parameters`: a bool array, a copy; None
        for all. The others keep their bits."""
        count = self._net.parameters.size
        mask = lib.nnblas_trainer_mask(self._handle)
        if mask == ffi.NULL:
            return None
        return numpy.frombuffer(ffi.buffer(mask, count), numpy.bool_).copy()

    @mask.setter
    def mask(self, mask: Union[numpy.typing.NDArray[numpy.bool_], None]) -> None:
        if mask is None:
            self._set(lib.nnblas_trainer_set_mask, ffi.NULL)
            return
        if not isinstance(mask, numpy.ndarray) or mask.dtype != numpy.bool_:
            raise TypeError("mask must be a NumPy array of dtype bool, or None")
        count = self._net.parameters.size
        if mask.shape != (count,):
            raise ValueError(f"mask has shape {mask.shape}; it must be ({count},)")
        bytes_ = numpy.ascontiguousarray(mask).view(numpy.uint8)
        self._set(lib.nnblas_trainer_set_mask, ffi.from_buffer("uint8_t[]", bytes_))

    @property
    def l1(self) -> float:
        """Training lowers the cost plus this times the sum of the magnitudes of all weights; those that
        are not worth it become 0. Not with 'lbfgs'."""
        return float(lib.nnblas_trainer_l1(self._handle))

    @l1.setter
    def l1(self, l1: float) -> None:
        self._set(lib.nnblas_trainer_set_l1, l1)

    @property
    def schedule(self) -> tuple[Any, ...]:
        """The learning rate by epochs: a name and its numbers.

        ``("constant",)``, ``("step", epochs, factor)``, ``("cosine", last)``, ``("plateau", epochs,
        factor)``, ``("inverse", scale, power)`` or ``("adaptive", epochs, factor, last)``.
        """
        kind, epochs = ffi.new("nnblas_schedule *"), ffi.new("size_t *")
        factor, last, scale, power = (ffi.new("double *") for _ in range(4))
        check(lib.nnblas_trainer_schedule(self._handle, kind, epochs, factor, last))
        check(lib.nnblas_trainer_inverse_schedule(self._handle, scale, power))
        schedule = Schedule(kind[0])
        numbers = {
            Schedule.CONSTANT: (),
            Schedule.STEP: (epochs, factor),
            Schedule.COSINE: (last,),
            Schedule.PLATEAU: (epochs, factor),
            Schedule.INVERSE: (scale, power),
            Schedule.ADAPTIVE: (epochs, factor, last),
        }[schedule]
        return schedule.name.lower(), *(number[0] for number in numbers)

    @schedule.setter
    def schedule(self, schedule: Union[str, tuple[Any, ...]]) -> None:
        if not isinstance(schedule, (str, tuple, list)) or len(schedule) == 0:
            raise TypeError(f"schedule is {schedule!r}; it must be a name, or a name and its numbers")
        name, *numbers = (schedule,) if isinstance(schedule, str) else schedule
        set_schedule, *wanted = {
            Schedule.CONSTANT: (lib.nnblas_trainer_set_constant_schedule,),
            Schedule.STEP: (lib.nnblas_trainer_set_step_schedule, "epochs", "factor"),
            Schedule.COSINE: (lib.nnblas_trainer_set_cosine_schedule, "last"),
            Schedule.PLATEAU: (lib.nnblas_trainer_set_plateau_schedule, "epochs", "factor"),
            Schedule.INVERSE: (lib.nnblas_trainer_set_inverse_schedule, "scale", "power"),
            Schedule.ADAPTIVE: (
                lib.nnblas_trainer_set_adaptive_schedule,
                "epochs",
                "factor",
                "last",
            ),
        }[to_constant(Schedule, "schedule", name)]
        _read_tuple("schedule", schedule if numbers else (name,), repr(name), *wanted)
        if wanted[:1] == ["epochs"]:
            numbers[0] = read_count("epochs of the schedule", numbers[0])
        self._set(set_schedule, *numbers)

    @property
    def batch_size(self) -> int:
        """Rows of one step; 0 for all rows."""
        return int(lib.nnblas_trainer_batch_size(self._handle))

    @batch_size.setter
    def batch_size(self, rows: int) -> None:
        self._set(lib.nnblas_trainer_set_batch_size, read_count("batch_size", rows))

    @property
    def shuffle(self) -> bool:
        """Whether each epoch has the rows in another order; else batches are of neighbouring rows."""
        return bool(lib.nnblas_trainer_shuffle(self._handle))

    @shuffle.setter
    def shuffle(self, shuffle: bool) -> None:
        self._set(lib.nnblas_trainer_set_shuffle, shuffle)

    @property
    def seed(self) -> int:
        """Of the shuffling and of the choice of validation rows."""
        return int(lib.nnblas_trainer_seed(self._handle))

    @seed.setter
    def seed(self, seed: int) -> None:
        self._set(lib.nnblas_trainer_set_seed, read_count("seed", seed))

    # ---- stopping and validation

    @property
    def epochs(self) -> int:
        """How many epochs a fit has at most."""
        return int(lib.nnblas_trainer_epochs(self._handle))

    @epochs.setter
    def epochs(self, epochs: int) -> None:
        self._set(lib.nnblas_trainer_set_epochs, read_count("epochs", epochs))

    @property
    def desired_cost(self) -> float:
        """fit stops where the cost is at or under it; 0 for never."""
        return float(lib.nnblas_trainer_desired_cost(self._handle))

    @desired_cost.setter
    def desired_cost(self, cost: float) -> None:
        self._set(lib.nnblas_trainer_set_desired_cost, cost)

    @property
    def time_limit(self) -> float:
        """fit stops after the epoch in which this many seconds are over; 0 for never."""
        return float(lib.nnblas_trainer_time_limit(self._handle))

    @time_limit.setter
    def time_limit(self, seconds: float) -> None:
        self._set(lib.nnblas_trainer_set_time_limit, seconds)

    @property
    def validation_fraction(self) -> float:
        """The share of the rows of fit, drawn by the seed, that validates; 0 for none."""
        return float(lib.nnblas_trainer_validation_fraction(self._handle))

    @validation_fraction.setter
    def validation_fraction(self, fraction: float) -> None:
        self._set(lib.nnblas_trainer_set_validation_fraction, fraction)

    @property
    def score(self) -> Score:
        """What is watched of the validation rows: 'none' (their cost), 'accuracy', 'labels', 'r2'."""
        return Score(lib.nnblas_trainer_score(self._handle))

    @score.setter
    def score(self, score: Union[str, Score]) -> None:
        self._set(lib.nnblas_trainer_set_score, to_constant(Score, "score", score))

    @property
    def patience(self) -> int:
        """fit stops where the watched number has not improved for this many epochs; 0 for never."""
        return int(lib.nnblas_trainer_patience(self._handle))

    @patience.setter
    def patience(self, epochs: int) -> None:
        self._set(lib.nnblas_trainer_set_patience, read_count("patience", epochs))

    @property
    def tolerance(self) -> float:
        """By how much the watched number must be better than the best before to improve."""
        return float(lib.nnblas_trainer_tolerance(self._handle))

    @tolerance.setter
    def tolerance(self, tolerance: float) -> None:
        self._set(lib.nnblas_trainer_set_tolerance, tolerance)

    # ---- history and checkpoints

    @property
    def history(self) -> numpy.typing.NDArray[numpy.void]:
        """The epochs of the last fit, the oldest first: a structured array of shape (n_epochs,) with
        the fields of `Epoch`."""
        if self._callback_thread != threading.get_ident():
            # A fit may be writing it.
            with self._lock:
                self._check_idle()
                return self._read_history()
        return self._read_history()

    def _read_history(self) -> numpy.typing.NDArray[numpy.void]:
        count = lib.nnblas_trainer_history_count(self._handle)
        history = numpy.zeros(count, _EPOCH_TYPE)
        epoch = ffi.from_buffer("nnblas_epoch[]", history)
        for index in range(count):
            check(lib.nnblas_trainer_history_epoch(self._handle, index, epoch + index, _EPOCH_SIZE))
        return history

    @property
    def history_limit(self) -> Union[int, None]:
        """How many of the last epochs the history keeps; None for all."""
        limit = lib.nnblas_trainer_history_limit(self._handle)
        return None if limit == int(_UNLIMITED) else int(limit)

    @history_limit.setter
    def history_limit(self, epochs: Union[int, None]) -> None:
        limit = _UNLIMITED if epochs is None else read_count("history_limit", epochs)
        self._set(lib.nnblas_trainer_set_history_limit, limit)

    def set_checkpoint(
        self, path: Union[Path, None], epochs: int = 1, *, interval: float = 0.0
    ) -> None:
        """fit saves all that it needs to be resumed to path, which `Net.load` reads too.

        It does so when it ends, and after each epoch whose number is a multiple of epochs, unless the
        last checkpoint was written less than interval seconds ago. path: None for none.
        """
        name = ffi.NULL if path is None else encode_path(path)
        self._set(lib.nnblas_trainer_set_checkpoint, name, read_count("epochs", epochs))
        self._set(lib.nnblas_trainer_set_checkpoint_interval, interval)

    @property
    def checkpoint(self) -> Union[tuple[str, int, float], None]:
        """Path, epochs and interval that `set_checkpoint` was given."""
        epochs = ffi.new("size_t *")
        path = lib.nnblas_trainer_checkpoint(self._handle, epochs)
        if path == ffi.NULL:
            return None
        interval = float(lib.nnblas_trainer_checkpoint_interval(self._handle))
        return os.fsdecode(ffi.string(path)), int(epochs[0]), interval

    def check_checkpoint(self) -> None:
        """Raises the last failure to write a checkpoint, which does not end a training."""
        check(lib.nnblas_trainer_checkpoint_status(self._handle))

    def resume(
        self, path: Union[Path, None], *, derivative_weight: Union[float, None] = None
    ) -> None:
        """The next fit continues from the checkpoint at path, and ends with the same bits as one that
        was not interrupted. None cancels that. derivative_weight: that of the fit, where it was given
        derivatives; the next fit is given them again."""
        name = ffi.NULL if path is None else encode_path(path)
        # fit will be given the weights. Here it counts only whether there are any.
        inputs, labels = self._net._inputs, self._net.n_labels
        row = ffi.new("double[]", max(inputs, labels))
        derivatives = ffi.NULL if derivative_weight is None else row
        setters: dict[str, Callable[[], None]] = {
            "sample weights: some": lambda: self._set_weights(row),
            "validation weights: some": lambda: self._set_validation(
                1, row, inputs, row, labels, row
            ),
        }
        with self._lock:
            self._check_idle()
            fraction = self.validation_fraction
            self._set_derivatives(derivative_weight or 0.0, derivatives, inputs * self._net._outputs)
            try:
                while True:
                    status = lib.nnblas_trainer_resume(self._handle, name)
                    message = get_message() if status < 0 else ""
                    missing = [words for words in setters if message.startswith(words)]
                    if not missing:
                        break
                    setters.pop(missing[0])()
            finally:
                self._set_weights(ffi.NULL)
                self._set_derivatives(1.0, ffi.NULL, 0)
                check(lib.nnblas_trainer_set_validation_fraction(self._handle, fraction))
        if status < 0:
            raise make_error(status, message)

    # ---- training

    def fit(
        self,
        X: FloatArray,
        Y: FloatArray,
        *,
        weights: Union[FloatArray, None] = None,
        derivatives: Union[FloatArray, None] = None,
        derivative_weight: float = 1.0,
        validation: Union[Validation, None] = None,
        callback: Union[Callback, None] = None,
        communicator: Any = None,
        ordered_sums: bool = False,
        communication_timeout: Union[float, None] = None,
    ) -> Status:
        """Trains the network, beginning with the parameters that it has.

        Parameters
        ----------
        X : ndarray of float64, shape (N, inputs)
        Y : ndarray of float64, shape (N, net.n_labels)
            Both may be ranges of columns of a wider table.
        weights : ndarray of shape (N,), optional
            Of the rows. Only their ratios count; rows of weight 0 are left out.
        derivatives : ndarray of shape (N, outputs, inputs), optional
            Of the target: of each output by each input of its row, as `Net.input_jacobian` has those of
            the network. The cost has then derivative_weight / 2 times the mean over the rows of the sum
            of their squared errors more; validation costs and scores are of the values alone. Not with
            Levenberg-Marquardt. Where X was divided by sx and Y by sy, the derivatives are those of the
            target times sx / sy.
        derivative_weight : float, optional
            Finite and above 0. With X and Y of a standard deviation near 1, 1 / inputs lets the
            derivatives of an output count about as much as its values.
        validation : tuple (X, Y) or (X, Y, weights), or Source, optional
            Rows that are not trained on, in place of validation_fraction. fit ends with the
            parameters of the best epoch.
        callback : callable, optional
            Called with an `Epoch` after each epoch, in the thread that called fit. The training stops
            where it returns something true, and where it raises, which then comes from here. It may
            use the network without writing it, read this trainer, also its history, cancel it, and
            use all other objects; setting or fitting this trainer raises RuntimeError.
        communicator : mpi4py.MPI.Comm, optional
            All its processes call fit, each with its own share of the rows, perhaps none, and the same
            settings, and train one network together: as one process with all rows, rank 0's first. All
            begin with the parameters of rank 0, which alone writes and resumes checkpoints. MPI is
            called in another thread (mpi4py asks for MPI_THREAD_MULTIPLE). What one rank is refused for
            all raise, with its number; where its arguments have another type or shape, or its callback
            raises, the others raise GroupError with what that has said.
        ordered_sums : bool, optional
            The bits of one process with all rows, where the shares are those of `share_rows` with this
            network: see nnblas_trainer_set_group in the reference of C.
        communication_timeout : float, optional
            Seconds after which a rank that does not answer is lost, and GroupError is raised, which
            names it.

        Returns
        -------
        Status
            OK after the last epoch, or the reason to stop before.

        Raises
        ------
        NotFiniteError
            Where a number overflows, as with a learning rate that is too large. The parameters are
            then those before the step that failed, or with validation rows the best ones so far.
        KeyboardInterrupt
            After Ctrl-C, within a step, or where checkpoints are written after the epoch. The
            parameters are those after that step, or with validation rows the best ones so far.
        RuntimeError
            Where the trainer is in a fit already, of another thread or around this callback.
        """

        def prepare() -> tuple["_Fit", tuple[Any, ...]]:
            x, N, ldx = read_matrix("X", X, self._net._inputs)
            y, ldy = read_rows("Y", Y, self._net.n_labels, N)
            settings = derivatives, derivative_weight, ordered_sums
            fit = _Fit(self, N, weights, validation, callback, *settings)
            return fit, (N, x, ldx, y, ldy)

        if communicator is None:
            fit, rows = prepare()
        else:
            fit, rows = prepare_together(communicator, communication_timeout, prepare)
            fit.group = Group(communicator, communication_timeout)
        return self._run(fit, lib.nnblas_trainer_fit, *rows)

    def fit_source(
        self,
        source: Source,
        *,
        validation: Union[Validation, None] = None,
        callback: Union[Callback, None] = None,
        communicator: Any = None,
        communication_timeout: Union[float, None] = None,
    ) -> Status:
        """Trains on the rows of a source, as `fit` does on those of arrays, in memory for two blocks of
        them and for one mini-batch.

        A first pass counts and checks the rows. A gradient of all rows is one pass; an epoch of
        mini-batches too, whose rows are shuffled within blocks, and blocks where the source can seek.
        Weights are the source's; there are no derivatives and no validation fraction.

        Parameters
        ----------
        source : Source
            The rows.
        validation : tuple (X, Y) or (X, Y, weights), or Source, optional
            As for `fit`; another source than that of the training rows.
        callback : callable, optional
            As for `fit`.
        communicator : mpi4py.MPI.Comm, optional
            As for `fit`: each process has a source of its own share, perhaps without rows.
        communication_timeout : float, optional
            As for `fit`.

        Returns
        -------
        Status
            As `fit`.

        Raises
        ------
        SourceError
            Where a pass has another number of rows than the first. What the source itself raises comes
            from here, where the training needed those rows, and on the other ranks of a communicator
            SourceError with its rank and words. The parameters are those before the step that failed, or
            with validation rows the best ones so far.
        KeyboardInterrupt
            As of `fit`. The pass that counts ends at the next block, but on ranks.
        """

        def prepare() -> "_Fit":
            if not isinstance(source, Source):
                raise TypeError(f"source is a {type(source).__name__}; it must be a Source")
            fit = _Fit(self, 0, None, validation, callback)
            fit.sources.append(source)
            return fit

        if communicator is None:
            fit = prepare()
        else:
            fit = prepare_together(communicator, communication_timeout, prepare)
            fit.group = Group(communicator, communication_timeout)
        return self._run(fit, lib.nnblas_trainer_fit_source, source._handle)

    def _run(self, fit: _Fit, function: Any, *arguments: Any) -> Status:
        """A fit by this function of the library."""

        def call(hand_over: Any) -> tuple[int, str]:
            fit.begin(hand_over)
            try:
                status = function(self._handle, *arguments)
                fit.note_refusal(status)
                return status, fit.explain(status, get_message() if status < 0 else "")
            finally:
                fit.end()

        def cancel() -> None:
            self.cancel()
            fit.cancel_first_passes(True)

        def forget_cancel() -> None:
            self._forget_cancel()
            fit.cancel_first_passes(False)

        status, message = _interruption.run(call, cancel, forget_cancel)
        fit.raise_error(status, message)
        if status < 0:
            raise fit.make_error(status, message)
        return Status(status)

    def _set_watch(self, function: Any, handle: Any) -> None:
        check(lib.nnblas_trainer_set_epoch_callback(self._handle, function, handle))

    def _set_weights(self, pointer: Any) -> None:
        check(lib.nnblas_trainer_set_sample_weights(self._handle, pointer))

    def _set_derivatives(self, weight: float, pointer: Any, leading: int) -> None:
        check(lib.nnblas_trainer_set_derivatives(self._handle, weight, pointer, leading))

    def _read_validation(
        self, X: FloatArray, Y: FloatArray, weights: Union[FloatArray, None] = None
    ) -> tuple[Any, ...]:
        x, N, ldx = read_matrix("validation X", X, self._net._inputs)
        y, ldy = read_rows("validation Y", Y, self._net.n_labels, N)
        w = ffi.NULL if weights is None else read_array("validation weights", weights, (N,))
        return N, x, ldx, y, ldy, w

    def _set_validation(self, N: int, x: Any, ldx: int, y: Any, ldy: int, w: Any) -> None:
        check(lib.nnblas_trainer_set_validation_rows(self._handle, N, x, ldx, y, ldy))
        check(lib.nnblas_trainer_set_validation_weights(self._handle, w))

    def _set_validation_source(self, source: Source) -> None:
        check(lib.nnblas_trainer_set_validation_source(self._handle, source._handle))

    def check_fit(self) -> None:
        """Raises the failure of the last fit again, as of one of many (`fit_many`)."""
        check(lib.nnblas_trainer_fit_status(self._handle))

    def cancel(self) -> None:
        """Ends a fit that runs in another thread after its step; it returns STOPPED_CANCELLED."""
        check(lib.nnblas_trainer_cancel(self._handle))

    def _forget_cancel(self) -> None:
        """A fit that is refused, as here without rows, clears the request and leaves the rest."""
        with self._lock:
            if not self._is_fitting:
                lib.nnblas_trainer_fit(self._handle, 0, ffi.NULL, 0, ffi.NULL, 0)

    def step(
        self, X: FloatArray, Y: FloatArray, *, weights: Union[FloatArray, None] = None
    ) -> float:
        """One step of the optimizer over all rows, with the state that the steps before it left.
        Shapes as for `fit`; not with L-BFGS or scaled conjugate gradients. Returns the cost before the step."""
        x, N, ldx = read_matrix("X", X, self._net._inputs)
        y, ldy = read_rows("Y", Y, self._net.n_labels, N)
        w = ffi.NULL if weights is None else read_array("weights", weights, (N,))
        cost = ffi.new("double *")
        self._set(lib.nnblas_trainer_step, N, x, ldx, y, ldy, w, cost)
        return float(cost[0])
