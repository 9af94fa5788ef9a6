/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/utf8.h"

/*
 * The range of the second byte excludes what the first byte alone does not (RFC 3629, section 4).
 */
size_t nn_measure_character(const char *character) {
    const unsigned char *text = (const unsigned char *)character;
    unsigned first = text[0], low = 0x80, high = 0xbf;
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xc2 && first <= 0xdf ? 2 : (first & 0xf0) == 0xe0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    if (first == 0xe0)
        low = 0xa0;
    else if (first == 0xed)
        high = 0x9f;
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

nnblas_status nn_check_utf8(const char *value) {
    for (const char *text = value; *text;) {
        size_t length = nn_measure_character(text);
        if (length == 0)
            return nn_fail(NNBLAS_ERROR_VALUE, "value is not UTF-8 at byte %zu",
                           (size_t)(text - value));
        text += length;
    }
    return NNBLAS_OK;
}
