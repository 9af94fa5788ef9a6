# SPDX-License-Identifier: BSD-3-Clause
"""Data that several tests share."""

import numpy
import pytest

import nnblas


@pytest.fixture
def random():
    return numpy.random.default_rng(1936)


@pytest.fixture
def net():
    return nnblas.Net([5, 3, 2], seed=7)


@pytest.fixture
def rows(random):
    """X and Y for that network."""
    return random.standard_normal((8, 5)), random.random((8, 2))
