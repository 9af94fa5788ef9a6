# SPDX-License-Identifier: BSD-3-Clause
"""Rows that come from a source."""

import threading

import numpy
import pytest

import nnblas
from nnblas import Net, Source, Trainer

ROWS, INPUTS, LABELS = 57, 4, 2


@pytest.fixture
def rows():
    random = numpy.random.default_rng(5)
    return random.standard_normal((ROWS, INPUTS)), random.random((ROWS, LABELS))


@pytest.fixture
def weights():
    return numpy.random.default_rng(6).random(ROWS)


def make_trainer(**settings):
    return Trainer(Net([INPUTS, 6, LABELS], seed=1), **{"optimizer": "rprop", "learning_rate": 0.1, "epochs": 30, **settings})


def cut(size, *arrays):
    """blocks() of so many rows."""

    def blocks():
        for first in range(0, len(arrays[0]), size):
            yield tuple(array[first : first + size] for array in arrays)

    return blocks


@pytest.mark.parametrize("read_ahead", [True, False])
@pytest.mark.parametrize("size", [1, 10, 56, 57, 100])
@pytest.mark.parametrize("block_rows", [0, 7, 57])
def test_fit_is_that_of_arrays(rows, size, block_rows, read_ahead):
    expected, trainer = make_trainer(), make_trainer()
    expected.fit(*rows, validation=rows)
    source = Source(
        INPUTS, LABELS, cut(size, *rows), block_rows=block_rows, read_ahead=read_ahead
    )
    validation = Source.from_arrays(*rows, block_rows=11)
    status = trainer.fit_source(source, validation=validation)
    assert status == nnblas.Status.OK
    numpy.testing.assert_allclose(
        trainer.net.parameters, expected.net.parameters, rtol=0, atol=1e-9
    )
    numpy.testing.assert_allclose(
        trainer.history["validation_cost"], expected.history["validation_cost"], rtol=1e-10
    )
    assert trainer.validation_fraction == 0


def test_validation_by_a_source_and_rows_in_arrays(rows):
    expected, trainer = make_trainer(), make_trainer()
    expected.fit(*rows, validation=rows)
    trainer.fit(*rows, validation=Source.from_arrays(*rows))
    assert numpy.allclose(trainer.net.parameters, expected.net.parameters, atol=1e-9)
    trainer.fit_source(Source.from_arrays(*rows), validation=rows)


def test_costs_and_gradients(rows, weights):
    net = make_trainer().net
    source = Source.from_arrays(*rows, weights, block_rows=10)
    assert source.block_rows == 10
    cost, gradient = net.cost_and_gradient(*rows, weights=weights)
    assert net.evaluate_source(source) == pytest.approx(cost, rel=1e-12)
    found, found_gradient = net.cost_and_gradient_source(source)
    assert found == pytest.approx(cost, rel=1e-12)
    numpy.testing.assert_allclose(found_gradient, gradient, rtol=0, atol=1e-14)


def test_other_types_and_mapped_files(rows, tmp_path):
    X, Y = rows
    numpy.save(tmp_path / "X.npy", X.astype(numpy.float32))
    numpy.save(tmp_path / "Y.npy", Y[:, 0])
    mapped_X = numpy.load(tmp_path / "X.npy", mmap_mode="r")
    mapped_Y = numpy.load(tmp_path / "Y.npy", mmap_mode="r")
    net = Net([INPUTS, 3, 1], seed=2)
    expected = net.evaluate(X.astype(numpy.float32).astype(float), Y[:, :1].copy())
    found = net.evaluate_source(Source.from_arrays(mapped_X, mapped_Y, block_rows=8))
    assert found == pytest.approx(expected, rel=1e-12)


def test_mini_batches_depend_on_the_seed_alone(rows):
    def train(seed, **settings):
        trainer = make_trainer(optimizer="adam", learning_rate=0.01, batch_size=5, seed=seed)
        trainer.fit_source(Source.from_arrays(*rows, block_rows=12, **settings))
        return trainer.net.parameters.copy()

    assert numpy.array_equal(train(1), train(1, read_ahead=False))
    assert not numpy.array_equal(train(1), train(2))


def test_seek(rows):
    begins = []

    def blocks(row):
        begins.append(row)
        yield rows[0][row:], rows[1][row:]

    trainer = make_trainer(optimizer="adam", learning_rate=0.01, batch_size=5, epochs=2)
    trainer.fit_source(Source(INPUTS, LABELS, blocks, seek=True, block_rows=20))
    assert begins[0] == 0 and set(begins) <= {0, 19, 38} and len(set(begins)) == 3


@pytest.mark.parametrize("read_ahead", [True, False])
def test_blocks_run_beside_the_computation(rows, read_ahead):
    """In a thread that is not the main one the library is called there, and no other is to be expected."""
    own, threads = [], set()

    def blocks():
        for first in range(0, ROWS, 10):
            threads.add(threading.get_ident())
            yield tuple(array[first : first + 10] for array in rows)

    def fit():
        own.append(threading.get_ident())
        source = Source(INPUTS, LABELS, blocks, block_rows=10, read_ahead=read_ahead)
        make_trainer(epochs=2).fit_source(source)

    second = threading.Thread(target=fit)
    second.start()
    second.join()
    assert (threads != set(own)) == read_ahead and threading.get_ident() not in threads


def test_counted_rows_are_read_once_less(rows):
    def count_passes(**settings):
        passes = []

        def blocks():
            passes.append(1)
            yield rows

        make_trainer(epochs=2).fit_source(
            Source(INPUTS, LABELS, blocks, read_ahead=False, **settings)
        )
        return len(passes)

    assert count_passes(rows=len(rows[0])) == 2 and count_passes() == 3
    for number in 2**64 - 1, 2**63, 2**53:
        with pytest.raises(nnblas.ArgumentError, match="it must be how many there are"):
            count_passes(rows=number)
    with pytest.raises(nnblas.SourceError, match="the source ended after"):
        count_passes(rows=len(rows[0]) + 1)


def test_what_blocks_raises(rows):
    def blocks():
        yield rows
        raise LookupError("no more tapes")

    trainer = make_trainer()
    start = trainer.net.parameters.copy()
    source = Source(INPUTS, LABELS, blocks, block_rows=10)
    with pytest.raises(LookupError, match="no more tapes"):
        trainer.fit_source(source)
    assert numpy.array_equal(trainer.net.parameters, start)
    with pytest.raises(LookupError, match="no more tapes"):
        trainer.fit(*rows, validation=source)
    with pytest.raises(LookupError, match="no more tapes"):
        trainer.net.evaluate_source(source)
    with pytest.raises(LookupError, match="no more tapes"):
        trainer.net.cost_and_gradient_source(source)


@pytest.mark.parametrize(
    "block, words",
    [
        ((numpy.zeros((3, 5)), numpy.zeros((3, 2))), r"X has shape \(3, 5\)"),
        ((numpy.zeros((3, 4)), numpy.zeros(3)), r"Y has shape \(3,\)"),
        ((numpy.zeros((3, 4)), numpy.zeros((2, 2))), "3 and 2 rows"),
        ((numpy.zeros((3, 4)),), r"1 arrays; it must be \(X, Y\)"),
    ],
)
def test_blocks_are_checked(block, words):
    source = Source(INPUTS, LABELS, lambda: [block])
    with pytest.raises(ValueError, match=words):
        make_trainer().fit_source(source)


def test_passes_differ(rows):
    passes = []

    def blocks():
        passes.append(1)
        yield tuple(array[: ROWS - (len(passes) > 1)] for array in rows)

    with pytest.raises(nnblas.SourceError, match="its first pass had 57"):
        make_trainer().fit_source(Source(INPUTS, LABELS, blocks))


@pytest.mark.parametrize("name", ["rows", "block_rows"])
def test_a_bool_is_no_count(name):
    with pytest.raises(TypeError, match=f"^{name} is True; it must be an integer"):
        Source(INPUTS, LABELS, list, **{name: True})


def test_arguments(rows):
    trainer = make_trainer()
    with pytest.raises(TypeError, match="it must be callable"):
        Source(INPUTS, LABELS, rows)
    with pytest.raises(TypeError, match="it must be a Source"):
        trainer.fit_source(rows)
    with pytest.raises(ValueError, match="as many rows"):
        Source.from_arrays(rows[0], rows[1][1:])
    with pytest.raises(nnblas.ArgumentError, match="3 inputs"):
        trainer.fit_source(Source.from_arrays(rows[0][:, :3], rows[1]))
    same = Source.from_arrays(*rows)
    with pytest.raises(nnblas.ArgumentError, match="used by another call, or twice"):
        trainer.fit_source(same, validation=same)
    trainer.fit_source(same)


def test_lists_are_arrays():
    trainer, expected = make_trainer(epochs=2), make_trainer(epochs=2)
    X, Y = numpy.eye(INPUTS), numpy.eye(INPUTS)[:, :LABELS]
    trainer.fit_source(Source.from_arrays(X.tolist(), Y.tolist()))
    expected.fit_source(Source.from_arrays(X, Y))
    assert numpy.array_equal(trainer.net.parameters, expected.net.parameters)
