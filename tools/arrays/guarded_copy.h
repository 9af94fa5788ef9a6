/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies from a mapped file, which may be cut by another program, or whose disk may fail: the
 * system ends a program that reads there by a signal, SIGBUS. */
#ifndef NNBLAS_ARRAYS_GUARDED_COPY_H
#define NNBLAS_ARRAYS_GUARDED_COPY_H

#include <stdbool.h>
#include <stddef.h>

/* Prepares the process for the copies; false where it cannot. */
bool guard_copies(void);

/* False where not all bytes can be read. On any thread. */
bool copy_guarded(void *to, const void *from, size_t bytes);

#endif
