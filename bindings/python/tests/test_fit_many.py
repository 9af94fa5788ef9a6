# SPDX-License-Identifier: BSD-3-Clause
"""Trainings side by side."""

import os
import signal
import threading
import time

import numpy
import pytest

import nnblas
from nnblas import Status

COUNT = 6


@pytest.fixture
def local_threads():
    nnblas.set_threads(2)
    yield
    nnblas.set_threads(0)


def make_trainers(count=COUNT, **settings):
    """Of networks that differ in their weights, and each in its epochs."""
    settings = {"optimizer": "adam", "learning_rate": 0.01, "batch_size": 3, **settings}
    return [
        nnblas.Trainer(nnblas.Net([5, 3, 2], seed=i), seed=i, **{"epochs": 5 + 3 * i, **settings})
        for i in range(count)
    ]


def check_same(trainers, others):
    for trainer, other in zip(trainers, others):
        numpy.testing.assert_array_equal(trainer.net.parameters, other.net.parameters)
        numpy.testing.assert_array_equal(trainer.history["cost"], other.history["cost"])


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_each_network_has_the_bits_of_its_own_fit(rows, threads):
    trainers, alone = make_trainers(), make_trainers()
    nnblas.set_threads(threads)
    try:
        assert nnblas.fit_many(trainers, *rows) == [Status.OK] * COUNT
    finally:
        nnblas.set_threads(0)
    for trainer in alone:
        trainer.fit(*rows)
    check_same(trainers, alone)


def test_weights_and_validation_rows_of_each(rows, random):
    X, Y = rows
    trainers, alone = make_trainers(), make_trainers()
    folds = [numpy.where(numpy.arange(8) % COUNT == f, 0.0, 1.0) for f in range(COUNT)]
    validation = [(X[:2], Y[:2]) if f % 2 else None for f in range(COUNT)]
    nnblas.fit_many(iter(trainers), X, Y, weights=folds, validation=validation)
    for trainer, weights, valid in zip(alone, folds, validation):
        trainer.fit(X, Y, weights=weights, validation=valid)
    check_same(trainers, alone)


def test_weights_and_validation_rows_of_all(rows, random):
    X, Y = rows
    trainers, alone = make_trainers(), make_trainers()
    weights = random.random(8)
    nnblas.fit_many(trainers, X, Y, weights=weights, validation=(X[:2], Y[:2], weights[:2]))
    for trainer in alone:
        trainer.fit(X, Y, weights=weights, validation=(X[:2], Y[:2], weights[:2]))
    check_same(trainers, alone)
    assert all(trainer.validation_fraction == 0 for trainer in trainers)


@pytest.mark.usefixtures("local_threads")
def test_reasons_to_stop(rows):
    trainers = make_trainers()
    trainers[1].desired_cost = 1e6
    trainers[4].patience, trainers[4].tolerance = 2, 1e6
    statuses = nnblas.fit_many(trainers, *rows)
    assert statuses[0] == Status.OK
    assert statuses[1] == Status.STOPPED_COST
    assert statuses[4] == Status.STOPPED_PATIENCE


@pytest.mark.usefixtures("local_threads")
def test_one_that_fails_ends_no_other(rows):
    for raises in (True, False):
        trainers = make_trainers()
        for i in (3, 5):
            trainers[i].net.parameters[0] = numpy.nan
        if raises:
            with pytest.raises(nnblas.NotFiniteError, match="^trainer 3: .* a NaN"):
                nnblas.fit_many(trainers, *rows)
        else:
            statuses = nnblas.fit_many(trainers, *rows, raise_errors=False)
            assert [status < 0 for status in statuses] == [i in (3, 5) for i in range(COUNT)]
        assert [len(t.history) for t in trainers] == [5, 8, 11, 0, 17, 0]
        trainers[4].check_fit()
        with pytest.raises(nnblas.NotFiniteError, match="^W1 holds a NaN"):
            trainers[5].check_fit()


def test_what_is_refused(rows):
    X, Y = rows
    trainers = make_trainers()
    with pytest.raises(nnblas.ArgumentError, match="trainers 0 and 1 have the same network"):
        nnblas.fit_many(
            [trainers[0], nnblas.Trainer(trainers[0].net)], X, Y, raise_errors=False
        )
    with pytest.raises(RuntimeError, match="in a fit already|in a fit"):
        nnblas.fit_many([trainers[2], trainers[2]], X, Y)
    with pytest.raises(nnblas.ArgumentError, match="trainers is empty") as refusal:
        nnblas.fit_many(iter([]), X, Y)
    assert isinstance(refusal.value, ValueError) and refusal.value.status == Status.ERROR_SIZE
    with pytest.raises(TypeError, match="must be a Trainer"):
        nnblas.fit_many([trainers[0], trainers[1].net], X, Y)
    with pytest.raises(ValueError, match="weights must be one for all 6 trainers, or a list"):
        nnblas.fit_many(trainers, X, Y, weights=[None] * 5)
    with pytest.raises(ValueError, match="callback must be"):
        nnblas.fit_many(trainers, X, Y, callback=7)
    with pytest.raises(ValueError, match="Y has shape"):
        nnblas.fit_many(trainers, X, Y[:7])
    # None of them is left in a fit.
    assert nnblas.fit_many(trainers, X, Y) == [Status.OK] * COUNT


# ---- callbacks


@pytest.mark.usefixtures("local_threads")
@pytest.mark.parametrize("is_main", [True, False])
def test_callbacks_run_one_at_a_time(rows, is_main):
    trainers = make_trainers()
    inside, most, threads, seen = [], [], set(), [[] for _ in trainers]

    def watch(i):
        def call(epoch):
            inside.append(i)
            most.append(len(inside))
            threads.add(threading.get_ident())
            time.sleep(0.0005)
            assert len(trainers[i].history) == epoch.epoch
            trainers[i].net.predict(rows[0])
            seen[i].append(epoch.epoch)
            inside.remove(i)

        return call

    def train():
        nnblas.fit_many(trainers, *rows, callback=[watch(i) for i in range(COUNT)])

    if is_main:
        train()
        assert threads == {threading.get_ident()}
    else:
        thread = threading.Thread(target=train)
        thread.start()
        thread.join()
    assert max(most) == 1
    assert seen == [list(range(1, 6 + 3 * i)) for i in range(COUNT)]


def test_callback_for_all_stops_each(rows):
    trainers = make_trainers()
    statuses = nnblas.fit_many(trainers, *rows, callback=lambda epoch: epoch.epoch == 7)
    assert statuses == [Status.OK] + [Status.STOPPED_CALLBACK] * 5


@pytest.mark.usefixtures("local_threads")
def test_what_a_callback_raises_ends_all(rows):
    trainers = make_trainers(epochs=10**9, history_limit=1)

    def fail(epoch):
        if epoch.epoch == 5:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        nnblas.fit_many(trainers, *rows, callback=[fail] + [None] * 5)


@pytest.mark.usefixtures("local_threads")
def test_cancel_of_one(rows):
    trainers = make_trainers()
    trainers[5].epochs = 10**9
    trainers[5].history_limit = 1
    thread = threading.Timer(0.1, trainers[5].cancel)
    thread.start()
    statuses = nnblas.fit_many(trainers, *rows)
    thread.join()
    assert statuses == [Status.OK] * 5 + [Status.STOPPED_CANCELLED]


@pytest.mark.usefixtures("local_threads")
def test_ctrl_c_ends_all(rows):
    trainers = make_trainers(epochs=10**9, history_limit=1)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        nnblas.fit_many(trainers, *rows)
    timer.join()
    for trainer in trainers:
        trainer.epochs = 3
    assert nnblas.fit_many(trainers, *rows) == [Status.OK] * COUNT
