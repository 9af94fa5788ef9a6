/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_UTF8_H
#define NN_UTF8_H

#include "core/status.h"

#include <stddef.h>

/* The length in bytes of the UTF-8 character at the beginning of text; 0 where there is none. text
 * ends with a byte 0, which counts as a character of one byte. */
size_t nn_measure_character(const char *text);

/* value is UTF-8 (RFC 3629): no overlong form, no surrogate. */
nnblas_status nn_check_utf8(const char *value);

#endif
