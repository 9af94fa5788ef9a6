/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libnnblas_mpi: the processes of an MPI communicator as a group of libnnblas (nnblas_group in
 * nnblas.h), so that they train one network together. Link with -lnnblas_mpi -lnnblas and MPI, or
 * with pkg-config nnblas_mpi.
 *
 *   MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
 *   nnblas_mpi_group *group;
 *   nnblas_mpi_group_create(MPI_COMM_WORLD, 30.0, &group);
 *   nnblas_group_share(NULL, N, 0, nnblas_mpi_group_calls(group), &first, &count);
 *   nnblas_trainer_set_group(trainer, nnblas_mpi_group_calls(group), 0);
 *   nnblas_trainer_fit(trainer, count, X_share, ldx, Y_share, ldy);
 *   nnblas_mpi_group_destroy(group);
 *   MPI_Finalize();
 *
 * Threads: MPI is called in the threads that call the functions below and nnblas_trainer_fit, never
 * in a worker. MPI_THREAD_SINGLE or FUNNELED is enough where that is the thread that called
 * MPI_Init_thread; MPI_THREAD_SERIALIZED where it is another one and nobody else calls MPI
 * meanwhile; else MPI_THREAD_MULTIPLE.
 *
 * The library neither starts nor ends MPI, prints nothing and ends no process. It works on a copy
 * of the communicator (MPI_Comm_idup), which returns errors; the error handler of the caller's own
 * stays. Open MPI passes errors of sums on to that of MPI_COMM_WORLD, which ends all processes
 * where the caller has not set MPI_ERRORS_RETURN there.
 */
#ifndef NNBLAS_MPI_H
#define NNBLAS_MPI_H

#include <mpi.h>
#include <nnblas.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opaque. One training at a time may use it. */
typedef struct nnblas_mpi_group nnblas_mpi_group;

/*
 * Makes a group of all processes of the communicator, each of which calls it. seconds: how long
 * this call, a sum or a broadcast may take from the moment that a process waits for the others, so
 * that it must be more than the slowest rank may be behind; 0 for any time. At its end, or where
 * MPI reports an error, the processes find out which of them no longer answer, and each that waited
 * returns NNBLAS_ERROR_GROUP, from here or from nnblas_trainer_fit, with a message such as "no
 * answer from rank 3 within 30 s". A rank that is alive but too slow counts as lost too. A rank
 * that runs out of memory says so, and ends the waiting of the others at once: their message is
 * that another rank has failed, and names none. What happens to the process is the caller's
 * business: MPI_Finalize may wait for the lost rank, MPI_Abort does not. Where this call fails, it
 * may have sent empty messages with the tags 32766 and 32767 on the caller's communicator, which is
 * not to be used again.
 *
 * NNBLAS_ERROR_NULL where group is null, NNBLAS_ERROR_VALUE where seconds is not finite and 0 or
 * above, MPI is not initialized or has been finalized, or communicator is MPI_COMM_NULL,
 * NNBLAS_ERROR_MEMORY, and NNBLAS_ERROR_GROUP where a rank does not come or MPI reports an error.
 * nnblas_mpi_error_message has the reason, as nnblas_error_message has those of nnblas.h.
 */
nnblas_status nnblas_mpi_group_create(MPI_Comm communicator, double seconds,
                                      nnblas_mpi_group **group);

/* The calls for nnblas_trainer_set_group and nnblas_group_share; valid until it is destroyed. Null
 * where group is null. */
const nnblas_group *nnblas_mpi_group_calls(const nnblas_mpi_group *group);

/*
 * Before MPI_Finalize and after the last fit; each process calls it. Null does nothing. After a
 * failure it calls no MPI and leaves behind the copy of the communicator, and buffers that MPI may
 * still write to.
 */
void nnblas_mpi_group_destroy(nnblas_mpi_group *group);

/* Why the calling thread's last nnblas_mpi_group_create failed. Valid until its next one. */
const char *nnblas_mpi_error_message(void);

#ifdef __cplusplus
}
#endif

#endif
