/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_SYSTEM_ERROR_H
#define NN_SYSTEM_ERROR_H

#include <stddef.h>

/* The description of a value of errno: in text, or constant. Safe in threads. */
const char *nn_describe_error(int error, char *text, size_t size);

#endif
