/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/row_source.h"

#include <string.h>

static size_t count_rows(const row_source *s) {
    return s->later_N > 0 && s->restarts > 1 ? s->later_N : s->N;
}

static void copy(size_t rows, size_t columns, const double *from, size_t ld, double *to,
                 size_t ld_to) {
    for (size_t e = 0; e < rows; e++)
        memcpy(to + e * ld_to, from + e * ld, columns * sizeof *to);
}

static const double *choose(const row_source *s, const double *usual, const double *later) {
    bool is_later = s->restarts >= (s->later_pass > 0 ? s->later_pass : 2) &&
                    (s->later_end == 0 || s->restarts < s->later_end);
    return later && is_later ? later : usual;
}

static int hand_out(row_source *s, nnblas_block *block) {
    size_t left = count_rows(s) - s->row, most = s->portion > 0 ? s->portion : block->N;
    size_t count = most < block->N ? most : block->N;
    const double *X = choose(s, s->X, s->later_X) + s->row * s->ldx,
                 *Y = choose(s, s->Y, s->later_Y) + s->row * s->ldy,
                 *weights = choose(s, s->weights, s->later_weights);
    if (s->calls < sizeof s->begun / sizeof *s->begun)
        s->begun[s->calls] = s->row;
    if (++s->calls == s->fails_at)
        return 7;
    block->N = count < left ? count : left;
    if (s->answer.N > 0 && s->row == 0) {
        *block = s->answer;
    } else if (s->points) {
        block->X = (double *)X;
        block->ldx = s->ldx;
        block->Y = (double *)Y;
        block->ldy = s->ldy;
        block->weights = weights ? (double *)weights + s->row : NULL;
    } else {
        copy(block->N, s->inputs, X, s->ldx, block->X, block->ldx);
        copy(block->N, s->labels, Y, s->ldy, block->Y, block->ldy);
        block->ldx += s->gap;
        block->Y += s->shift;
        if (weights)
            copy(block->N, 1, weights + s->row, 1, block->weights, 1);
        if (weights)
            block->weights += s->weight_shift;
    }
    s->row += block->N;
    return 0;
}

static int next(void *user, nnblas_block *block) {
    row_source *s = user;
    s->was_inside |= s->is_inside;
    s->is_inside = true;
    int failure = hand_out(s, block);
    s->is_inside = false;
    return failure;
}

static int restart(void *user) {
    row_source *s = user;
    if (s->loses_start)
        return 3;
    s->row = 0;
    s->restarts++;
    return 0;
}

static int seek(void *user, size_t row) {
    row_source *s = user;
    if (s->loses_place || row > s->N)
        return 4;
    s->row = row;
    s->seeks++;
    return 0;
}

void open_row_source(row_source *s, const problem *p, size_t block_rows) {
    *s = (row_source){.N = p->N,
                      .inputs = get_inputs(p),
                      .labels = get_labels(p),
                      .ldx = p->ldx,
                      .ldy = p->ldy,
                      .X = p->X,
                      .Y = p->Y,
                      .weights = p->weights};
    ck_assert_ok(nnblas_source_create(s->inputs, s->labels, next, restart, s, &s->source));
    ck_assert_ok(nnblas_source_set_block_rows(s->source, block_rows));
    ck_assert_ok(nnblas_source_set_weighted(s->source, s->weights != NULL));
}

void close_row_source(row_source *s) {
    nnblas_source_destroy(s->source);
}

void let_seek(row_source *s) {
    ck_assert_ok(nnblas_source_set_seek(s->source, seek));
}
