/* SPDX-License-Identifier: BSD-3-Clause */
/* Passes over elements: each one is run once, by as many threads as are worth it. */
#include "support/support.h"
#include "workers/shares.h"

#include <stdatomic.h>
#include <stdlib.h>

/* How often each element was run, and in how many shares. */
typedef struct visits {
    unsigned char *of;
    atomic_size_t shares;
} visits;

static void visit(void *context, size_t begin, size_t end) {
    visits *v = context;
    for (size_t i = begin; i < end; i++)
        v->of[i]++;
    atomic_fetch_add(&v->shares, 1);
}

/* Returns the number of shares. */
static size_t check_visits(size_t most, size_t count, double nanoseconds) {
    visits v = {.of = calloc(count + 1, 1)};
    ck_assert_ptr_nonnull(v.of);
    nn_run_shares(most, count, nanoseconds, visit, &v);
    for (size_t i = 0; i < count; i++)
        if (v.of[i] != 1)
            ck_abort_msg("element %zu of %zu was run %d times", i, count, v.of[i]);
    ck_assert_uint_eq(v.of[count], 0);
    free(v.of);
    return v.shares;
}

START_TEST(each_element_is_run_once) {
    static const size_t COUNTS[] = {0, 1, 2, 3, 7, 10, 1000, 99991};
    for (int threads = 1; threads <= 5; threads++) {
        ck_assert_ok(nnblas_set_threads(threads));
        for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
            check_visits(SIZE_MAX, COUNTS[i], 0.0);
            size_t shares = check_visits(SIZE_MAX, COUNTS[i], 1e9), most = (size_t)threads;
            ck_assert_uint_le(shares, most);
            if (COUNTS[i] >= 1000)
                ck_assert_uint_eq(shares, most);
        }
    }
}
END_TEST

/* Two threads are not woken for what one does in 30 microseconds, and are for 50. A small part of
 * that is fetching. */
START_TEST(threads_have_to_be_worth_it) {
    ck_assert_ok(nnblas_set_threads(2));
    ck_assert_uint_eq(check_visits(2, 3000, 9.5), 1);
    ck_assert_uint_eq(check_visits(2, 5000, 9.5), 2);
    ck_assert_uint_eq(check_visits(1, 5000, 9.5), 1);
    ck_assert_ok(nnblas_set_threads(4));
    ck_assert_uint_eq(check_visits(3, 99991, 1e9), 3);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        each_element_is_run_once,
        threads_have_to_be_worth_it,
    };
    return run_tests("shares", tests, sizeof tests / sizeof *tests);
}
