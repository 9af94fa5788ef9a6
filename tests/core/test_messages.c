/* SPDX-License-Identifier: BSD-3-Clause */
/* What the library says: the names of statuses, the last failure, its version. */
#include "support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

START_TEST(every_status_has_a_name) {
    static const struct {
        nnblas_status status;
        const char *name;
    } NAMES[] = {
        {NNBLAS_OK, "NNBLAS_OK"},
        {NNBLAS_ERROR_NULL, "NNBLAS_ERROR_NULL"},
        {NNBLAS_ERROR_SIZE, "NNBLAS_ERROR_SIZE"},
        {NNBLAS_ERROR_LEADING, "NNBLAS_ERROR_LEADING"},
        {NNBLAS_ERROR_OVERLAP, "NNBLAS_ERROR_OVERLAP"},
        {NNBLAS_ERROR_VALUE, "NNBLAS_ERROR_VALUE"},
        {NNBLAS_ERROR_NOT_FINITE, "NNBLAS_ERROR_NOT_FINITE"},
        {NNBLAS_ERROR_MEMORY, "NNBLAS_ERROR_MEMORY"},
        {NNBLAS_ERROR_FILE, "NNBLAS_ERROR_FILE"},
        {NNBLAS_ERROR_FORMAT, "NNBLAS_ERROR_FORMAT"},
        {NNBLAS_ERROR_MISSING, "NNBLAS_ERROR_MISSING"},
        {NNBLAS_ERROR_GROUP, "NNBLAS_ERROR_GROUP"},
        {NNBLAS_ERROR_SOURCE, "NNBLAS_ERROR_SOURCE"},
        {NNBLAS_STOPPED_COST, "NNBLAS_STOPPED_COST"},
        {NNBLAS_STOPPED_CALLBACK, "NNBLAS_STOPPED_CALLBACK"},
        {NNBLAS_STOPPED_PATIENCE, "NNBLAS_STOPPED_PATIENCE"},
        {NNBLAS_STOPPED_TIME, "NNBLAS_STOPPED_TIME"},
        {NNBLAS_STOPPED_CONVERGED, "NNBLAS_STOPPED_CONVERGED"},
        {NNBLAS_STOPPED_LINE_SEARCH, "NNBLAS_STOPPED_LINE_SEARCH"},
        {NNBLAS_STOPPED_CANCELLED, "NNBLAS_STOPPED_CANCELLED"},
        {NNBLAS_STOPPED_DAMPING, "NNBLAS_STOPPED_DAMPING"},
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        ck_assert_str_eq(nnblas_status_string(NAMES[i].status), NAMES[i].name);
    ck_assert_ptr_nonnull(nnblas_status_string((nnblas_status)-999));
    ck_assert_ptr_nonnull(nnblas_status_string((nnblas_status)999));
}
END_TEST

static void *read_message_of_new_thread(void *result) {
    *(size_t *)result = strlen(nnblas_error_message());
    return NULL;
}

START_TEST(messages_belong_to_their_thread) {
    nnblas_set_threads(-3);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "-3"));
    ck_assert_ok(nnblas_set_threads(0));
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "-3"));
    size_t length = 99;
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, read_message_of_new_thread, &length), 0);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(length, 0);
}
END_TEST

START_TEST(the_library_tells_of_itself) {
    unsigned major, minor, patch;
    ck_assert_int_eq(sscanf(nnblas_version(), "%u.%u.%u", &major, &minor, &patch), 3);
    ck_assert_ptr_nonnull(strstr(nnblas_blas_info(), "BLAS"));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        every_status_has_a_name,
        messages_belong_to_their_thread,
        the_library_tells_of_itself,
    };
    return run_tests("messages", tests, sizeof tests / sizeof *tests);
}
