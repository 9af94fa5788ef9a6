/* SPDX-License-Identifier: BSD-3-Clause */
/* The one error path. */
#ifndef NN_STATUS_H
#define NN_STATUS_H

#include "core/public.h"

/* Stores the message for nnblas_error_message() and returns status, for `return nn_fail(...)`. */
nnblas_status nn_fail(nnblas_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends ", in 'path'" to the message of the last failure. Returns status. */
nnblas_status nn_name_file(nnblas_status status, const char *path);

#endif
