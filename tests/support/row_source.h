/* SPDX-License-Identifier: BSD-3-Clause */
/* A source that hands out the rows of arrays, in whatever portions. */
#ifndef ROW_SOURCE_H
#define ROW_SOURCE_H

#include "support/support.h"

typedef struct row_source {
    size_t N, inputs, labels, ldx, ldy;
    const double *X, *Y, *weights; /* weights may be null */
    /* How it hands out rows. */
    size_t portion;                  /* the most rows at a time; 0: as many as are wanted */
    bool points;                     /* to the arrays, instead of copying */
    size_t gap, shift, weight_shift; /* what it adds to ldx, Y and weights of rows that it copied */
    size_t fails_at;                 /* the call of next that fails, from 1; 0: none */
    bool loses_start, loses_place;   /* whether restart and seek fail */
    size_t later_N;                  /* rows from the second pass on; 0: N */
    /* From a later pass on, the second if not said otherwise; null: as before. */
    const double *later_X, *later_Y, *later_weights;
    size_t later_pass; /* from 1; 0: the second */
    size_t later_end;  /* the pass from which on they are as at first; 0: none */
    nnblas_block
        answer; /* what next hands out in place of the first rows, where its N is above 0 */
    /* What was called. */
    size_t row, calls, restarts, seeks;
    size_t begun[200];          /* where the first calls of next began */
    bool is_inside, was_inside; /* a call; two at once */
    nnblas_source *source;
} row_source;

/* Over the rows of a problem, in blocks of block_rows. It stays where it is: the source has its
 * address. */
void open_row_source(row_source *s, const problem *p, size_t block_rows);
void close_row_source(row_source *s);
/* It can seek from then on. */
void let_seek(row_source *s);

#endif
