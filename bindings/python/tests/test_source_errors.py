# SPDX-License-Identifier: BSD-3-Clause
"""What the functions of a source and callbacks raise, and what a source may not hand out."""

import _thread
import threading
import time

import numpy
import pytest

import nnblas
from nnblas import Net, Source, Trainer

ROWS, INPUTS, LABELS = 20, 4, 2


@pytest.fixture
def rows():
    random = numpy.random.default_rng(8)
    return random.standard_normal((ROWS, INPUTS)), random.random((ROWS, LABELS))


def make_trainer(**settings):
    return Trainer(Net([INPUTS, 3, LABELS], seed=1), **{"epochs": 3, **settings})


class Disk:
    """Rows of which those of some passes, from 0, cannot be read."""

    words = "the disk is away"

    def __init__(self, rows, *bad_passes):
        self.rows = rows
        self.bad_passes = bad_passes
        self.passes = 0
        self.has_failed = threading.Event()

    def __call__(self):
        self.passes += 1
        if self.passes - 1 in self.bad_passes:
            self.has_failed.set()
            raise RuntimeError(self.words)
        yield self.rows

    def make_source(self, **settings):
        return Source(INPUTS, LABELS, self, **settings)


# ---- failures of what was read ahead


@pytest.mark.parametrize("is_validation", [False, True])
def test_a_pass_that_is_not_needed_fails(rows, is_validation):
    """The pass of the next epoch is read ahead. Passes: the first counts."""
    disk, trainer = Disk(rows, 3), make_trainer()

    def callback(epoch):
        if epoch.epoch == 2:
            assert disk.has_failed.wait(20)
            trainer.cancel()

    source, other = disk.make_source(), Source.from_arrays(*rows)
    train, validation = (other, source) if is_validation else (source, None)
    status = trainer.fit_source(train, validation=validation, callback=callback)
    assert status == nnblas.Status.STOPPED_CANCELLED and len(trainer.history) == 2
    expected = trainer.net.evaluate_source(other)
    assert trainer.net.evaluate_source(source) == pytest.approx(expected, rel=1e-12)


def test_the_source_that_ends_the_fit_is_raised(rows):
    """And not the other one, whose next pass is read ahead and not needed."""
    train, validation, trainer = Disk(rows, 3), Disk(rows, 3), make_trainer()
    train.words = "the training disk is away"

    def callback(epoch):
        assert epoch.epoch < 2 or validation.has_failed.wait(20)

    source = train.make_source(read_ahead=False)
    with pytest.raises(RuntimeError, match="the training disk"):
        trainer.fit_source(source, validation=validation.make_source(), callback=callback)
    assert len(trainer.history) == 2


def test_the_validation_source_that_ends_the_fit_is_raised(rows):
    """The pass of the training source that is read ahead is that of the third epoch."""
    train, trainer = Disk(rows, 3), make_trainer()
    train.words, passes = "the training disk is away", iter(range(9))

    def blocks():
        if next(passes) == 2:
            assert train.has_failed.wait(20)
            raise KeyError("validation")
        yield rows

    validation = Source(INPUTS, LABELS, blocks, read_ahead=False)
    with pytest.raises(KeyError, match="validation"):
        trainer.fit_source(train.make_source(), validation=validation)
    assert len(trainer.history) == 1


def test_a_callback_stops_before_the_pass_that_fails(rows):
    disk, trainer = Disk(rows, 3), make_trainer()

    def callback(epoch):
        return epoch.epoch == 2 and disk.has_failed.wait(20)

    assert trainer.fit_source(disk.make_source(), callback=callback) == nnblas.Status.STOPPED_CALLBACK
    disk, trainers = Disk(rows, 3), [make_trainer()]
    statuses = nnblas.fit_many(trainers, *rows, validation=[disk.make_source()], callback=callback)
    assert statuses == [nnblas.Status.STOPPED_CALLBACK]


def test_a_callback_raises_before_the_pass_that_fails(rows):
    """The next call does not raise the failure of the last."""
    disk, trainer = Disk(rows, 3), make_trainer()

    def callback(epoch):
        if epoch.epoch == 2 and disk.has_failed.wait(20):
            raise KeyError("metric")

    source = disk.make_source()
    with pytest.raises(KeyError, match="metric"):
        trainer.fit_source(source, callback=callback)
    with pytest.raises(nnblas.ArgumentError, match="the network has 1 and 2"):
        Net([1, LABELS]).evaluate_source(source)
    with pytest.raises(nnblas.SourceError, match="was set to"):
        trainer.fit_source(
            Source(INPUTS, LABELS, lambda: [rows], rows=ROWS + 1), validation=source
        )
    assert trainer.net.evaluate_source(source) > 0


def test_a_source_in_use_keeps_what_it_raises(rows):
    """A call that is refused the source neither raises nor clears it."""
    disk, trainer = Disk(rows, 3), make_trainer()
    other, refusals = Net([INPUTS, LABELS], seed=1), []
    source = disk.make_source()

    def callback(epoch):
        if epoch.epoch == 2:
            assert disk.has_failed.wait(20)
            with pytest.raises(nnblas.ArgumentError, match="used by another call"):
                other.evaluate_source(source)
            refusals.append(1)

    with pytest.raises(RuntimeError, match="the disk is away"):
        trainer.fit_source(source, callback=callback)
    assert refusals == [1]


# ---- Ctrl-C


@pytest.mark.parametrize("use", ["evaluate", "fit", "again", "validation", "fit_many"])
def test_a_refused_call_leaves_where_another_stops(rows, use):
    """In the passes after the first Ctrl-C ends a fit after its step, and not within it."""
    source, other, refusals = Disk(rows).make_source(), Net([INPUTS, LABELS], seed=1), []
    trainer = make_trainer()

    def callback(epoch):
        with pytest.raises((nnblas.ArgumentError, RuntimeError), match="used by another|in a fit"):
            USES[use](other, rows, source) if use != "again" else trainer.fit_source(source)
        refusals.append(source._rows.may_stop)

    trainer.fit_source(source, callback=callback)
    assert refusals == [False] * 3


def fit_many(net, rows, source):
    nnblas.fit_many([Trainer(net, epochs=2)], *rows, validation=[source])


USES = {
    "evaluate": lambda net, rows, source: net.evaluate_source(source),
    "gradient": lambda net, rows, source: net.cost_and_gradient_source(source),
    "fit": lambda net, rows, source: Trainer(net, epochs=2).fit_source(source),
    "validation": lambda net, rows, source: Trainer(net, epochs=2).fit(*rows, validation=source),
    "fit_many": fit_many,
}


@pytest.mark.parametrize("read_ahead", [True, False])
@pytest.mark.parametrize("use", USES)
def test_interruption_of_an_endless_source(rows, use, read_ahead):
    passes = []

    def blocks():
        passes.append(1)
        if len(passes) == 1:
            for number in range(1000):
                if number == 3:
                    _thread.interrupt_main()
                time.sleep(0.01)
                yield rows
            passes.append("it goes on")
        yield rows

    net = make_trainer().net
    source = Source(INPUTS, LABELS, blocks, block_rows=7, read_ahead=read_ahead)
    with pytest.raises(KeyboardInterrupt):
        USES[use](net, rows, source)
    assert len(passes) == 1
    USES[use](net, rows, source)


def test_interruption_after_the_pass_that_counts(rows):
    """The epoch is ended, and its checkpoint has what was learnt."""
    passes = []

    def blocks():
        passes.append(1)
        for first in range(0, ROWS, 5):
            if len(passes) == 3 and first == 5:
                _thread.interrupt_main()
                time.sleep(0.5)
            yield tuple(array[first : first + 5] for array in rows)

    trainer = make_trainer(epochs=50)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit_source(Source(INPUTS, LABELS, blocks, block_rows=5, read_ahead=False))
    assert 1 < len(trainer.history) < 50


# ---- blocks


@pytest.mark.parametrize(
    "change, error, words",
    [
        (lambda a: numpy.ma.masked_greater(a, 0.5), TypeError, "is a masked array, whose mask"),
        (lambda a: list(numpy.ma.masked_greater(a, 0.5)), TypeError, "is a masked array, whose mask"),
        (lambda a: a + 1j, TypeError, "has complex numbers"),
        (lambda a: (a + 1j).astype(object), TypeError, "has complex numbers"),
        (lambda a: (a + 1j).tolist(), TypeError, "has complex numbers"),
        (lambda a: a[..., None, None], ValueError, "shape"),
    ],
)
@pytest.mark.parametrize("which, name", enumerate(["X", "Y", "weights"]))
def test_what_is_no_table_of_numbers(rows, which, name, change, error, words):
    arrays = [*rows, numpy.ones(ROWS)]
    arrays[which] = change(arrays[which])
    net = make_trainer().net
    with pytest.raises(error, match=f"{name}.* {words}"):
        net.evaluate_source(Source.from_arrays(*arrays))
    if error is TypeError:
        source = Source(INPUTS, LABELS, lambda: [arrays], weighted=True)
        with pytest.raises(error, match=f"{name} {words}"):
            net.evaluate_source(source)


def test_slices_are_checked(rows):
    """As of a variable of netCDF4, which hands out masked arrays."""

    class Variable:
        shape = rows[0].shape

        def __len__(self):
            return ROWS

        def __getitem__(self, key):
            part = rows[0][key]
            return numpy.ma.masked_greater(part, 1.0) if len(part) else part

    with pytest.raises(TypeError, match="X is a masked array"):
        make_trainer().net.evaluate_source(Source.from_arrays(Variable(), rows[1]))


def test_none_is_no_end(rows):
    source = Source(INPUTS, LABELS, lambda: iter([rows, None, rows]))
    with pytest.raises(TypeError, match="NoneType"):
        make_trainer().fit_source(source)


def test_tables_of_pandas_are_cut_by_place(rows):
    """A slice of a table whose rows have numbers with fractions as labels is one of labels."""
    pandas = pytest.importorskip("pandas")
    labels = numpy.arange(ROWS) / 2
    tables = [pandas.DataFrame(array, index=labels) for array in rows]
    weights = pandas.Series(numpy.arange(1.0, ROWS + 1), index=labels)
    net = make_trainer().net
    expected = net.evaluate(*rows, weights=weights.to_numpy())
    found = net.evaluate_source(Source.from_arrays(*tables, weights, block_rows=6))
    assert found == pytest.approx(expected, rel=1e-12)
