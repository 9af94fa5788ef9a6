# SPDX-License-Identifier: BSD-3-Clause
"""What is of the whole process: threads, measured plans, the library and its BLAS."""

import enum
from collections.abc import Callable
from typing import Any, Union

from ._errors import check, read_count
from ._library import ffi, lib
from ._net import Path, encode_path, to_constant


class Feature(enum.IntEnum):
    """What a build of the library may lack."""

    LBFGS = 1
    LAPACK = 2


def version() -> str:
    """The version of the library that is loaded."""
    text: bytes = ffi.string(lib.nnblas_version())
    return text.decode()


def blas_info() -> str:
    """The loaded BLAS in words, with advice where another core type suits the processor better."""
    text: bytes = ffi.string(lib.nnblas_blas_info())
    return text.decode()


def has(feature: Union[str, Feature]) -> bool:
    """Whether the library was built with a feature, such as 'lbfgs'."""
    return bool(lib.nnblas_has(to_constant(Feature, "feature", feature)))


def set_threads(threads: int) -> None:
    """How many threads a call may use; 0, the default, lets the library decide."""
    check(lib.nnblas_set_threads(read_count("threads", threads)))


def threads() -> int:
    """What `set_threads` was given."""
    return int(lib.nnblas_threads())


def set_local_threads(threads: int) -> None:
    """As `set_threads`, for calls of the calling thread alone."""
    check(lib.nnblas_set_local_threads(read_count("threads", threads)))


def local_threads() -> int:
    """What `set_local_threads` was given in this thread."""
    return int(lib.nnblas_local_threads())


def save_plans(path: Path) -> None:
    """Writes all measured plans of the process to a file."""
    check(lib.nnblas_plans_save(encode_path(path)))


def load_plans(path: Path) -> None:
    """Adds the plans of a file that was measured with this library, BLAS and processor."""
    check(lib.nnblas_plans_load(encode_path(path)))


def forget_plans() -> None:
    """Drops all measured plans."""
    lib.nnblas_plans_forget()


Task = Callable[[int], None]
ParallelFor = Callable[[int, Task], None]

_parallel_for: Any = None


def _wrap(run: ParallelFor) -> Callable[[Any, int, Any, Any], None]:
    def run_tasks(user: Any, count: int, task: Any, context: Any) -> None:
        def run_task(i: int) -> None:
            task(context, i)

        run(count, run_task)

    return run_tasks


def set_parallel_for(run: Union[ParallelFor, None]) -> None:
    """Runs large calls on threads of the program instead of the library's workers.

    run(count, task) calls task(i) for each i below count, on any threads and in any order, and
    returns when all have returned. It must not raise. None: the library's workers again.
    """
    global _parallel_for
    callback = ffi.NULL if run is None else ffi.callback("nnblas_parallel_for *", _wrap(run))
    check(lib.nnblas_set_parallel_for(callback, ffi.NULL))
    _parallel_for = callback
