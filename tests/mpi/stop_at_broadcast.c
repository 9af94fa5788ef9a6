/* SPDX-License-Identifier: BSD-3-Clause */
/* A rank with this in LD_PRELOAD stops where it first takes part in a broadcast. */
#include <mpi.h>

#include <signal.h>

int MPI_Ibcast(void *values, int count, MPI_Datatype type, int root, MPI_Comm communicator,
               MPI_Request *request) {
    raise(SIGSTOP);
    return PMPI_Ibcast(values, count, type, root, communicator, request);
}
