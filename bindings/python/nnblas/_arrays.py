# SPDX-License-Identifier: BSD-3-Clause
"""NumPy arrays as the library's arguments: checked, and passed without a copy.

A matrix is passed as its address and its leading dimension, so that a range of columns of a wider
table needs no copy. What the library checks itself, such as overlaps, is left to it.
"""

from collections.abc import Sequence
from typing import Any

import numpy
import numpy.typing

from ._library import ffi

FloatArray = numpy.typing.NDArray[numpy.float64]

_FLOAT64 = numpy.dtype(numpy.float64)
_ITEM = _FLOAT64.itemsize
_DOUBLES = ffi.typeof("double[]")
_POINTER = ffi.typeof("double *")
_from_buffer = ffi.from_buffer


def _check_mask(name: str, array: object) -> None:
    if isinstance(array, numpy.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, whose mask would be ignored: {name}.filled(value) has none"
        )


def _check_type(name: str, array: object) -> None:
    if not isinstance(array, numpy.ndarray):
        raise TypeError(
            f"{name} is a {type(array).__name__}; it must be a NumPy array, such as "
            f"numpy.asarray({name}, dtype=numpy.float64)"
        )
    _check_mask(name, array)
    if array.dtype != _FLOAT64:
        raise TypeError(
            f"{name} has dtype {array.dtype}; it must have float64: "
            f"{name}.astype(numpy.float64) makes a copy that has"
        )
    if not array.flags.aligned:
        raise ValueError(f"{name} is not aligned; {name}.copy() is")


def _check_writable(name: str, array: FloatArray) -> None:
    if not array.flags.writeable:
        raise ValueError(f"{name} cannot be written; it is a view of read-only memory")


def _describe(shape: Sequence[object]) -> str:
    return "(" + ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "") + ")"


def _find_leading(name: str, array: FloatArray) -> int:
    """The distance of two rows, in elements."""
    rows, columns = array.shape
    row_bytes, column_bytes = array.strides
    if columns > 1 and column_bytes != _ITEM:
        raise ValueError(
            f"the elements of a row of {name} do not lie side by side, as in a transposed or "
            f"column-major array; numpy.ascontiguousarray({name}) makes a copy where they do"
        )
    if rows < 2:
        return max(columns, 1)
    if row_bytes < columns * _ITEM or row_bytes % _ITEM != 0:
        raise ValueError(
            f"the rows of {name} overlap or run backwards (strides {array.strides}); "
            f"numpy.ascontiguousarray({name}) makes a copy where they do not"
        )
    return row_bytes // _ITEM


def read_matrix(name: str, array: FloatArray, columns: int) -> tuple[Any, int, int]:
    """The pointer, the rows and the leading dimension of a matrix with so many columns.

    The pointer is valid as long as the array is.
    """
    if type(array) is numpy.ndarray and array.dtype is _FLOAT64 and array.ndim == 2:
        flags = array.flags
        rows, width = array.shape
        if width == columns and flags.c_contiguous and flags.aligned:
            return _from_buffer(_DOUBLES, array), rows, columns
    _check_type(name, array)
    if array.ndim != 2 or array.shape[1] != columns:
        hint = ""
        if array.ndim == 1 and columns == 1:
            hint = f"; {name}.reshape(-1, 1) has it"
        elif array.ndim == 1 and array.shape[0] == columns:
            hint = f"; {name}.reshape(1, -1) has it"
        raise ValueError(
            f"{name} has shape {_describe(array.shape)}; it must have (N, {columns}){hint}"
        )
    leading = _find_leading(name, array)
    return ffi.cast(_POINTER, array.ctypes.data), array.shape[0], leading


def read_rows(name: str, array: FloatArray, columns: int, rows: int) -> tuple[Any, int]:
    """The pointer and the leading dimension of a matrix that has as many rows as another."""
    pointer, found, leading = read_matrix(name, array, columns)
    if found != rows:
        raise ValueError(
            f"{name} has shape {_describe(array.shape)}; it must have ({rows}, {columns}), a row "
            "for each row of X"
        )
    return pointer, leading


def _check_output(name: str, array: object) -> None:
    """What is written is no copy: other advice than for inputs."""
    if not isinstance(array, numpy.ndarray) or isinstance(array, numpy.ma.MaskedArray):
        raise TypeError(
            f"{name} is a {type(array).__name__}; it must be a NumPy array of float64, such as "
            "numpy.empty(shape)"
        )
    if array.dtype != _FLOAT64:
        raise TypeError(
            f"{name} has dtype {array.dtype}; what is written must have float64, as "
            "numpy.empty(shape) has"
        )


def write_rows(name: str, array: FloatArray, columns: int, rows: int) -> tuple[Any, int]:
    """As read_rows, of a matrix that is written."""
    if type(array) is not numpy.ndarray or array.dtype is not _FLOAT64:
        _check_output(name, array)
    pointer, leading = read_rows(name, array, columns, rows)
    _check_writable(name, array)
    return pointer, leading


def read_array(name: str, array: FloatArray, shape: tuple[int, ...]) -> Any:
    """The pointer of a contiguous array of that shape."""
    if type(array) is not numpy.ndarray or array.dtype is not _FLOAT64 or not array.flags.aligned:
        _check_type(name, array)
    if array.shape != shape:
        raise ValueError(
            f"{name} has shape {_describe(array.shape)}; it must have {_describe(shape)}"
        )
    if not array.flags.c_contiguous:
        raise ValueError(
            f"{name} is not contiguous and row-major; numpy.ascontiguousarray({name}) makes a copy "
            "that is"
        )
    return _from_buffer(_DOUBLES, array)


def write_array(name: str, array: FloatArray, shape: tuple[int, ...]) -> Any:
    """As read_array, of an array that is written."""
    if type(array) is not numpy.ndarray or array.dtype is not _FLOAT64:
        _check_output(name, array)
    pointer = read_array(name, array, shape)
    _check_writable(name, array)
    return pointer


def read_derivatives(
    derivatives: FloatArray, rows: int, outputs: int, inputs: int
) -> tuple[Any, int]:
    """The pointer and the leading dimension of derivatives of the outputs by the inputs."""
    shape = rows, outputs, inputs
    return read_array("derivatives", derivatives, shape), outputs * inputs


def _is_complex(number: object) -> bool:
    return isinstance(number, (complex, numpy.complexfloating))


def convert(name: str, values: Any) -> FloatArray:
    """As float64, a copy where they have another type. Refuses what would lose a mask or an imaginary
    part."""
    for part in (values, *values) if isinstance(values, (list, tuple)) else (values,):
        _check_mask(name, part)
    array = numpy.asarray(values)
    has_objects = array.dtype == object and any(map(_is_complex, array.flat))
    if array.dtype.kind == "c" or has_objects:
        raise TypeError(f"{name} has complex numbers, whose imaginary parts would be ignored")
    return array.astype(_FLOAT64, copy=False)


class _Memory:
    """The library's memory as an array, which keeps its owner alive: NumPy holds this object as the
    array's base."""

    def __init__(self, owner: object, pointer: Any, shape: tuple[int, ...]) -> None:
        self.owner = owner
        self.__array_interface__ = {
            "version": 3,
            "typestr": _FLOAT64.str,
            "data": (int(ffi.cast("uintptr_t", pointer)), False),
            "shape": shape,
        }


def view_memory(owner: object, pointer: Any, shape: tuple[int, ...]) -> FloatArray:
    """An array at the pointer, which keeps the owner."""
    return numpy.asarray(_Memory(owner, pointer, shape))
