/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that are drawn from those of a table while it is read, before it is known how many there
 * are. Each row has a random number, by the seed and its place alone, and those with the least are
 * drawn. */
#ifndef NNBLAS_TABLE_DRAW_H
#define NNBLAS_TABLE_DRAW_H

#include "table/rows.h"

/* fraction: of all rows; or 0, and then so many of them. most_bytes: of the numbers of those that
 * are drawn, of which there are then fewer; with their texts, before all are known, twice as many.
 */
typedef struct {
    double fraction;
    size_t rows;
    uint64_t seed;
    size_t most_bytes;
} draw_request;

/* A row that was kept, and its place among all. */
typedef struct {
    double number;
    size_t place;
    csv_row row;
    void *memory; /* of the row */
} drawn_row;

/* release: of rows that were kept, and are not drawn after all; before their memory goes. */
typedef struct {
    draw_request request;
    drawn_row *kept;
    size_t count, capacity, bytes;
    double limit; /* of the numbers of rows that may still be drawn */
    void (*release)(void *context, const drawn_row *rows, size_t count);
    void *context;
} row_draw;

row_draw start_draw(const draw_request *request);
/* Whether it is kept; place: how many rows are before it. */
bool draw_row(row_draw *draw, const csv_row *row, size_t place);
/* N: of all rows. The rows that are drawn, at most `most`, are those that are kept, in their order.
 */
void end_draw(row_draw *draw, size_t N, size_t most);
void free_draw(row_draw *draw);

#endif
