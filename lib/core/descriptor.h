/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of the system on a descriptor, begun again where a signal interrupts them. */
#ifndef NN_DESCRIPTOR_H
#define NN_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

/* Each returns false for a failure, with errno. A part of the bytes may be written then. */
bool nn_write_all(int descriptor, const void *bytes, size_t size);
bool nn_flush(int descriptor);

#endif
