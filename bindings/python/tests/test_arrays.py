# SPDX-License-Identifier: BSD-3-Clause
"""What arrays are taken, and what is said of others."""

import numpy
import pytest


def test_columns_of_a_table_are_used_in_place(net, rows):
    X, Y = rows
    table = numpy.hstack([numpy.ones((8, 2)), X, Y, numpy.zeros((8, 3))])
    result = net.predict(table[:, 2:7], out=table[:, 9:11])
    assert result.base is table
    numpy.testing.assert_array_equal(table[:, 9:11], net.predict(X))
    assert (table[:, 11] == 0).all()
    assert net.evaluate(table[:, 2:7], table[:, 7:9]) == net.evaluate(X, Y)


def test_every_second_row_is_used_in_place(net, rows):
    X, _ = rows
    numpy.testing.assert_array_equal(net.predict(X[::2]), net.predict(X[::2].copy()))


def test_one_row_and_one_column_have_any_stride(net, rows):
    X, _ = rows
    numpy.testing.assert_array_equal(net.predict(X[::100]), net.predict(X)[:1])


@pytest.mark.parametrize(
    "change, error, words",
    [
        (lambda X: X.tolist(), TypeError, "X is a list"),
        (lambda X: X.astype("f4"), TypeError, "float32.*astype"),
        (lambda X: numpy.ma.masked_array(X), TypeError, "mask would be ignored"),
        (lambda X: X.astype(">f8"), TypeError, ">f8"),
        (lambda X: numpy.asfortranarray(X), ValueError, "side by side.*ascontiguousarray"),
        (lambda X: X[::-1], ValueError, "backwards"),
        (lambda X: X[:, :4], ValueError, r"\(8, 4\); it must have \(N, 5\)"),
        (lambda X: X[0], ValueError, r"\(5,\).*reshape\(1, -1\)"),
        (lambda X: X[None], ValueError, r"\(1, 8, 5\)"),
    ],
)
def test_other_inputs_are_refused(net, rows, change, error, words):
    with pytest.raises(error, match=words):
        net.predict(change(rows[0]))


def test_labels_have_a_row_for_each(net, rows):
    X, Y = rows
    with pytest.raises(ValueError, match=r"Y has shape \(7, 2\); it must have \(8, 2\)"):
        net.evaluate(X, Y[:7])


def test_unaligned_rows_are_refused(net):
    X = numpy.zeros(8 * 8 * 5 + 4, dtype="u1")[4:].view("f8").reshape(8, 5)
    with pytest.raises(ValueError, match="aligned"):
        net.predict(X)


def test_output_must_be_writable(net, rows):
    out = numpy.zeros((8, 2))
    out.flags.writeable = False
    gradient = numpy.zeros_like(net.parameters)
    gradient.flags.writeable = False
    with pytest.raises(ValueError, match="out cannot be written"):
        net.predict(rows[0], out=out)
    with pytest.raises(ValueError, match="out cannot be written"):
        net.gradient(*rows, out=gradient)
    assert (out == 0).all() and (gradient == 0).all()


def test_output_must_not_overlap(net, rows):
    table = numpy.ones((8, 6))
    with pytest.raises(ValueError, match="overlap|share"):
        net.predict(table[:, :5], out=table[:, 4:])
    assert (table == 1).all()


def test_output_has_its_shape(net, rows):
    with pytest.raises(ValueError, match=r"out has shape \(8, 3\)"):
        net.predict(rows[0], out=numpy.zeros((8, 3)))
    with pytest.raises(ValueError, match="out is not contiguous"):
        net.gradient(*rows, out=numpy.zeros((net.parameters.size, 2))[:, 0])


@pytest.mark.parametrize(
    "out", [numpy.zeros((8, 2), "f4"), numpy.ma.zeros((8, 2)), [[0.0, 0.0]] * 8]
)
def test_advice_for_an_output_is_no_copy(net, rows, out):
    with pytest.raises(TypeError, match="out .*numpy.empty"):
        net.predict(rows[0], out=out)
