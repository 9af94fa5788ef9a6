# SPDX-License-Identifier: BSD-3-Clause
"""Rows that do not fit in memory, or are made as they are needed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Union

import numpy

from . import _interruption
from ._arrays import convert
from ._errors import Status, check, get_message, make_error, read_count
from ._library import ffi, lib

Block = Sequence[Any]
Blocks = Callable[..., Iterable[Block]]

_END: Any = object()


def _read_columns(name: str, array: Any, columns: int) -> Any:
    """The block as float64, a copy where it has another type."""
    found = convert(name, array)
    if found.ndim != 2 or found.shape[1] != columns:
        raise ValueError(f"a block's {name} has shape {found.shape}; it must have (N, {columns})")
    return found


def _view(pointer: Any, rows: int, columns: int) -> Any:
    buffer = ffi.buffer(pointer, rows * columns * 8)
    return numpy.frombuffer(buffer, dtype=numpy.float64).reshape(rows, columns)


def _open(name: str, array: Any) -> Any:
    """What is sliced: lists as the array that they make, and tables of pandas by place, not by the labels
    of their rows. Refused before anything is read."""
    if not hasattr(array, "shape"):
        array = convert(name, array)
    if len(array.shape) not in (1, 2):
        raise ValueError(f"{name} has shape {tuple(array.shape)}; it must have (N,) or (N, columns)")
    convert(name, getattr(array, "iloc", array)[:0])
    return array


def _cut(name: str, array: Any, first: int, end: int) -> Any:
    part = convert(name, getattr(array, "iloc", array)[first:end])
    return part.reshape(len(part), -1)


class _Rows:
    """What the functions that C calls work on. It outlives the source in C, which points to it."""

    def __init__(self, columns: Sequence[int], blocks: Blocks, seeks: bool) -> None:
        self._columns = columns
        self._blocks = blocks
        self._seeks = seeks
        self._iterator: Iterator[Block] = iter(())
        self._block: list[Any] = []
        self._place = 0
        self.error: Union[BaseException, None] = None
        self.failures = 0
        self.is_cancelled = False
        self.may_stop = False

    def arm(self, may_stop: bool) -> Callable[[], None]:
        """For a call that is about to begin. What it returns is for one that is refused: another call, in
        which the rows may be, stops where it could before."""
        could_stop, self.may_stop = self.may_stop, may_stop

        def disarm() -> None:
            self.may_stop = could_stop and self.may_stop

        return disarm

    def _read(self, block: Block) -> list[Any]:
        names = ("X", "Y", "weights")[: len(self._columns)]
        if len(block) != len(names):
            raise ValueError(f"a block holds {len(block)} arrays; it must be ({', '.join(names)})")
        arrays = list(block)
        if len(names) == 3:
            arrays[2] = convert("weights", arrays[2]).reshape(-1, 1)
        found = [
            _read_columns(name, array, columns)
            for name, array, columns in zip(names, arrays, self._columns)
        ]
        if any(len(array) != len(found[0]) for array in found):
            raise ValueError(f"a block has {' and '.join(str(len(a)) for a in found)} rows")
        return found

    def go_to(self, row: int) -> int:
        self.error, self._block, self._place = None, [], 0
        self._iterator = iter(self._blocks(row) if self._seeks else self._blocks())
        return 0

    def hand_out(self, block: Any) -> int:
        while not self._block or self._place == len(self._block[0]):
            following = next(self._iterator, _END)
            if self.is_cancelled and self.may_stop:
                return 1
            if following is _END:
                self.may_stop = False
                block.N = 0
                return 0
            self._block, self._place = self._read(following), 0
        first, count = self._place, min(block.N, len(self._block[0]) - self._place)
        for pointer, array in zip((block.X, block.Y, block.weights), self._block):
            _view(pointer, count, array.shape[1])[...] = array[first : first + count]
        self._place += count
        block.N = count
        return int(self.is_cancelled and self.may_stop)

    def run(self, function: Callable[..., int], *arguments: Any) -> int:
        """In whichever thread the library calls from: what is raised is kept for the one that waits."""
        try:
            return function(*arguments)
        except BaseException as error:
            self.error = error
            self.failures += 1
            return 1


def _get_rows(user: Any) -> _Rows:
    rows = ffi.from_handle(user)
    assert isinstance(rows, _Rows)
    return rows


def _next(user: Any, block: Any) -> int:
    rows = _get_rows(user)
    return rows.run(rows.hand_out, block)


def _restart(user: Any) -> int:
    return _seek(user, 0)


def _seek(user: Any, row: int) -> int:
    rows = _get_rows(user)
    return rows.run(rows.go_to, row)


_next_from_c = ffi.callback("nnblas_next_block *", _next, error=1)
_restart_from_c = ffi.callback("nnblas_restart *", _restart, error=1)
_seek_from_c = ffi.callback("nnblas_seek *", _seek, error=1)


class Source:
    """Rows that come in blocks, for `Trainer.fit_source` and its validation rows.

    Parameters
    ----------
    inputs, n_labels : int
        The columns of X and of Y: those of the network.
    blocks : callable
        blocks() returns what is iterated over for one pass over all rows, from the first: tuples
        (X, Y) of arrays with shapes (rows, inputs) and (rows, n_labels), of any number of rows and any
        type that converts to float64, but masked arrays and complex numbers. Each pass calls it again,
        and must have the same rows.
    seek : bool, optional
        Then it is blocks(row), which begins at that row, from 0: mini-batches are then made of blocks
        in a newly drawn order, and not of rows shuffled within each block alone.
    weighted : bool, optional
        Then it yields (X, Y, weights), the last of shape (rows,).
    block_rows : int, optional
        How many rows are computed with at a time, at most, however many are yielded; 0 for 64 MiB of them.
        A training cuts its rows into equal blocks.
    read_ahead : bool, optional
        Whether the next block is taken, in another thread, while the last one is computed with.
    rows : int, optional
        How many rows there are in all, below 2**53, where that is known: a training then reads them once
        less. Other numbers of rows are an error. 0, the default, where it is not known.

    Notes
    -----
    An array of float64 that NumPy has mapped (``numpy.load(path, mmap_mode="r")``, ``numpy.memmap``) needs no
    source: `Trainer.fit` reads it where it is, and the system loads and drops its pages. A source is for
    other types, as float32 or integers, for HDF5 and the like, for several files, and for rows that are
    made or changed on the way; and it reads the next block while the last one is computed with.

    Examples
    --------
    >>> X = numpy.memmap("X.f32", dtype=numpy.float32, shape=(10**7, 100))   # doctest: +SKIP
    >>> Y = numpy.memmap("Y.f32", dtype=numpy.float32, shape=(10**7, 1))     # doctest: +SKIP
    >>> trainer.fit_source(Source.from_arrays(X, Y))                         # doctest: +SKIP
    """

    __slots__ = ("_handle", "_is_counted", "_rows", "_rows_handle")

    def __init__(
        self,
        inputs: int,
        n_labels: int,
        blocks: Blocks,
        *,
        seek: bool = False,
        weighted: bool = False,
        block_rows: int = 0,
        read_ahead: bool = True,
        rows: int = 0,
    ) -> None:
        if not callable(blocks):
            raise TypeError(f"blocks is a {type(blocks).__name__}; it must be callable, once a pass")
        inputs, n_labels = read_count("inputs", inputs), read_count("n_labels", n_labels)
        self._rows = _Rows((inputs, n_labels, 1) if weighted else (inputs, n_labels), blocks, seek)
        self._rows_handle = ffi.new_handle(self._rows)
        result = ffi.new("nnblas_source **")
        check(
            lib.nnblas_source_create(
                inputs, n_labels, _next_from_c, _restart_from_c, self._rows_handle, result
            )
        )
        self._handle = ffi.gc(result[0], lib.nnblas_source_destroy)
        check(lib.nnblas_source_set_seek(self._handle, _seek_from_c if seek else ffi.NULL))
        check(lib.nnblas_source_set_weighted(self._handle, bool(weighted)))
        check(lib.nnblas_source_set_block_rows(self._handle, read_count("block_rows", block_rows)))
        check(lib.nnblas_source_set_read_ahead(self._handle, bool(read_ahead)))
        check(lib.nnblas_source_set_rows(self._handle, read_count("rows", rows)))
        self._is_counted = rows > 0 and not weighted

    @classmethod
    def from_arrays(
        cls,
        X: Any,
        Y: Any,
        weights: Any = None,
        *,
        block_rows: int = 0,
        read_ahead: bool = True,
    ) -> "Source":
        """The rows of arrays that are sliced, a block at a time: of NumPy, mapped or not and of any type,
        or of what slices alike, such as a dataset of h5py. A vector counts as one column, and lists as the
        array that they make."""
        X, Y = _open("X", X), _open("Y", Y)
        arrays = {"X": X, "Y": Y}
        if weights is not None:
            arrays["weights"] = weights = _open("weights", weights)

        def count_columns(array: Any) -> int:
            return 1 if len(array.shape) == 1 else int(array.shape[1])

        def blocks(row: int) -> Iterator[Block]:
            for first in range(row, len(X), step):
                end = min(first + step, len(X))
                yield [_cut(name, array, first, end) for name, array in arrays.items()]

        if len(X) != len(Y) or (weights is not None and len(weights) != len(X)):
            raise ValueError("X, Y and weights must have as many rows as each other")
        source = cls(
            count_columns(X),
            count_columns(Y),
            blocks,
            seek=True,
            weighted=weights is not None,
            block_rows=block_rows,
            read_ahead=read_ahead,
            rows=len(X),
        )
        step = source.block_rows
        return source

    @property
    def block_rows(self) -> int:
        """How many rows a block has."""
        return int(lib.nnblas_source_block_rows(self._handle))


class Failures:
    """What the functions of sources raise during one call, made before it."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._begun = [(source, source._rows.failures) for source in sources]

    def take(self, is_it: Callable[[Source], bool] = lambda _: True) -> Union[BaseException, None]:
        """After the call, where a source has failed: of that which is it, if there is one. A call may end
        without what was read ahead and has failed: that is no failure of the call."""
        found = None
        for source, failures in sorted(self._begun, key=lambda begun: not is_it(begun[0])):
            rows = source._rows
            if rows.failures != failures:
                error, rows.error = rows.error, None
                found = found or error
        return found


def run_source(source: Source, function: Any, *arguments: Any) -> None:
    """A call of the library that uses a source and returns a status. Ctrl-C ends it at the next block."""
    failures = Failures([source])

    def call(_: Any) -> tuple[int, str]:
        disarm = source._rows.arm(True)
        status = function(*arguments)
        if status == Status.ERROR_VALUE:
            disarm()
        return status, get_message() if status < 0 else ""

    def cancel() -> None:
        source._rows.is_cancelled = True

    def forget_cancel() -> None:
        source._rows.is_cancelled = False

    status, message = _interruption.run(call, cancel, forget_cancel)
    error = failures.take() if status == Status.ERROR_SOURCE else None
    if error is not None:
        raise error
    if status < 0:
        raise make_error(status, message)
