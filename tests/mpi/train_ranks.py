# SPDX-License-Identifier: BSD-3-Clause
"""Trains a network by all ranks of mpi4py, and by each rank alone, and compares.

usage: mpirun -np RANKS train_ranks.py
"""
import sys

import nnblas
import numpy as np
from mpi4py import MPI

try:
    from sklearn.base import clone
except ImportError:
    clone = None


def make_rows():
    random = np.random.default_rng(5)
    X = random.uniform(-1.0, 1.0, (403, 4))
    return X, np.sin(X @ np.array([[1.0, 0.5], [2.0, -1.0], [0.3, 0.2], [0.1, 1.0]]))


def make_trainer(seed, **settings):
    net = nnblas.Net([4, 7, 2], bias=True, seed=seed)
    return nnblas.Trainer(net, optimizer="adam", learning_rate=0.01, epochs=20, **settings)


def fails(call):
    try:
        call()
    except (nnblas.NNBlasError, ValueError) as error:
        return str(error)
    return ""


def check_estimators(communicator):
    """Estimators that have all rows learn what they learn alone; random_state is rank 0's."""
    faults = []
    rank = communicator.Get_rank()
    X, Y = make_rows()
    classes = np.array(["low", "middle", "high"])[(Y[:, 0] > 0).astype(int) + (Y[:, 0] > 0.5)]
    weights = np.arange(len(X)) % 3
    for estimator, y, arguments in [
        (nnblas.MLPRegressor(max_iter=20, random_state=3), 100 + 7 * Y, {}),
        (nnblas.MLPRegressor(max_iter=20, solver="lbfgs", random_state=3), Y[:, 0], {}),
        (nnblas.MLPClassifier(max_iter=20, random_state=3), classes, {"sample_weight": weights}),
        (nnblas.MLPClassifier(max_iter=20, early_stopping=True, random_state=3), classes, {}),
        # Two validation rows: a third rank has none.
        (
            nnblas.MLPRegressor(
                max_iter=20, early_stopping=True, validation_fraction=0.004, random_state=3
            ),
            Y,
            {},
        ),
    ]:
        alone = clone(estimator).fit(X, y, **arguments)
        if rank > 0:
            estimator.random_state = None
        estimator.fit(X, y, communicator=communicator, **arguments)
        difference = max(np.abs(a - b).max() for a, b in zip(alone.coefs_, estimator.coefs_))
        if difference > 1e-9 or alone.n_iter_ != estimator.n_iter_:
            faults.append(f"{estimator}: {difference}, {estimator.n_iter_} epochs")
    last = communicator.Get_size() - 1
    rows = 399 if rank == last else 400
    words = fails(lambda: nnblas.MLPRegressor().fit(X[:rows], Y[:400], communicator=communicator))
    expected = "inconsistent numbers of samples" if rank == last else f"rank {last}: its arguments"
    if expected not in words:
        faults.append(words or "rows without labels are trained on")
    return faults


communicator = MPI.COMM_WORLD
rank, ranks = communicator.Get_rank(), communicator.Get_size()
X, Y = make_rows()
first, end = len(X) * rank // ranks, len(X) * (rank + 1) // ranks
faults = []
for settings in {}, {"batch_size": 16, "validation_fraction": 0.2}:
    alone = make_trainer(3, **settings)
    alone.fit(X, Y)
    together = make_trainer(3 + rank, **settings)
    epochs = []
    together.fit(X[first:end], Y[first:end], communicator=communicator, callback=epochs.append)
    difference = np.abs(together.net.parameters - alone.net.parameters).max()
    if difference > 1e-9 or len(epochs) != 20:
        faults.append(f"{settings}: {difference}, {len(epochs)} epochs")

Y[first] = np.nan if rank == ranks - 1 else 0.0
words = fails(lambda: make_trainer(3).fit(X[first:end], Y[first:end], communicator=communicator))
if f"rank {ranks - 1}: Y holds a NaN at row 0" not in words:
    faults.append(words or "a NaN is trained on")
Y[first] = 0.0
columns = 3 if rank == ranks - 1 else 4
try:
    make_trainer(3).fit(X[first:end, :columns], Y[first:end], communicator=communicator)
    faults.append("a rank's columns are another number than the network's inputs")
except ValueError as error:
    if rank < ranks - 1:
        faults.append(f"the others raise ValueError: {error}")
except nnblas.GroupError as error:
    if rank == ranks - 1 or f"rank {ranks - 1}: its arguments were refused" not in str(error):
        faults.append(str(error))

large_X = np.tile(X, (100, 1))
large_Y = np.sin(large_X @ np.ones((4, 2)))
alone, together = make_trainer(3), make_trainer(3 + rank)
alone.fit(large_X, large_Y)
own = nnblas.share_rows(communicator, len(large_X), net=together.net)
together.fit(large_X[own], large_Y[own], communicator=communicator, ordered_sums=True)
if not np.array_equal(together.net.parameters, alone.net.parameters):
    faults.append("ordered sums have other bits")
if "too few" not in fails(lambda: nnblas.share_rows(communicator, 10, net=alone.net)):
    faults.append("ten rows are divided into parts")

X, Y = make_rows()
together = make_trainer(3 + rank, batch_size=16)
share = nnblas.share_rows(communicator, len(X))
source = nnblas.Source.from_arrays(X[share], Y[share])
together.fit_source(source, communicator=communicator)
bits = communicator.allgather(together.net.parameters.tobytes())
if len(set(bits)) > 1 or len(together.history) != 20:
    faults.append("ranks with sources of their own differ")
alone, together = make_trainer(3), make_trainer(3 + rank)
alone.fit_source(nnblas.Source.from_arrays(X, Y))
together.fit_source(source, communicator=communicator)
difference = np.abs(together.net.parameters - alone.net.parameters).max()
if difference > 1e-9:
    faults.append(f"sources: {difference}")
none_but_first = X[: 0 if rank else len(X)], Y[: 0 if rank else len(Y)]
together = make_trainer(3 + rank)
together.fit_source(nnblas.Source.from_arrays(*none_but_first), communicator=communicator)
difference = np.abs(together.net.parameters - alone.net.parameters).max()
if difference > 1e-9:
    faults.append(f"sources without rows: {difference}")
try:
    make_trainer(3).fit_source(source if rank < ranks - 1 else None, communicator=communicator)
    faults.append("a rank without a source trains")
except (TypeError, nnblas.GroupError) as error:
    if isinstance(error, TypeError) != (rank == ranks - 1):
        faults.append(f"a rank without a source: {error!r}")

if clone:
    faults += check_estimators(communicator)
faults = communicator.allreduce(faults)
if rank == 0:
    print("\n".join(faults) or f"ok {ranks} ranks")
sys.exit(len(faults) > 0)
