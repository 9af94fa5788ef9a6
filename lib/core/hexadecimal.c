/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/hexadecimal.h"

#include <string.h>

const char *nn_read_hexadecimal(const char *text, const char *digits, size_t most,
                                uint64_t *number) {
    const char *digit;
    *number = 0;
    for (; most > 0 && *text && (digit = strchr(digits, *text)); text++, most--)
        *number = *number * 16 + (uint64_t)(digit - digits) % 16;
    return text;
}
