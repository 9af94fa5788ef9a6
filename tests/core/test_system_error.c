/* SPDX-License-Identifier: BSD-3-Clause */
/* The words for a value of errno, from either form of strerror_r: glibc gives the library GNU's,
 * and this program POSIX's. */
#undef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L /* strict C11 has no strerror_r without */
#define nn_describe_error describe_by_posix
#include "core/system_error.c"
#undef nn_describe_error

#include "support/support.h"

#include <errno.h>

typedef const char *describe(int error, char *text, size_t size);

const char *nn_describe_error(int error, char *text, size_t size);

static void check_words(describe *function) {
    char text[128];
    ck_assert_str_eq(function(ENOENT, text, sizeof text), "No such file or directory");
    ck_assert_str_eq(function(ENOSPC, text, sizeof text), "No space left on device");
    ck_assert_ptr_nonnull(strstr(function(123456, text, sizeof text), "123456"));
}

START_TEST(either_form_gives_the_words) {
    check_words(describe_by_posix);
    check_words(nn_describe_error);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {either_form_gives_the_words};
    return run_tests("system_error", tests, sizeof tests / sizeof *tests);
}
