# SPDX-License-Identifier: BSD-3-Clause
"""Trains a network by all ranks of mpi4py, and by each rank alone, and compares.

usage: mpirun -np RANKS train_ranks.py
"""
import sys

import nnblas
import numpy as np
from mpi4py import MPI


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
    except nnblas.NNBlasError as error:
        return str(error)
    return ""


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
faults = communicator.allreduce(faults)
if rank == 0:
    print("\n".join(faults) or f"ok {ranks} ranks")
sys.exit(len(faults) > 0)
