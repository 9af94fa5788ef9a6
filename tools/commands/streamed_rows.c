/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/streamed_rows.h"

#include "core/sizes.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows without those that are held out ---------------------------------------------------- */

/* How many rows are held out before the row-th of the others: held_out[k] - k of these stand before
 * the k-th that is. */
static size_t count_passed(const streamed_rows *s, size_t row) {
    size_t begin = 0, end = s->n_held_out;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (s->held_out[middle] - middle <= row)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

static bool go_to(streamed_rows *s, size_t row) {
    s->passed = count_passed(s, s->first + row);
    s->next = s->first + row + s->passed;
    return s->rows.seek(s->rows.user, s->next, &s->error);
}

/* Of N rows that were just read; returns how many are left. */
static size_t drop_held_out(streamed_rows *s, size_t N, double *X, double *Y) {
    const size_t inputs = s->rows.inputs, outputs = s->rows.outputs;
    size_t kept = 0;
    for (size_t r = 0; r < N; r++, s->next++) {
        if (s->passed < s->n_held_out && s->held_out[s->passed] == s->next) {
            s->passed++;
            continue;
        }
        if (kept != r) {
            memcpy(X + kept * inputs, X + r * inputs, inputs * sizeof *X);
            memcpy(Y + kept * outputs, Y + r * outputs, outputs * sizeof *Y);
        }
        kept++;
    }
    return kept;
}

bool restart_streamed_rows(streamed_rows *s) {
    return go_to(s, 0);
}

bool read_streamed_rows(streamed_rows *s, size_t most, double *X, double *Y, size_t *N) {
    size_t got = 0, here, left = s->first + s->N - (s->next - s->passed);
    most = nn_min(most, left);
    while (got < most) {
        double *x = X + got * s->rows.inputs, *y = Y + got * s->rows.outputs;
        if (!s->rows.read(s->rows.user, most - got, x, y, &here, &s->error))
            return s->rows.blame(s->rows.user, &s->error);
        if (here == 0)
            return refuse_changed_file(s->rows.name, &s->error);
        size_t kept = drop_held_out(s, here, x, y);
        scale_rows(&s->s->features, kept, x);
        scale_rows(&s->s->targets, kept, y);
        got += kept;
    }
    *N = got;
    return true;
}

/* ---- the source ------------------------------------------------------------------------------ */

static int next_block(void *user, nnblas_block *block) {
    streamed_rows *s = user;
    return !read_streamed_rows(s, block->N, block->X, block->Y, &block->N);
}

static int restart(void *user) {
    return !restart_streamed_rows(user);
}

static int seek(void *user, size_t row) {
    return !go_to(user, row);
}

nnblas_status open_streamed_rows(streamed_rows *s, row_stream rows, const schema *of_rows,
                                 size_t *held_out, size_t n_held_out) {
    *s = (streamed_rows){.rows = rows,
                         .s = of_rows,
                         .held_out = held_out,
                         .n_held_out = n_held_out,
                         .N = rows.N - n_held_out};
    nnblas_status status =
        nnblas_source_create(rows.inputs, rows.outputs, next_block, restart, s, &s->source);
    if (!status && rows.can_seek)
        status = nnblas_source_set_seek(s->source, seek);
    choose_streamed_rows(s, 0, s->N);
    return status;
}

/* The source fails where it is none. */
void choose_streamed_rows(streamed_rows *s, size_t first, size_t N) {
    s->first = first;
    s->N = N;
    nnblas_source_set_rows(s->source, N);
}

void close_streamed_rows(streamed_rows *s) {
    nnblas_source_destroy(s->source);
    if (s->rows.close && s->rows.user)
        s->rows.close(s->rows.user);
    free(s->held_out);
    *s = (streamed_rows){0};
}
