# SPDX-License-Identifier: BSD-3-Clause
"""Trainings: settings, what fit takes and returns, callbacks, interruptions, checkpoints."""

import copy
import os
import pickle
import signal
import sys
import threading
import time

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
        ("scaled_conjugate_gradient", 1e-3),
        ("levenberg_marquardt", (0.5, 1e-3)),
        ("bayesian", True),
        ("posterior", True),
        ("weight_decay", 0.01),
        ("l1", 0.02),
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


@pytest.mark.parametrize(
    "name, value, error, words",
    [
        ("epochs", -1, nnblas.ArgumentError, "epochs is -1"),
        ("seed", 2**64, nnblas.ArgumentError, "seed is"),
        ("batch_size", 1.5, TypeError, "batch_size is 1.5; it must be an integer"),
        ("batch_size", True, TypeError, "batch_size is True; it must be an integer"),
        ("epochs", numpy.True_, TypeError, "epochs is True; it must be an integer"),
        ("lbfgs", (True, 0.1), TypeError, "memory of lbfgs is True"),
        ("schedule", ("step", True, 0.5), TypeError, "epochs of the schedule is True"),
        ("lbfgs", (-1, 0.1), nnblas.ArgumentError, "lbfgs is -1"),
        ("levenberg_marquardt", (0, 0.1), nnblas.ArgumentError, "damping is 0"),
        ("adam", (0.9, 0.99), ValueError, r"must be \(beta1, beta2, epsilon\)"),
        ("schedule", ("step", 2), ValueError, r"must be \('step', epochs, factor\)"),
        ("schedule", ("step", -2, 0.5), nnblas.ArgumentError, "epochs of the schedule is -2"),
        ("schedule", "cosine", ValueError, r"must be \('cosine', last\)"),
        ("checkpoint", "x", TypeError, "no setting 'checkpoint'; see set_checkpoint"),
        ("schedule", (), TypeError, "schedule is"),
        ("history", 3, TypeError, "no setting 'history'"),
    ],
)
def test_messages_say_what_a_setting_takes(net, name, value, error, words):
    with pytest.raises(error, match=words):
        nnblas.Trainer(net, **{name: value})


def test_the_learning_rate_is_that_of_the_library(net):
    for optimizer in nnblas.Optimizer:
        assert nnblas.Trainer(net, optimizer=optimizer).learning_rate == 1
    assert nnblas.Trainer(net, learning_rate=0.01, optimizer="adam").learning_rate == 0.01


def test_masked_parameters_stay(net, trainer, rows):
    assert trainer.mask is None
    mask = numpy.arange(net.parameters.size) % 3 > 0
    before = net.parameters.copy()
    trainer.mask = mask
    assert trainer.mask.dtype == bool and (trainer.mask == mask).all()
    trainer.fit(*rows)
    assert ((net.parameters == before) == ~mask).all()
    with pytest.raises(ValueError, match=r"mask has shape \(3,\); it must be \(26,\)"):
        trainer.mask = mask[:3]
    with pytest.raises(TypeError, match="mask must be a NumPy array of dtype bool"):
        trainer.mask = mask.astype(float)
    trainer.mask = None
    assert trainer.mask is None


def test_a_trainer_tells_what_it_is(trainer):
    words = repr(trainer)
    assert "Net([5, 3, 2]" in words and "'gradient_descent'" in words and "epochs=20" in words
    for duplicate in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="set_checkpoint"):
            duplicate(trainer)
    with pytest.raises(AttributeError):
        trainer.learning_rte = 1


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


def test_derivatives_of_the_target_are_learned(random):
    X = random.uniform(-2, 2, (30, 2))
    Y = numpy.sin(X[:, :1]) * numpy.cos(X[:, 1:])
    derivatives = numpy.stack(
        [numpy.cos(X[:, 0]) * numpy.cos(X[:, 1]), -numpy.sin(X[:, 0]) * numpy.sin(X[:, 1])], axis=1
    )[:, None, :]
    errors = []
    for given in ({}, {"derivatives": derivatives, "derivative_weight": 0.5}):
        net = nnblas.Net([2, 12, 1], hidden="tanh", output="identity", seed=3)
        trainer = nnblas.Trainer(net, optimizer="rprop", learning_rate=0.1, epochs=400)
        trainer.fit(X, Y, **given)
        errors.append(abs(net.input_jacobian(X) - derivatives).max())
    assert errors[1] < errors[0] / 2
    trainer.fit(X, Y)  # the values alone, as before
    assert trainer.history["cost"][-1] == pytest.approx(net.evaluate(X, Y), rel=0.1)
    derivatives[4, 0, 1] = numpy.nan
    with pytest.raises(nnblas.NotFiniteError, match="dYdX holds a NaN at row 4, column 1"):
        trainer.fit(X, Y, derivatives=derivatives)


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
    with pytest.raises(ValueError, match=r"holds 1 arrays; it must be \(X, Y\)"):
        trainer.fit(*rows, validation=rows[:1])
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

        assert _interruption.run(call, lambda: None, lambda: None) == 1
        assert idents != [threading.get_ident()]
    finally:
        nnblas.set_local_threads(0)


class Interruption(Exception):
    pass


class Call:
    """A call that is over only when it is cancelled."""

    def __init__(self):
        self.is_running = False
        self.cancelled = threading.Event()

    def __call__(self, hand_over):
        self.is_running = True
        hand_over(lambda: None)
        self.cancelled.wait()
        time.sleep(0.001)
        self.is_running = False

    def interrupt_at(self, instruction):
        """Runs it with an exception at that instruction of _interruption.py in this thread."""
        left = instruction

        def trace(frame, event, argument):
            nonlocal left
            if frame.f_code.co_filename != _interruption.__file__:
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                left -= 1
                if left < 0:
                    raise Interruption
            return trace

        timer = threading.Timer(0.05, self.cancelled.set)
        timer.start()
        sys.settrace(trace)
        try:
            _interruption.run(self, self.cancelled.set, lambda: None)
        finally:
            sys.settrace(None)
            is_running = self.is_running
            timer.cancel()
            assert not is_running
        return left


def test_an_exception_at_any_instruction_waits_for_the_end():
    instruction = 0
    while True:
        try:
            if Call().interrupt_at(instruction) >= 0:
                break
        except Interruption:
            pass
        instruction += 1
    assert instruction > 100


# cffi prints an exception that takes the place of another.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_three_signals_at_once_wait_for_the_end():
    call = Call()
    count = 0

    def fail(number, frame):
        nonlocal count
        if call.is_running:
            count += 1
            raise Interruption

    def signal_and_call(hand_over):
        for number in numbers:
            signal.pthread_kill(threading.main_thread().ident, number)
        call(hand_over)

    numbers = range(signal.SIGRTMIN, signal.SIGRTMIN + 3)
    before = [signal.signal(number, fail) for number in numbers]
    try:
        with pytest.raises((Interruption, KeyboardInterrupt)):
            _interruption.run(signal_and_call, call.cancelled.set, lambda: None)
        assert not call.is_running and count > 1
    finally:
        call.cancelled.set()
        for number, handler in zip(numbers, before):
            signal.signal(number, handler)


def test_ctrl_c_at_any_moment_ends_the_training(random):
    X, Y = random.random((200, 10)), random.random((200, 1))
    main = threading.main_thread().ident
    for _ in range(50):
        trainer = nnblas.Trainer(nnblas.Net([10, 10, 1]), epochs=50, learning_rate=1e-3)
        delay = 0.002 + 0.02 * random.random()
        timer = threading.Timer(delay, signal.pthread_kill, (main, signal.SIGINT))
        try:
            timer.start()
            while True:
                assert trainer.fit(X, Y) is Status.OK
        except KeyboardInterrupt:
            parameters = trainer.net.parameters.copy()
        timer.join()
        time.sleep(0.002)
        numpy.testing.assert_array_equal(trainer.net.parameters, parameters)
        assert trainer.fit(X, Y) is Status.OK


# ---- one use at a time


def test_a_callback_must_not_write_its_trainer(trainer, rows):
    def refuse(use):
        def call(epoch):
            with pytest.raises(RuntimeError, match="is in a fit"):
                use()

        return call

    for use in (
        lambda: trainer.fit(*rows),
        lambda: trainer.step(*rows),
        lambda: setattr(trainer, "learning_rate", 0.5),
        lambda: trainer.set_checkpoint(None),
        lambda: trainer.resume(None),
    ):
        assert trainer.fit(*rows, callback=refuse(use)) is Status.OK
    assert len(trainer.history) == 20 and trainer.learning_rate == 1


def test_a_callback_may_read_and_cancel(trainer, rows):
    lengths = []

    def read(epoch):
        lengths.append(len(trainer.history))
        assert trainer.epochs == 20
        if epoch.epoch == 5:
            trainer.cancel()

    assert trainer.fit(*rows, callback=read) is Status.STOPPED_CANCELLED
    assert lengths == [1, 2, 3, 4, 5]


def test_threads_share_no_trainer(net, rows):
    trainer = nnblas.Trainer(net, epochs=10**9)
    begun = threading.Event()
    results = []

    def fit():
        results.append(trainer.fit(*rows, callback=lambda epoch: begun.set()))

    thread = threading.Thread(target=fit)
    thread.start()
    begun.wait()
    try:
        for use in (trainer.fit, trainer.step):
            with pytest.raises(RuntimeError, match="is in a fit"):
                use(*rows)
        with pytest.raises(RuntimeError, match="is in a fit"):
            trainer.epochs = 1
        with pytest.raises(RuntimeError, match="is in a fit"):
            trainer.history
    finally:
        trainer.cancel()
        thread.join()
    assert results == [Status.STOPPED_CANCELLED]
    trainer.epochs = 1
    assert trainer.fit(*rows) is Status.OK


def test_steps_of_two_threads_take_turns(net, rows):
    trainer = nnblas.Trainer(net, learning_rate=1e-3)
    threads = [
        threading.Thread(target=lambda: [trainer.step(*rows) for _ in range(2000)])
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numpy.isfinite(net.parameters).all()


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


def test_checkpoint_of_weights_is_resumed(rows, tmp_path):
    X, Y = rows
    weights = numpy.arange(1.0, 9.0)
    rest = {"weights": weights, "validation": (X[:3], Y[:3], weights[:3])}
    first, again, whole = (nnblas.Net([5, 3, 2]) for _ in range(3))
    trainer = nnblas.Trainer(first, epochs=5)
    trainer.set_checkpoint(tmp_path / "checkpoint")
    trainer.fit(X, Y, **rest)
    resumed = nnblas.Trainer(again, epochs=9)
    resumed.resume(tmp_path / "checkpoint")
    with pytest.raises(nnblas.ArgumentError, match="sample weights"):
        resumed.fit(X, Y)
    assert resumed.fit(X, Y, **rest) is Status.OK
    nnblas.Trainer(whole, epochs=9).fit(X, Y, **rest)
    numpy.testing.assert_array_equal(again.parameters, whole.parameters)
    with pytest.raises(nnblas.ArgumentError, match="momentum|learning_rate|learning rate"):
        nnblas.Trainer(again, learning_rate=0.5).resume(tmp_path / "checkpoint")


def test_checkpoint_of_derivatives_is_resumed(rows, tmp_path):
    X, Y = rows
    rest = {"derivatives": numpy.full((8, 2, 5), 0.1), "derivative_weight": 1 / 3}
    first, again, whole = (nnblas.Net([5, 3, 2]) for _ in range(3))
    trainer = nnblas.Trainer(first, epochs=5)
    trainer.set_checkpoint(tmp_path / "checkpoint")
    trainer.fit(X, Y, **rest)
    resumed = nnblas.Trainer(again, epochs=9)
    with pytest.raises(nnblas.ArgumentError, match="weight of the derivatives: 0.333333 in the"):
        resumed.resume(tmp_path / "checkpoint")
    resumed.resume(tmp_path / "checkpoint", derivative_weight=1 / 3)
    with pytest.raises(nnblas.ArgumentError, match="weight of the derivatives.*none in this"):
        resumed.fit(X, Y)
    assert resumed.fit(X, Y, **rest) is Status.OK
    nnblas.Trainer(whole, epochs=9).fit(X, Y, **rest)
    numpy.testing.assert_array_equal(again.parameters, whole.parameters)


def test_checkpoint_that_cannot_be_written(trainer, rows, tmp_path):
    trainer.set_checkpoint(tmp_path / "none" / "checkpoint")
    assert trainer.fit(*rows) is Status.OK
    with pytest.raises(OSError):
        trainer.check_checkpoint()
    trainer.set_checkpoint(None)
    assert trainer.checkpoint is None


@pytest.mark.skipif(not nnblas.has("lapack"), reason="built without LAPACK")
def test_intervals_by_the_posterior():
    random = numpy.random.default_rng(3)
    X = random.uniform(-1.5, 1.5, (150, 1))
    Y = numpy.sin(2 * X) + 0.2 * random.normal(size=X.shape)
    net = nnblas.Net([1, 8, 1], hidden="tanh", output="identity")
    trainer = nnblas.Trainer(net, optimizer="levenberg_marquardt", epochs=50)
    with pytest.raises(nnblas.ArgumentError, match="no posterior"):
        net.predict_interval(X)
    with pytest.raises(nnblas.ArgumentError, match="there are no estimates"):
        trainer.evidence
    trainer.bayesian = trainer.posterior = True
    trainer.fit(X, Y)
    assert net.has_posterior and trainer.evidence.noise**0.5 == pytest.approx(0.2, abs=0.04)
    assert 2 < trainer.evidence.effective < 25 and trainer.evidence.decay > 0
    O_out, lower, upper = net.predict_interval(X, 0.9)
    numpy.testing.assert_allclose(O_out, net.predict(X), rtol=1e-13)
    assert 0.8 < ((lower < Y) & (Y < upper)).mean() < 0.98
    net.parameters[0] += 1
    assert not net.has_posterior
