# SPDX-License-Identifier: BSD-3-Clause
"""The algorithm on arrays beside its formulas in NumPy."""

import numpy
import pytest

import nnblas


@pytest.fixture
def problem(random):
    """X, Y, W1, W2."""
    shapes = (7, 4), (7, 3), (4, 2), (2, 3)
    return [random.random(shape) for shape in shapes]


def compute_plainly(X, Y, W1, W2):
    H_out = 1 / (1 + numpy.exp(-X @ W1))
    O_out = 1 / (1 + numpy.exp(-H_out @ W2))
    O_delta = (O_out - Y) * O_out * (1 - O_out)
    H_delta = O_delta @ W2.T * H_out * (1 - H_out)
    mse = ((O_out - Y) ** 2).sum() / (2 * len(X))
    return H_out, O_out, O_delta, H_delta, X.T @ H_delta / len(X), H_out.T @ O_delta / len(X), mse


def test_forward_and_back(problem):
    X, Y, W1, W2 = problem
    expected = compute_plainly(X, Y, W1, W2)
    H_out, O_out = nnblas.feedforward(X, W1, W2)
    results = H_out, O_out, *nnblas.backpropagate(X, Y, W2, H_out, O_out)
    for result, plain in zip(results, expected):
        numpy.testing.assert_allclose(result, plain, rtol=1e-12)


def test_results_are_written_where_asked(problem):
    X, Y, W1, W2 = problem
    places = tuple(numpy.empty_like(array) for array in compute_plainly(*problem)[:6])
    H_out, O_out = nnblas.feedforward(X, W1, W2, out=places[:2])
    results = nnblas.backpropagate(X, Y, W2, H_out, O_out, out=places[2:])
    assert all(result is place for result, place in zip((H_out, O_out, *results), places))
    with pytest.raises(ValueError, match="out holds 1 arrays; it must hold 2"):
        nnblas.feedforward(X, W1, W2, out=places[:1])


def test_step(problem):
    X, Y, W1, W2 = problem
    *_, W1_update, W2_update, mse = compute_plainly(*problem)
    stepped = W1 - 0.5 * W1_update, W2 - 0.5 * W2_update
    assert nnblas.gradient_step(X, Y, 0.5, W1, W2) == pytest.approx(mse)
    numpy.testing.assert_allclose(W1, stepped[0], rtol=1e-12)
    numpy.testing.assert_allclose(W2, stepped[1], rtol=1e-12)


def test_weights_that_would_overflow_stay(problem):
    X, Y, W1, W2 = problem
    before = W1.copy()
    X[3, 2] = numpy.inf
    with pytest.raises(nnblas.NotFiniteError, match="X holds an infinity at row 3, column 2"):
        nnblas.gradient_step(X, Y, 0.5, W1, W2)
    numpy.testing.assert_array_equal(W1, before)


def test_shapes_must_agree(problem):
    X, Y, W1, W2 = problem
    with pytest.raises(ValueError, match=r"X has shape \(7, 3\); it must have \(7, 4\)"):
        nnblas.feedforward(X[:, :3].copy(), W1, W2)
    with pytest.raises(ValueError, match="contiguous"):
        nnblas.feedforward(numpy.asfortranarray(X), W1, W2)
    with pytest.raises(TypeError, match="W1"):
        nnblas.feedforward(X, W1.ravel(), W2)


def test_matrices_have_two_dimensions(problem):
    X, Y, W1, W2 = problem
    H_out, O_out = nnblas.feedforward(X, W1, W2)
    for name, arguments in (("W2", (X, Y, W2[0])), ("X", (X[0], Y, W2))):
        with pytest.raises(TypeError, match=f"{name} must be a NumPy array of two dimensions"):
            nnblas.backpropagate(*arguments, H_out, O_out)
