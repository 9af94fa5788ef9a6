# SPDX-License-Identifier: BSD-3-Clause
"""The processes of an mpi4py communicator as a group that trains one network together.

Sums are made in arrays of their own and copied back: after a failure MPI may still write to them, when
what the library has added up is gone.
"""

import math
import time
from numbers import Real
from typing import TYPE_CHECKING, Any, Callable, TypeVar, Union

import numpy as np

from ._errors import Status, check, make_error, read_count
from ._library import ffi, lib

if TYPE_CHECKING:
    from ._net import Net

# What MPI may still write to after a failure.
_abandoned: list[Any] = []

# Of the limit, the part in which those that gave up waiting look for each other.
_ROLL_CALL = 0.2
# The largest tag that every MPI has: the program's own messages hardly have it.
_ROLL_CALL_TAG = 32767
_MOST_NAMES = 8
_CALLED = "another rank has failed: its message says why"
# Of what a rank tells the others about its exception.
_MOST_BYTES = 1024

_Prepared = TypeVar("_Prepared")


class _LostError(Exception):
    """A rank does not answer."""


# ---- who is left


def _answer(mpi: Any, communicator: Any) -> None:
    """Tells all ranks that this one is here, and gives up."""
    for rank in range(communicator.Get_size()):
        if rank != communicator.Get_rank():
            communicator.Isend([bytearray(1), 0, mpi.BYTE], rank, _ROLL_CALL_TAG).Free()


def _call_roll(mpi: Any, communicator: Any, seconds: float) -> list[int]:
    """Returns the ranks that do not answer."""
    _answer(mpi, communicator)
    missing = set(range(communicator.Get_size())) - {communicator.Get_rank()}
    nothing = [bytearray(1), 0, mpi.BYTE]
    until = time.monotonic() + seconds
    status = mpi.Status()
    while missing and time.monotonic() < until:
        if communicator.Iprobe(mpi.ANY_SOURCE, _ROLL_CALL_TAG, status):
            communicator.Recv(nothing, status.Get_source(), _ROLL_CALL_TAG)
            missing.discard(status.Get_source())
        else:
            time.sleep(2e-4)
    return sorted(missing)


def _name_lost(
    mpi: Any, communicator: Any, seconds: Union[float, None], words: str, all_answer: str
) -> str:
    """"no answer from rank 3 within 30 s": words are the end of it. all_answer is said where none is lost."""
    missing = _call_roll(mpi, communicator, 1.0 if seconds is None else _ROLL_CALL * seconds)
    if not missing:
        return all_answer
    names = ", ".join(map(str, missing[:_MOST_NAMES]))
    more = f" and {len(missing) - _MOST_NAMES} more" if len(missing) > _MOST_NAMES else ""
    return f"no answer from rank{'s' if len(missing) > 1 else ''} {names}{more}{words}"


def _wait_for(
    mpi: Any, communicator: Any, requests: list[Any], seconds: Union[float, None]
) -> None:
    """Gives up at the limit, or where another rank has: all that wait look for each other then."""
    limit = math.inf if seconds is None else seconds
    began, looked = time.monotonic(), 0.0
    while not mpi.Request.Testall(requests):
        waited = time.monotonic() - began
        if waited > looked + 0.05 * min(limit, 1.0):
            looked = waited
            if waited > (1.0 - _ROLL_CALL) * limit:
                words = f" within {limit:g} s"
                all_answer = f"all ranks answer, but the sums are not done{words}"
                raise _LostError(_name_lost(mpi, communicator, seconds, words, all_answer))
            if communicator.Iprobe(mpi.ANY_SOURCE, _ROLL_CALL_TAG):
                raise _LostError(_name_lost(mpi, communicator, seconds, "", _CALLED))
        if waited > 1e-4:
            time.sleep(0 if waited < 0.1 else 1e-3)


# ---- what one rank raises


def _read_seconds(seconds: Any) -> Union[float, None]:
    is_number = isinstance(seconds, Real) and not isinstance(seconds, bool)
    if seconds is not None and not (is_number and float(seconds) >= 0):
        raise ValueError(
            f"communication_timeout is {seconds!r}; it must be None or seconds, 0 or above"
        )
    return None if seconds is None else float(seconds)


def _describe(error: BaseException) -> str:
    """Its words are the program's own and may fail themselves."""
    name = type(error).__name__
    try:
        words = str(error)
    except Exception:
        return name
    return f"{name}: {words}" if words else name


def _complete(communicator: Any, array: Any, request: Any, seconds: Union[float, None]) -> None:
    from mpi4py import MPI

    try:
        _wait_for(MPI, communicator, [request], seconds)
    except _LostError:
        _abandoned.append((communicator, array, request))
        raise


def _find_error(
    communicator: Any, seconds: Union[float, None], error: Union[BaseException, None]
) -> Union[tuple[int, str], None]:
    """On all ranks the first that has an error, and what it says."""
    from mpi4py import MPI

    text = b"" if error is None else _describe(error).encode(errors="replace")[:_MOST_BYTES]
    own = communicator.Get_rank()
    failed = np.zeros(communicator.Get_size())
    failed[own] = error is not None
    _complete(communicator, failed, communicator.Iallreduce(MPI.IN_PLACE, failed), seconds)
    if not failed.any():
        return None
    rank = int(failed.argmax())
    words = bytearray(_MOST_BYTES)
    if rank == own:
        words[: len(text)] = text
    _complete(communicator, words, communicator.Ibcast([words, MPI.BYTE], rank), seconds)
    return rank, words.rstrip(b"\0").decode(errors="ignore")


def prepare_together(
    communicator: Any, seconds: Union[float, None], prepare: Callable[[], _Prepared]
) -> _Prepared:
    """What prepare returns. Where it raises on one rank it does so, and all others raise GroupError:
    they would wait for that rank."""
    error = limit = found = None
    try:
        limit = _read_seconds(seconds)
        prepared = prepare()
    except Exception as raised:
        error = raised
    try:
        found = _find_error(communicator, limit, error)
    except _LostError as lost:
        error = error or make_error(Status.ERROR_GROUP, str(lost))
    if error is not None:
        raise error
    if found is not None:
        rank, words = found
        raise make_error(Status.ERROR_GROUP, f"rank {rank}: its arguments were refused: {words}")
    return prepared


def check_same(communicator: Any, own: dict[str, str], advice: str) -> None:
    """Raises on all ranks where one has another text than rank 0 under some name."""
    each = communicator.allgather(own)
    for rank, texts in enumerate(each):
        for name, text in each[0].items():
            if texts.get(name) != text:
                raise ValueError(f"rank {rank} has another {name} than rank 0: {advice}")


def share_rows(
    communicator: Any, N: int, *, net: Union["Net", None] = None, weighted: bool = False
) -> slice:
    """Which of N rows are those of this process of an mpi4py communicator, as a slice.

    Parameters
    ----------
    communicator : mpi4py.MPI.Comm
        The shares are behind one another in the order of its ranks, and differ by one row at most.
    N : int
        The number of all rows.
    net : Net, optional
        For ``Trainer.fit(..., ordered_sums=True)`` of this network: the shares are whole parts of the sums
        of one process, and some may have no row. ArgumentError where one process would take all rows
        in one part: such a training is too small to divide.
    weighted : bool, optional
        Whether the rows will have weights. Only with a net.

    Returns
    -------
    slice
        ``trainer.fit(X[rows], Y[rows], communicator=communicator)`` trains on all rows together.
    """
    calls = ffi.new(
        "nnblas_group *", {"rank": communicator.Get_rank(), "ranks": communicator.Get_size()}
    )
    first, count = ffi.new("size_t *"), ffi.new("size_t *")
    handle = ffi.NULL if net is None else net._handle
    rows = read_count("N", N)
    check(lib.nnblas_group_share(handle, rows, bool(weighted), calls, first, count))
    return slice(first[0], first[0] + count[0])


class Group:
    """For one fit. Each process makes and ends it."""

    def __init__(self, communicator: Any, seconds: Union[float, None]) -> None:
        from mpi4py import MPI

        self._mpi = MPI
        self._communicator, request = communicator.Idup()
        try:
            _complete(communicator, self._communicator, request, seconds)
        except _LostError as lost:
            raise make_error(Status.ERROR_GROUP, str(lost)) from None
        self._communicator.Set_errhandler(MPI.ERRORS_RETURN)
        self._seconds = seconds
        self._sums: list[tuple[Any, Any]] = []
        self._requests: list[Any] = []
        self._words = ffi.NULL
        self._handle = ffi.new_handle(self)
        self._calls = ffi.new(
            "nnblas_group *",
            {
                "rank": communicator.Get_rank(),
                "ranks": communicator.Get_size(),
                "begin_sum": _begin_sum_from_c,
                "finish_sums": _finish_sums_from_c,
                "broadcast": _broadcast_from_c,
                "describe_failure": _describe_failure_from_c,
                "user": self._handle,
            },
        )

    def prepare(self, prepare: Callable[[], None]) -> None:
        """Where that raises on one rank, all raise."""
        prepare_together(self._communicator, self._seconds, prepare)

    def set_on(self, trainer: Any, ordered: bool) -> int:
        status: int = lib.nnblas_trainer_set_group(trainer, self._calls, ordered)
        return status

    def is_own(self, message: str) -> bool:
        """Whether the message, which all ranks have, is that of this one."""
        return message.startswith(f"rank {self._calls.rank}: ")

    def explain_source(self, message: str, error: Union[BaseException, None]) -> str:
        """The message of the source of one rank, with what that has raised."""
        own = error if self.is_own(message) else None
        try:
            found = _find_error(self._communicator, self._seconds, own)
        except (_LostError, self._mpi.Exception):
            return message
        if found is None:
            return message
        return f"{message.rpartition(': ')[0]}: {found[1]}"

    def check_callback(self, error: Union[BaseException, None]) -> None:
        """After callbacks have stopped the training: raises where that of another rank has raised."""
        found = None
        try:
            found = _find_error(self._communicator, self._seconds, error)
        except (_LostError, self._mpi.Exception) as lost:
            if error is None:
                raise make_error(Status.ERROR_GROUP, str(lost)) from None
        if found is not None and error is None:
            rank, words = found
            raise make_error(Status.ERROR_GROUP, f"rank {rank}: its callback raised {words}")

    def end(self) -> None:
        """After a failure the copy of the communicator stays: to free it would wait for all."""
        is_lost = any(lost[0] is self._communicator for lost in _abandoned)
        if self._words == ffi.NULL and not is_lost:
            self._communicator.Free()
        elif not is_lost:
            _abandoned.append((self._communicator, self._sums, self._requests))

    def _wait(self) -> None:
        _wait_for(self._mpi, self._communicator, self._requests, self._seconds)
        self._requests = []

    def begin_sum(self, target: Any) -> None:
        own = target.copy()
        self._sums.append((target, own))
        self._requests.append(self._communicator.Iallreduce(self._mpi.IN_PLACE, own))

    def finish_sums(self) -> None:
        self._wait()
        for target, own in self._sums:
            target[:] = own
        self._sums = []

    def broadcast(self, target: Any, source: int) -> None:
        own = target.copy()
        self._sums.append((target, own))
        self._requests.append(self._communicator.Ibcast(own, source))
        self.finish_sums()

    def run(self, call: Any) -> int:
        """0, or 1 where the call raises, and what it raised to tell."""
        try:
            call()
            return 0
        except _LostError as error:
            words = str(error)
        except BaseException as error:
            words = self._give_up(error)
        self._words = ffi.new("char[]", words.encode(errors="replace"))
        return 1

    def _give_up(self, error: BaseException) -> str:
        """The others, which wait for this rank, are told."""
        words = _describe(error)
        try:
            if isinstance(error, self._mpi.Exception):
                place = self._mpi, self._communicator, self._seconds
                return _name_lost(*place, f" ({error})", str(error))
            _answer(self._mpi, self._communicator)
        except Exception:  # MPI itself has failed
            pass
        return words

    def describe(self) -> Any:
        return self._words


def _view(values: Any, count: int) -> Any:
    return np.frombuffer(ffi.buffer(values, 8 * count), dtype=np.float64)


def _begin_sum(user: Any, values: Any, count: int) -> int:
    group: Group = ffi.from_handle(user)
    return group.run(lambda: group.begin_sum(_view(values, count)))


def _finish_sums(user: Any) -> int:
    group: Group = ffi.from_handle(user)
    return group.run(group.finish_sums)


def _broadcast(user: Any, values: Any, count: int, source: int) -> int:
    group: Group = ffi.from_handle(user)
    return group.run(lambda: group.broadcast(_view(values, count), source))


def _describe_failure(user: Any) -> Any:
    return ffi.from_handle(user).describe()


_begin_sum_from_c = ffi.callback("nnblas_begin_sum *", _begin_sum, error=1)
_finish_sums_from_c = ffi.callback("nnblas_finish_sums *", _finish_sums, error=1)
_broadcast_from_c = ffi.callback("nnblas_broadcast *", _broadcast, error=1)
_describe_failure_from_c = ffi.callback("nnblas_describe_failure *", _describe_failure)
