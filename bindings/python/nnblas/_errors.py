# SPDX-License-Identifier: BSD-3-Clause
"""Statuses of the library, and the exceptions that those which are errors become."""

import enum
import errno
import operator
import os
import re

import numpy

from ._library import ffi, lib


class Status(enum.IntEnum):
    """What a function of the library returns: negative for an error, positive where training stopped
    before its last epoch."""

    OK = 0
    ERROR_NULL = -1
    ERROR_SIZE = -2
    ERROR_LEADING = -3
    ERROR_OVERLAP = -4
    ERROR_VALUE = -5
    ERROR_NOT_FINITE = -6
    ERROR_MEMORY = -7
    ERROR_FILE = -8
    ERROR_FORMAT = -9
    ERROR_MISSING = -10
    ERROR_GROUP = -11
    ERROR_SOURCE = -12
    STOPPED_COST = 1
    STOPPED_CALLBACK = 2
    STOPPED_PATIENCE = 3
    STOPPED_TIME = 4
    STOPPED_CONVERGED = 5
    STOPPED_LINE_SEARCH = 6
    STOPPED_CANCELLED = 7
    STOPPED_DAMPING = 8


class NNBlasError(Exception):
    """A failure of the library.

    Attributes
    ----------
    status : Status
        Which error it is.
    """

    def __init__(self, message: str, status: Status) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.status)


class ArgumentError(NNBlasError, ValueError):
    """A size, a setting or an array that the library refuses."""


class NotFiniteError(NNBlasError, ValueError):
    """Data, weights, cost or update hold a NaN or an infinity, as where a training diverges."""


class OutOfMemoryError(NNBlasError, MemoryError):
    """The library is out of memory."""


class FileError(NNBlasError, OSError):
    """A file could not be opened, read or written. errno, strerror and filename are those of OSError
    where the system gave the reason, else None."""

    __str__ = Exception.__str__


class MissingFileError(FileError, FileNotFoundError):
    """There is no such file or folder."""


class FormatError(NNBlasError, ValueError):
    """A file or bytes have another content than they must have."""


class MissingFeatureError(NNBlasError, NotImplementedError):
    """The library was built without this feature."""


class GroupError(NNBlasError, RuntimeError):
    """Processes that train together lost each other, or have other parameters."""


class SourceError(NNBlasError):
    """A row source failed, or handed out what it may not."""


_ERRORS = {
    Status.ERROR_NOT_FINITE: NotFiniteError,
    Status.ERROR_MEMORY: OutOfMemoryError,
    Status.ERROR_FORMAT: FormatError,
    Status.ERROR_MISSING: MissingFeatureError,
    Status.ERROR_GROUP: GroupError,
    Status.ERROR_SOURCE: SourceError,
}


def get_message() -> str:
    """The last failure of the calling thread."""
    text: bytes = ffi.string(lib.nnblas_error_message())
    return text.decode(errors="replace")


_FILE_MESSAGE = re.compile(r"could not .*? \((?P<reason>.*?)\): '(?P<path>.*)'", re.DOTALL)
_NUMBERS = {os.strerror(number): number for number in errno.errorcode}


def _make_file_error(message: str) -> FileError:
    found = _FILE_MESSAGE.fullmatch(message)
    number = _NUMBERS.get(found["reason"]) if found else None
    kind = MissingFileError if number == errno.ENOENT else FileError
    error = kind(message, Status.ERROR_FILE)
    if found:
        error.filename = found["path"]
    if found and number is not None:
        error.errno, error.strerror = number, found["reason"]
    return error


def make_error(status: int, message: str) -> NNBlasError:
    known = Status(status)
    if known == Status.ERROR_FILE:
        return _make_file_error(message)
    return _ERRORS.get(known, ArgumentError)(message, known)


def check(status: int) -> None:
    """Raises the exception of a negative status, in the thread whose call returned it."""
    if status < 0:
        raise make_error(status, get_message())


def read_count(name: str, value: int) -> int:
    """An integer of 0 or above, as the library counts. A bool is a setting that was mistaken for another."""
    try:
        if isinstance(value, (bool, numpy.bool_)):
            raise TypeError
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; it must be an integer") from None
    if not 0 <= count < 2**64:
        raise ArgumentError(
            f"{name} is {count}; it must be 0 or above, and below 2**64", Status.ERROR_VALUE
        )
    return count


def raise_last(status: Status = Status.ERROR_VALUE) -> None:
    """For functions that return null or 0, and no status, where they refuse."""
    raise make_error(status, get_message())
