# SPDX-License-Identifier: BSD-3-Clause
"""One rank no longer answers: it is absent from the fit, it makes no group, it hangs after the third epoch or is
killed then. Each other rank prints what its fit raises. Rank 0 begins to wait before the others.

usage: mpirun -np RANKS lose_ranks.py SECONDS RANK absent|groupless|hangs|killed
"""
import os
import signal
import sys
import time

import nnblas
import numpy as np
from mpi4py import MPI

communicator = MPI.COMM_WORLD
seconds, how = float(sys.argv[1]), sys.argv[3]
is_lost = communicator.Get_rank() == int(sys.argv[2])


class WithoutGroup(MPI.Intracomm):
    """The copy for the group is never made."""

    def Idup(self):
        time.sleep(60)


def hang(epoch):
    if not is_lost and epoch.epoch == 3:
        time.sleep(0.4 * seconds if communicator.Get_rank() > 0 else 0)
    if is_lost and epoch.epoch == 3 and how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    while is_lost and epoch.epoch == 3 and how == "hangs":
        time.sleep(1)


if is_lost and how == "absent":
    time.sleep(60)
if is_lost and how == "groupless":
    communicator = WithoutGroup(communicator)
trainer = nnblas.Trainer(nnblas.Net([3, 4, 1], seed=1), epochs=10)
X = np.arange(150.0).reshape(50, 3) / 150
try:
    trainer.fit(X, X[:, :1], communicator=communicator, callback=hang, communication_timeout=seconds)
except nnblas.NNBlasError as error:
    print(f"{type(error).__name__}: {error}", flush=True)
# The others may still have to print.
time.sleep(1)
communicator.Abort(3)
