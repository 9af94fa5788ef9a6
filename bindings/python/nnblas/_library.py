# SPDX-License-Identifier: BSD-3-Clause
"""Finds and loads libnnblas: `ffi` and `lib` are cffi's names for its types and functions."""

import os
from pathlib import Path
from typing import Any

try:
    from . import _declarations
except ImportError as error:
    raise ImportError(
        f"{Path(__file__).parent} is the source of nnblas, which a build makes a package of: see "
        "its README"
    ) from error

SONAME = "libnnblas.so.0"

ffi: Any = _declarations.ffi

# When Python ends, networks may be collected after the library, which must still be there then.
_FLAGS = ffi.RTLD_NOW | ffi.RTLD_NODELETE


def _list_candidates() -> list[str]:
    chosen = os.environ.get("NNBLAS_LIBRARY")
    if chosen:
        return [chosen]
    beside = Path(__file__).with_name(SONAME)
    return [str(beside), SONAME] if beside.exists() else [SONAME]


def _load() -> Any:
    tried = []
    for candidate in _list_candidates():
        try:
            return ffi.dlopen(candidate, _FLAGS)
        except OSError as error:
            tried.append(str(error))
    raise ImportError(
        "nnblas finds no libnnblas. Tried: "
        + "; ".join(tried)
        + ". Install the library, or set NNBLAS_LIBRARY to the path of its file"
    )


def _check_version(library: Any) -> None:
    """A library that is older than the declarations may lack functions that they have."""
    text = ffi.string(library.nnblas_version()).decode()
    found = tuple(int(number) for number in text.split(".")[:2])
    wanted = (library.NNBLAS_VERSION_MAJOR, library.NNBLAS_VERSION_MINOR)
    if found[0] != wanted[0] or found < wanted:
        raise ImportError(
            f"nnblas is made for libnnblas {wanted[0]}.{wanted[1]} and loaded {text}: install both "
            "of the same release, or see NNBLAS_LIBRARY"
        )


lib: Any = _load()
_check_version(lib)
