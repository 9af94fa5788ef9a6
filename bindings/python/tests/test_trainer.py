# SPDX-License-Identifier: BSD-3-Clause
"""Trainings: settings, what fit takes and returns, callbacks, interruptions, checkpoints."""

import os
import signal
import threading

import numpy
import pytest

import nnblas
from nnblas import Status, _interruption


@pytest.fixture
def trainer(net):
    return nnblas.Trainer(net, epochs=20)


@pytest.mark.parametrize(
    "name, value",
    [
        ("optimizer", nnblas.Optimizer.ADAM),
        ("learning_rate", 0.25),
        ("momentum", 0.5),
        ("adam", (0.5, 0.25, 1e-6)),
        ("lbfgs", (7, 1e-3)),
        ("weight_decay", 0.01),
        ("schedule", ("constant",)),
        ("schedule", ("step", 3, 0.5)),
        ("schedule", ("cosine", 0.01)),
        ("schedule", ("plateau", 4, 0.25)),
        ("schedule", ("inverse", 100.0, 0.5)),
        ("schedule", ("adaptive", 5, 0.2, 1e-6)),
        ("batch_size", 4),
        ("shuffle", False),
        ("seed", 2**64 - 1),
        ("epochs", 3),
        ("desired_cost", 0.125),
        ("time_limit", 60.0),
        ("validation_fraction", 0.25),
        ("score", nnblas.Score.R2),
        ("patience", 9),
        ("tolerance", 0.5),
        ("history_limit", 5),
    ],
)
def test_settings_are_what_they_were_set_to(net, name, value):
    trainer = nnblas.Trainer(net)
    assert getattr(trainer, name) != value or value == ("constant",)
    setattr(trainer, name, value)
    assert getattr(trainer, name) == value
    assert getattr(nnblas.Trainer(net, **{name: value}), name) == value


def test_settings_that_are_refused(net, trainer):
    with pytest.raises(nnblas.ArgumentError):
        trainer.learning_rate = -1
    assert trainer.learning_rate == 1
    with pytest.raises(
        ValueError, match="optimizer is 'sgd'; it must be one of 'gradient_descent'"
    ):
        trainer.optimizer = "sgd"
    with pytest.raises(TypeError, match="no setting 'rate'"):
        nnblas.Trainer(net, rate=1)
    with pytest.raises(TypeError, match="no setting 'fit'"):
        nnblas.Trainer(net, fit=1)
    trainer.history_limit = 3
    trainer.history_limit = None
    assert trainer.history_limit is None


def test_fit_is_gradient_descent(net, trainer, rows):
    expected = net.clone()
    for _ in range(20):
        expected.parameters[:] -= expected.gradient(*rows)
    assert trainer.fit(*rows) is Status.OK
    numpy.testing.assert_allclose(net.parameters, expected.parameters, rtol=1e-12)


def test_history(net, trainer, rows):
    assert len(trainer.history) == 0
    first = net.evaluate(*rows)
    trainer.fit(*rows)
    history = trainer.history
    assert history.dtype.names == nnblas.Epoch._fields
    assert history["epoch"].tolist() == list(range(1, 21))
    assert history["cost"][0] == first and (numpy.diff(history["cost"]) < 0).all()
    assert numpy.isnan(history["validation_cost"]).all()
    assert (history["learning_rate"] == 1).all() and (history["seconds"] >= 0).all()


def test_weights_count_rows(net, trainer, rows):
    X, Y = rows
    weights = numpy.array([0, 1, 1, 1, 0, 1, 1, 2.0])
    start, other = net.parameters.copy(), net.clone()
    trainer.fit(X, Y, weights=weights)
    kept = [1, 2, 3, 5, 6, 7, 7]
    nnblas.Trainer(other, epochs=20).fit(X[kept], Y[kept])
    numpy.testing.assert_allclose(net.parameters, other.parameters, rtol=1e-10)
    # They are those of one fit.
    net.parameters[:] = other.parameters[:] = start
    trainer.fit(X, Y)
    nnblas.Trainer(other, epochs=20).fit(X, Y)
    numpy.testing.assert_array_equal(net.parameters, other.parameters)


def test_validation_rows(net, trainer, rows, random):
    validation = random.standard_normal((6, 5)), random.random((6, 2))
    trainer.validation_fraction = 0.25
    trainer.fit(*rows, validation=validation)
    best = trainer.history["validation_cost"].min()
    assert net.evaluate(*validation) == pytest.approx(best, rel=1e-12)
    weights = numpy.arange(6.0)
    trainer.fit(*rows, validation=(*validation, weights))
    best = trainer.history["validation_cost"].min()
    assert net.evaluate(*validation, weights=weights) == pytest.approx(best, rel=1e-12)
    assert trainer.validation_fraction == 0.25


def test_validation_rows_of_another_shape(trainer, rows):
    with pytest.raises(ValueError, match=r"validation X has shape \(8, 2\)"):
        trainer.fit(*rows, validation=rows[::-1])
    trainer.fit(*rows)


def test_reasons_to_stop(net, rows):
    assert nnblas.Trainer(net, desired_cost=10.0).fit(*rows) is Status.STOPPED_COST
    stopped = nnblas.Trainer(net, patience=1, tolerance=10.0).fit(*rows)
    assert stopped is Status.STOPPED_PATIENCE


def test_divergence_is_an_error(rows):
    net = nnblas.Net([5, 3, 2], output="identity", hidden="relu")
    with pytest.raises(ValueError, match="learning rate") as caught:
        nnblas.Trainer(net, learning_rate=1e200).fit(*rows)
    assert caught.value.status == Status.ERROR_NOT_FINITE
    assert numpy.isfinite(net.parameters).all()


def test_steps_keep_the_state_of_the_optimizer(net, rows):
    other = net.clone()
    settings = {"optimizer": "adam", "learning_rate": 0.1}
    stepping = nnblas.Trainer(net, **settings)
    costs = [stepping.step(*rows) for _ in range(10)]
    whole = nnblas.Trainer(other, **settings, epochs=10)
    whole.fit(*rows)
    numpy.testing.assert_allclose(costs, whole.history["cost"], rtol=1e-12)
    numpy.testing.assert_allclose(net.parameters, other.parameters, rtol=1e-12)
    weights = numpy.ones(8)
    assert stepping.step(*rows, weights=weights) == pytest.approx(whole.step(*rows), rel=1e-9)


# ---- callbacks


def test_callback_is_told_each_epoch(trainer, rows):
    epochs, threads = [], set()

    def note(epoch):
        epochs.append(epoch)
        threads.add(threading.get_ident())

    assert trainer.fit(*rows, callback=note) is Status.OK
    assert threads == {threading.get_ident()}
    for epoch, row in zip(epochs, trainer.history):
        assert epoch[:2] == row.item()[:2] and epoch.learning_rate == 1


def test_callback_stops(trainer, rows):
    assert trainer.fit(*rows, callback=lambda epoch: epoch.epoch == 7) is Status.STOPPED_CALLBACK
    assert len(trainer.history) == 7
    assert trainer.fit(*rows) is Status.OK  # without it


@pytest.mark.parametrize("error", [KeyError("own"), KeyboardInterrupt(), SystemExit(3)])
def test_callback_raises(trainer, rows, error):
    def fail(epoch):
        raise error

    with pytest.raises(type(error)) as caught:
        trainer.fit(*rows, callback=fail)
    assert caught.value is error
    assert any(entry.name == "fail" for entry in caught.traceback)


def test_callback_in_another_thread(trainer, rows):
    idents, errors = [], []

    def fit():
        idents.append(threading.get_ident())
        trainer.fit(*rows, callback=lambda epoch: idents.append(threading.get_ident()))
        try:
            trainer.fit(*rows, callback=lambda epoch: 1 / 0)
        except ZeroDivisionError as error:
            errors.append(error)

    thread = threading.Thread(target=fit)
    thread.start()
    thread.join()
    assert len(idents) == 21 and len(set(idents)) == 1 and len(errors) == 1


def test_callback_may_use_the_network(net, trainer, rows):
    costs = []
    trainer.fit(*rows, callback=lambda epoch: costs.append(net.evaluate(*rows)))
    numpy.testing.assert_allclose(costs[:-1], trainer.history["cost"][1:], rtol=1e-14)


# ---- interruptions


def send_soon(number, seconds=0.2):
    """A signal to this process while fit runs."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), number))
    timer.start()
    return timer


@pytest.fixture
def endless(random):
    """A fit whose first epoch would take minutes."""
    net = nnblas.Net([8, 16, 1])
    trainer = nnblas.Trainer(net, batch_size=1, epochs=1000, learning_rate=1e-6)
    X, Y = random.random((1000000, 8)), random.random((1000000, 1))
    return lambda **arguments: trainer.fit(X, Y, **arguments)


def test_ctrl_c_ends_fit(endless):
    timer = send_soon(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        endless()
    timer.join()


def test_any_handler_that_raises_ends_fit(endless):
    class Expired(Exception):
        pass

    def expire(number, frame):
        raise Expired

    before = signal.signal(signal.SIGALRM, expire)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Expired):
            endless()
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_handler_that_does_not_raise_ends_nothing(net, rows):
    calls, later = [], []

    def stop_later(epoch):
        later.extend(calls)
        return len(later) == 3

    before = signal.signal(signal.SIGUSR1, lambda number, frame: calls.append(number))
    try:
        timer = send_soon(signal.SIGUSR1)
        trainer = nnblas.Trainer(net, epochs=10**9, history_limit=3)
        assert trainer.fit(*rows, callback=stop_later) is Status.STOPPED_CALLBACK
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_ctrl_c_in_a_callback(trainer, rows):
    def interrupt(epoch):
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        trainer.fit(*rows, callback=interrupt)
    assert len(trainer.history) == 1
    assert trainer.fit(*rows) is Status.OK


def test_cancel_from_another_thread(net, rows):
    trainer = nnblas.Trainer(net, epochs=10**9)
    timer = threading.Timer(0.2, trainer.cancel)
    timer.start()
    assert trainer.fit(*rows) is Status.STOPPED_CANCELLED
    timer.join()


def test_a_call_in_a_thread_of_its_own_has_the_threads_of_its_caller():
    nnblas.set_local_threads(1)
    try:
        idents = []

        def call(hand_over):
            idents.append(threading.get_ident())
            return nnblas.local_threads()

        assert _interruption.run(call, lambda: None) == 1
        assert idents != [threading.get_ident()]
    finally:
        nnblas.set_local_threads(0)


# ---- checkpoints


def test_checkpoint_is_resumed(net, rows, tmp_path):
    whole = net.clone()
    nnblas.Trainer(whole, optimizer="adam", learning_rate=0.1, epochs=20).fit(*rows)
    path = tmp_path / "checkpoint"
    first = nnblas.Trainer(net, optimizer="adam", learning_rate=0.1, epochs=7)
    assert first.checkpoint is None
    first.set_checkpoint(path, 3, interval=0.5)
    assert first.checkpoint == (str(path), 3, 0.5)
    first.fit(*rows)
    first.check_checkpoint()
    again = nnblas.Net([5, 3, 2])
    second = nnblas.Trainer(again, optimizer="adam", learning_rate=0.1, epochs=20)
    second.resume(path)
    assert second.fit(*rows) is Status.OK
    numpy.testing.assert_array_equal(again.parameters, whole.parameters)
    numpy.testing.assert_array_equal(nnblas.Net.load(path).layer_sizes, net.layer_sizes)
    second.resume(path)
    second.resume(None)
    with pytest.raises(nnblas.FileError):
        second.resume(tmp_path / "none")


def test_checkpoint_that_cannot_be_written(trainer, rows, tmp_path):
    trainer.set_checkpoint(tmp_path / "none" / "checkpoint")
    assert trainer.fit(*rows) is Status.OK
    with pytest.raises(OSError):
        trainer.check_checkpoint()
    trainer.set_checkpoint(None)
    assert trainer.checkpoint is None
