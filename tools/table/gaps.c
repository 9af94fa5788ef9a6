/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/gaps.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *text, const char *const *marks, size_t count) {
    for (size_t m = 0; m < count; m++)
        if (strcasecmp(text, marks[m]) == 0)
            return true;
    return false;
}

bool is_gap(const char *text, bool is_number) {
    static const char *const MARKS[] = {"?",      "na",    "n/a",     "nan",     "null",
                                        "#n/a",   "#na",   "#div/0!", "#value!", "#ref!",
                                        "#name?", "#num!", "#null!"};
    static const char *const NUMBER_MARKS[] = {"none", "-", "."};
    if (*text == '\0')
        return true;
    if (*text != '?' && *text != 'n' && *text != 'N' && *text != '#' && *text != '-' &&
        *text != '.')
        return false;
    return is_one_of(text, MARKS, sizeof MARKS / sizeof *MARKS) ||
           (is_number && is_one_of(text, NUMBER_MARKS, sizeof NUMBER_MARKS / sizeof *NUMBER_MARKS));
}
