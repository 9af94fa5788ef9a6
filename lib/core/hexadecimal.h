/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_HEXADECIMAL_H
#define NN_HEXADECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* The digits: as the library writes them, and as others may. */
static const char NN_LOWER_CASE[] = "0123456789abcdef",
                  NN_ANY_CASE[] = "0123456789abcdef0123456789ABCDEF";

/* Reads at most so many of these digits, up to 16. Returns where they end, which is text itself
 * where there is none. */
const char *nn_read_hexadecimal(const char *text, const char *digits, size_t most,
                                uint64_t *number);

#endif
