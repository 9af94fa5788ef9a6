/* SPDX-License-Identifier: BSD-3-Clause */
/* Which matrices share elements: every pair of small matrices beside a map of their bytes. */
#include "core/arguments.h"
#include "support/support.h"

#include <string.h>

enum { CELLS = 40, BYTES = CELLS * (int)sizeof(double) };

static double arena[CELLS];

typedef struct map {
    bool covers[BYTES];
} map;

/* The bytes of the elements, which is all that a matrix is. */
static map draw(const nn_argument *m) {
    map drawn = {{false}};
    size_t start = (size_t)((const char *)m->data - (const char *)arena);
    for (size_t i = 0; i < m->rows; i++)
        memset(drawn.covers + start + i * m->ld * sizeof(double), true,
               m->columns * sizeof(double));
    return drawn;
}

static bool share_bytes(const nn_argument *a, const nn_argument *b) {
    map first = draw(a), second = draw(b);
    for (size_t i = 0; i < BYTES; i++)
        if (first.covers[i] && second.covers[i])
            return true;
    return false;
}

/* start: in bytes, for a matrix need not begin where a double of another does. */
static nn_argument make(size_t start, size_t rows, size_t columns, size_t ld, nn_access access) {
    return (nn_argument){"M", (const char *)arena + start, rows, columns, ld, access};
}

static bool fits(const nn_argument *m) {
    size_t start = (size_t)((const char *)m->data - (const char *)arena);
    return start + ((m->rows - 1) * m->ld + m->columns) * sizeof(double) <= BYTES;
}

static void check_pair(const nn_argument *a, const nn_argument *b) {
    const nn_argument pair[] = {*a, *b};
    nnblas_status expected = share_bytes(a, b) ? NNBLAS_ERROR_OVERLAP : NNBLAS_OK;
    nnblas_status found = nn_check_arguments(pair, 2);
    ck_assert_msg(found == expected,
                  "%s: %zu x %zu by %zu and %zu x %zu by %zu, %td bytes behind it",
                  nnblas_status_string(found), a->rows, a->columns, a->ld, b->rows, b->columns,
                  b->ld, (const char *)b->data - (const char *)a->data);
}

/* One that begins in the middle of the arena, and each place of another around it. */
static void check_around(const nn_argument *a, size_t rows, size_t columns, size_t ld) {
    for (size_t start = 0; start < BYTES; start += sizeof(double)) {
        nn_argument b = make(start, rows, columns, ld, NN_READ);
        if (fits(&b))
            check_pair(a, &b);
    }
}

START_TEST(every_small_pair_is_judged_exactly) {
    enum { MIDDLE = 12 * sizeof(double), MOST_ROWS = 3, MOST_LD = 5 };
    for (size_t ld = 1; ld <= MOST_LD; ld++)
        for (size_t columns = 1; columns <= ld; columns++)
            for (size_t rows = 1; rows <= MOST_ROWS; rows++) {
                nn_argument a = make(MIDDLE, rows, columns, ld, NN_WRITE);
                for (size_t ld_b = 1; fits(&a) && ld_b <= MOST_LD; ld_b++)
                    for (size_t columns_b = 1; columns_b <= ld_b; columns_b++)
                        for (size_t rows_b = 1; rows_b <= MOST_ROWS; rows_b++)
                            check_around(&a, rows_b, columns_b, ld_b);
            }
}
END_TEST

/* Random larger ones, also at odd bytes. */
START_TEST(random_pairs_are_judged_exactly) {
    dice d = {17};
    size_t overlaps = 0, checked = 0;
    while (checked < 50000) {
        nn_argument pair[2];
        for (int i = 0; i < 2; i++) {
            size_t columns = roll_between(&d, 1, 7), rows = roll_between(&d, 1, 12);
            size_t start = roll_between(&d, 0, BYTES - 1);
            start -= roll_between(&d, 0, 3) > 0 ? start % sizeof(double) : 0;
            pair[i] = make(start, rows, columns, columns + roll_between(&d, 0, 9), NN_WRITE);
        }
        if (!fits(&pair[0]) || !fits(&pair[1]))
            continue;
        check_pair(&pair[0], &pair[1]);
        overlaps += share_bytes(&pair[0], &pair[1]);
        checked++;
    }
    ck_assert_uint_gt(overlaps, checked / 10);
    ck_assert_uint_lt(overlaps, checked - checked / 10);
}
END_TEST

/* Matrices that are read may share what they like. */
START_TEST(only_what_is_written_counts) {
    nn_argument arguments[] = {make(0, 3, 4, 5, NN_READ), make(8, 3, 4, 5, NN_READ),
                               make(16, 1, 1, 1, NN_READ)};
    ck_assert_ok(nn_check_arguments(arguments, 3));
    arguments[2].access = NN_WRITE;
    ck_assert_int_eq(nn_check_arguments(arguments, 3), NNBLAS_ERROR_OVERLAP);
    arguments[2].data = arena + 21; /* behind the columns of the one and of the other */
    ck_assert_ok(nn_check_arguments(arguments, 3));
}
END_TEST

/* Nothing is counted row by row: 2^27 rows of an interleaved table are judged at once. */
START_TEST(long_tables_are_judged_by_their_period) {
    const size_t ROWS = (size_t)1 << 27, LD = 6;
    if (sizeof(size_t) < 8)
        return;
    nn_argument columns = make(0, ROWS, 2, LD, NN_WRITE), others = make(24, ROWS, 3, LD, NN_READ);
    nn_argument sparse = make(16, ROWS / 2, 1, 2 * LD, NN_READ);
    nn_argument pairs[][2] = {{columns, others}, {columns, sparse}, {others, columns}};
    for (size_t i = 0; i < 1000; i++)
        for (size_t p = 0; p < 3; p++)
            ck_assert_ok(nn_check_arguments(pairs[p], 2));
    sparse.data = arena + 1;
    pairs[1][1] = sparse;
    ck_assert_int_eq(nn_check_arguments(pairs[1], 2), NNBLAS_ERROR_OVERLAP);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        every_small_pair_is_judged_exactly,
        random_pairs_are_judged_exactly,
        only_what_is_written_counts,
        long_tables_are_judged_by_their_period,
    };
    return run_tests("overlap", tests, sizeof tests / sizeof *tests);
}
