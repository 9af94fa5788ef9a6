/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/number.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool read_real(const char *text, double *value) {
    char *end;
    if (text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    double read = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(read))
        return false;
    *value = read;
    return true;
}

/* strtoull would accept a sign and blanks before the digits. */
bool read_whole(const char **text, uint64_t *value) {
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

size_t read_sizes(const char *text, size_t most, size_t *sizes) {
    uint64_t size;
    for (size_t count = 0; count < most;) {
        if (!read_whole(&text, &size) || size == 0 || size > INT_MAX)
            return 0;
        sizes[count++] = (size_t)size;
        if (*text == '\0')
            return count;
        if (*text++ != ',')
            return 0;
    }
    return 0;
}

bool is_missing_number(const char *text) {
    static const char *const MARKS[] = {"", "?", "na", "n/a", "nan", "null"};
    for (size_t m = 0; m < sizeof MARKS / sizeof MARKS[0]; m++)
        if (strcasecmp(text, MARKS[m]) == 0)
            return true;
    return false;
}
