# SPDX-License-Identifier: BSD-3-Clause
"""The types and functions of nnblas.h, which the build generates for cffi."""

from typing import Any

ffi: Any
