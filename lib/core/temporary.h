/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Temporary files that can be told from abandoned ones. Whoever makes one holds a lock on it; the
 * system drops the lock when the process ends, however it ends. A file that nobody has locked was
 * left behind.
 *
 * Locks belong to files, so they also tell of processes in other containers. Two machines that
 * share a folder may not share locks: the name says which running system made the file, and one of
 * another system is only taken for abandoned where nobody has written to it for a day. Where files
 * cannot be locked at all, none is.
 */
#ifndef NN_TEMPORARY_H
#define NN_TEMPORARY_H

#include <limits.h>
#include <sys/types.h>

/* A new file in an open folder. Returns a descriptor to write to, whose closing drops the lock; or
 * -1, with errno. */
int nn_temporary_create(int folder, mode_t mode, char name[NAME_MAX]);

/* Removes those that were left behind in the folder. Failures are ignored. */
void nn_temporary_clear(int folder);

#endif
