/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Temporary files, and how abandoned ones are recognised. The process that makes a file holds a
 * lock on it, and the system drops the lock when the process ends, however it ends. So a file that
 * is not locked was abandoned.
 *
 * Locks belong to files, so this also works between containers. Two machines that share a folder
 * may not share locks. So the name says which running system made the file, and a file of another
 * system counts as abandoned only if it has not been written to for a day. Where files cannot be
 * locked at all, none counts as abandoned.
 */
#ifndef NN_TEMPORARY_H
#define NN_TEMPORARY_H

#include <limits.h>
#include <sys/types.h>

/* A new file in an open folder. Returns a descriptor to write to, whose closing drops the lock; or
 * -1, with errno. */
int nn_temporary_create(int folder, mode_t mode, char name[NAME_MAX]);

/* Removes the abandoned files in the folder. Failures are ignored. */
void nn_temporary_clear(int folder);

#endif
