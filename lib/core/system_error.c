/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/system_error.h"

#include <stdio.h>
#include <string.h>

/* strerror_r has two forms: the one of GNU returns the text, the one of POSIX a status. */
static const char *take_words(const char *words, int error, char *text, size_t size) {
    (void)error, (void)text, (void)size;
    return words;
}

static const char *take_status(int status, int error, char *text, size_t size) {
    if (status)
        snprintf(text, size, "error %d", error);
    return text;
}

const char *nn_describe_error(int error, char *text, size_t size) {
    return _Generic(strerror_r(error, text, size), char *: take_words, int: take_status)(
        strerror_r(error, text, size), error, text, size);
}
