# SPDX-License-Identifier: BSD-3-Clause
"""Fits that ranks of mpi4py call with other arguments, or that one rank refuses: all ranks raise, and none
waits for the others.

usage: mpirun -np RANKS refuse_ranks.py
"""
import sys
import warnings

import nnblas
import numpy as np
from mpi4py import MPI

try:
    import sklearn
except ImportError:
    sklearn = None

warnings.simplefilter("ignore")
communicator = MPI.COMM_WORLD
rank, ranks = communicator.Get_rank(), communicator.Get_size()
last = ranks - 1
is_other = rank == last > 0
X = np.random.default_rng(3).normal(size=(200, 3))
y = X @ np.array([1.0, 2.0, 3.0])
SETTINGS = {"max_iter": 3, "random_state": 1}


def choose(usual, other):
    """What the last rank has in place of the others'."""
    return other if is_other else usual


def find_fault(name, call, all_raise, own):
    """all_raise: what each rank says. own: what the last one says, where the others say that it has refused."""
    try:
        call()
        words = ""
    except BaseException as error:
        words = f"{type(error).__name__}: {error}"
    if ranks == 1:
        return [f"{name}: {words}"] if words else []
    expected = all_raise or own if all_raise or is_other else f"GroupError: rank {last}: its arguments were refused: "
    is_told = expected in words and (all_raise or own in words)
    return [] if is_told else [f"{name}, rank {rank}: {words or 'trained'}"]


def fit_regressor(X=X, y=y, weights=None, dydx=None, **parameters):
    estimator = nnblas.MLPRegressor((4,), **{**SETTINGS, **parameters})
    return estimator.fit(X, y, weights, dydx, communicator=communicator)


def fit_classifier(y, **parameters):
    estimator = nnblas.MLPClassifier((4,), **{**SETTINGS, **parameters})
    return estimator.fit(X, y, communicator=communicator)


def fit_again():
    estimator = nnblas.MLPRegressor((4,), **SETTINGS, warm_start=True)
    if not is_other:
        estimator.fit(X, y)
    estimator.fit(X, y, communicator=communicator)


def check_other_rows():
    """Each rank needs all rows."""
    signs, numbers = np.where(y > 0, "a", choose("b", "c")), y > choose(0, 0.1)
    upside_down = np.where(choose(y > 0, y <= 0), 0, 1)
    unit = {"scale_targets": True}
    N = choose(200, 120)
    faults = []
    for what, call in [
        ("X", lambda: fit_regressor(X=choose(X, X * 3))),
        ("y", lambda: fit_regressor(X[:N], y[:N])),
        ("y", lambda: fit_regressor(X[:N], y[:N], alpha=0)),
        ("X", lambda: fit_regressor(X=choose(X, X[::-1]))),
        ("y", lambda: fit_regressor(y=choose(y, -y))),
        ("y", lambda: fit_regressor(y=choose(y, 2 * y), **unit)),
        ("y", lambda: fit_classifier(signs)),
        ("y", lambda: fit_classifier(signs.astype(object))),
        ("y", lambda: fit_classifier(numbers)),
        ("y", lambda: fit_classifier(upside_down)),
        ("y", lambda: fit_classifier(upside_down, early_stopping=True)),
        ("sample_weight", lambda: fit_regressor(weights=choose(None, np.ones(200)))),
        ("sample_weight", lambda: fit_regressor(weights=1 + np.arange(200) % choose(2, 3))),
        ("sample_weight", lambda: fit_classifier(y > 0, class_weight={False: 1, True: choose(1, 2)})),
        ("dydx", lambda: fit_regressor(dydx=choose(1.0, 2.0) * np.ones((200, 3)))),
    ]:
        faults += find_fault(what, call, f"ValueError: rank {last} has another {what}", None)
    return faults


def check_other_units():
    """warm_start leaves targets in the unit of the first fit."""
    estimator = nnblas.MLPRegressor((4,), **SETTINGS, warm_start=True, scale_targets=True)
    estimator.fit(X, choose(y, 2 * y))
    call = lambda: estimator.fit(X, y, communicator=communicator)
    return find_fault("unit", call, f"ValueError: rank {last} has another unit of y", None)


def check_other_parameters():
    faults = []
    for name, usual, other in [
        ("tol", 1e-4, 1e-3),
        ("hidden_layer_sizes", (4,), (5,)),
        ("n_iter_no_change", 10, 1),
        ("early_stopping", False, True),
        ("loss", "squared_error", "huber"),
    ]:
        parameters = {**SETTINGS, name: choose(usual, other)}
        call = lambda: nnblas.MLPRegressor(**parameters).fit(X, y, communicator=communicator)
        faults += find_fault(name, call, f"ValueError: rank {last} has another {name} than", None)
    estimator = choose(nnblas.MLPRegressor, nnblas.MLPClassifier)(**SETTINGS)
    call = lambda: estimator.fit(X, (y > 0).astype(int), communicator=communicator)
    faults += find_fault("class", call, f"ValueError: rank {last} has another class", None)
    another = f"ValueError: rank {last} has another network of warm_start"
    return faults + find_fault("warm_start", fit_again, another, None)


def check_refused_estimators():
    """Of one rank alone, before its rows are read."""
    faults = []
    for name, usual, other, own in [
        ("n_restarts", 1, 2, "ValueError: a communicator trains one network"),
        ("n_networks", 1, 2, "ValueError: a communicator trains one network"),
        ("random_state", 1, "x", "The 'random_state' parameter of MLPRegressor must be"),
        ("alpha", 1e-4, -1, "The 'alpha' parameter of MLPRegressor must be"),
    ]:
        call = lambda: fit_regressor(**{name: choose(usual, other)})
        faults += find_fault(name, call, None, own)
    return faults


def fit(derivatives=None, busy=False, **arguments):
    trainer = nnblas.Trainer(nnblas.Net([3, 4, 1], bias=True, seed=3), optimizer="adam", epochs=2)
    arguments["communicator"] = communicator

    def again(_):
        trainer.fit(X, y[:, None], **arguments)

    if busy:
        if is_other:
            trainer.fit(X, y[:, None], callback=again)
        else:
            again(None)
    trainer.fit(X, y[:, None], derivatives=derivatives, **arguments)


def check_refused_trainers():
    faults = []
    slopes = np.ones((200, 1, 3))
    for name, call, own in [
        ("weights", lambda: fit(weights=np.ones(choose(200, 3))), "ValueError: weights"),
        ("validation", lambda: fit(validation=choose(None, (X,))), "ValueError: validation holds 1"),
        ("weight", lambda: fit(slopes, derivative_weight=choose(1.0, -1.0)), "ArgumentError: "),
        ("timeout", lambda: fit(communication_timeout=choose(60, "x")), "communication_timeout is 'x'"),
        ("NaN", lambda: fit(communication_timeout=choose(60, np.nan)), "communication_timeout is nan"),
        ("True", lambda: fit(communication_timeout=choose(60, True)), "communication_timeout is True"),
        ("ordered", lambda: fit(ordered_sums=choose(False, np.ones(2))), "ValueError: The truth value"),
        ("busy", lambda: fit(busy=True), "RuntimeError: "),
    ]:
        faults += find_fault(name, call, None, own)
    return faults


def make_source(fails_in_pass, row=0):
    """The last rank's raises in a pass, at that row or where it begins."""
    passes = iter(range(1000))

    def read(first, end):
        for begin in range(first, end, 20):
            yield X[begin : begin + 20], y[begin : begin + 20, None]
        if end < 200:
            raise OSError("the disk is gone")

    def blocks(first):
        is_bad = next(passes) == fails_in_pass and is_other
        if is_bad and row == 0:
            raise KeyError("no such file")
        return read(first, max(first, row) if is_bad else 200)

    return nnblas.Source(3, 1, blocks, seek=True, block_rows=50)


def check_sources():
    """What one rank's source raises comes out there, and the others are told."""
    faults = []
    for optimizer, batch, n_pass, row, at in [
        ("adam", 0, 0, 60, " at row 60"),
        ("adam", 0, 2, 60, " at row 60"),
        ("adam", 0, 2, 0, ""),
        ("adam", 8, 0, 160, " at row 160"),
        ("adam", 8, 6, 0, ""),
        ("lbfgs", 0, 3, 60, " at row 60"),
        ("levenberg_marquardt", 0, 2, 60, " at row 60"),
    ]:
        for is_validation in False, True:
            if is_validation and (batch or optimizer == "lbfgs"):
                continue
            net = nnblas.Net([3, 4, 1], seed=3)
            trainer = nnblas.Trainer(net, optimizer=optimizer, learning_rate=0.01, epochs=5, batch_size=batch)
            bad, good = make_source(n_pass, row), make_source(-1)
            source, validation = (good, bad) if is_validation else (bad, None)
            call = lambda: trainer.fit_source(source, validation=validation, communicator=communicator)
            name = f"{optimizer}, batch {batch}, pass {n_pass}, row {row}, validation {is_validation}"
            own = "KeyError: 'no such file'" if row == 0 else "OSError: the disk is gone"
            which = "validation source" if is_validation else "source"
            others = f"SourceError: rank {last}: the {which} failed{at}: {own}"
            faults += find_fault(name, call, choose(others, own), None)
    return faults if ranks > 1 else []


class MuteError(ValueError):
    """Has no words when it is first asked."""

    is_asked = False

    def __str__(self):
        if not self.is_asked:
            self.is_asked = True
            raise OSError("no words")
        return "what is this"


def check_callbacks():
    faults = []
    for error, words, told in [
        (ValueError("what is this"), "ValueError: what is this", "ValueError: what is this"),
        (MuteError(), "MuteError: what is this", "MuteError"),
        (SystemExit("enough"), "SystemExit: enough", "SystemExit: enough"),
        (KeyboardInterrupt(), "KeyboardInterrupt", "KeyboardInterrupt"),
    ]:

        def call_back(epoch):
            if is_other:
                raise error

        call = lambda: fit(callback=call_back)
        others = f"GroupError: rank {last}: its callback raised {told}"
        faults += find_fault(told, call, choose(others, words), None)
    return faults


def check_lost_after_callbacks():
    """A rank whose own callback has raised does not say that others are lost meanwhile."""

    def call_back(epoch):
        if is_other:
            raise ValueError("what is this")

    def find_error(*_):
        raise lost

    faults = []
    find = nnblas._group._find_error
    for lost in nnblas._group._LostError("no answer"), MPI.Exception(MPI.ERR_OTHER):
        call = lambda: fit(callback=call_back, communication_timeout=60.0)
        prepare = nnblas._group.Group.prepare

        def prepare_and_lose(group, begin):
            prepare(group, begin)
            nnblas._group._find_error = find_error

        nnblas._group.Group.prepare = prepare_and_lose
        words = f"GroupError: {lost}"
        faults += find_fault("lost", call, choose(words, "ValueError: what is this"), None)
        nnblas._group.Group.prepare, nnblas._group._find_error = prepare, find
    return faults if ranks > 1 else []


def check_failed_sums():
    """A rank that fails in a sum tells the others, whether they wait with a limit or without."""
    faults = []
    begin = nnblas._group.Group.begin_sum
    for limit in None, 60.0:
        sums = iter(range(1000))

        def begin_sum(group, target):
            if next(sums) == 3 and is_other:
                raise MemoryError("no room")
            begin(group, target)

        nnblas._group.Group.begin_sum = begin_sum
        call = lambda: fit(communication_timeout=limit)
        others = "another rank has failed: its message says why"
        faults += find_fault(f"sum, limit {limit}", call, choose(others, "MemoryError: no room"), None)
    nnblas._group.Group.begin_sum = begin
    return faults if ranks > 1 else []


faults = check_refused_trainers() + check_sources() + check_callbacks()
if sklearn:
    faults += check_other_rows() + check_other_units()
    faults += check_other_parameters() + check_refused_estimators()
faults += check_lost_after_callbacks() + check_failed_sums()
faults = communicator.allreduce(faults)
if rank == 0:
    print("\n".join(faults) or f"ok {ranks} ranks")
sys.exit(len(faults) > 0)
