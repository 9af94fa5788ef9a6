/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/rows.h"
#include "core/sizes.h"

#include <string.h>

void nn_copy_rows(size_t rows, size_t columns, const double *from, size_t ld_from, double *to,
                  size_t ld_to) {
    bool is_contiguous = ld_from == columns && ld_to == columns;
    size_t steps = is_contiguous ? 1 : rows, count = is_contiguous ? rows * columns : columns;
    for (size_t i = 0; i < steps; i++)
        memcpy(to + i * ld_to, from + i * ld_from, count * sizeof(double));
}

/* In squares that stay in the first cache. */
void nn_transpose(size_t rows, size_t columns, const double *from, size_t ld_from, double *to,
                  size_t ld_to) {
    enum { SIDE = 16 };
    for (size_t i0 = 0; i0 < rows; i0 += SIDE)
        for (size_t j0 = 0; j0 < columns; j0 += SIDE) {
            size_t end = nn_min(rows, i0 + SIDE);
            for (size_t j = j0; j < nn_min(columns, j0 + SIDE); j++)
                for (size_t i = i0; i < end; i++)
                    to[j * ld_to + i] = from[i * ld_from + j];
        }
}

/* ---- what a tile reads ----------------------------------------------------------------------- */

/* The last row tells at once of nearly all that are shuffled. */
size_t nn_find_place(const nn_rows *rows, size_t first, size_t count) {
    if (!rows->order)
        return first;
    const uint32_t *order = rows->order + first;
    size_t place = order[0];
    for (size_t e = count; e-- > 1;)
        if (order[e] != place + e)
            return NN_SCATTERED;
    return place;
}

void nn_gather_inputs(const nn_rows *rows, size_t first, size_t count, size_t columns, double *X) {
    for (size_t e = 0; e < count; e++)
        memcpy(X + e * columns, rows->X + rows->order[first + e] * rows->ldx, columns * sizeof *X);
}

/*
 * To the second cache: in the first they would take the place of what the products work on. Of a
 * long row only where its pages begin: the address of a page takes longest to find, the processor
 * fetches what follows by itself, and more lines at once than it keeps track of would make it wait.
 */
static void prefetch_row(const double *row, size_t columns) {
    enum { LINE = 64 / sizeof *row, PAGE = 4096 / sizeof *row, MOST_LINES = 32 };
    size_t step = columns <= MOST_LINES * LINE ? LINE : PAGE;
    for (size_t j = 0; j < columns; j += step)
        __builtin_prefetch(row + j, 0, 2);
    __builtin_prefetch(row + columns - 1, 0, 2);
}

void nn_prefetch_rows(const nn_rows *rows, size_t first, size_t count, size_t inputs,
                      size_t labels) {
    for (size_t e = first; e < first + count; e++) {
        prefetch_row(rows->X + rows->order[e] * rows->ldx, inputs);
        prefetch_row(rows->Y + rows->order[e] * rows->ldy, labels);
    }
}

/* There are few labels beside the inputs, so the layout may scatter them. */
static void gather_labels(const nn_rows *rows, size_t first, size_t count, size_t labels,
                          bool transposed, double *Y) {
    size_t unit = transposed ? count : 1, row = transposed ? 1 : labels;
    for (size_t e = 0; e < count; e++) {
        const double *y = rows->Y + rows->order[first + e] * rows->ldy;
        for (size_t k = 0; k < labels; k++)
            Y[e * row + k * unit] = y[k];
    }
}

const double *nn_get_labels(const nn_rows *rows, size_t first, size_t count, size_t labels,
                            bool transposed, double *buffer) {
    const double *given = rows->Y + first * rows->ldy;
    if (rows->order)
        gather_labels(rows, first, count, labels, transposed, buffer);
    else if (nn_lies_as_matrix(labels, transposed, rows->ldy))
        return given;
    else if (transposed)
        nn_transpose(count, labels, given, rows->ldy, buffer, count);
    else
        nn_copy_rows(count, labels, given, rows->ldy, buffer, labels);
    return buffer;
}

const double *nn_spread_weights(const nn_rows *rows, size_t first, size_t count, size_t labels,
                                bool transposed, double *buffer) {
    size_t unit = transposed ? count : 1, row = transposed ? 1 : labels;
    for (size_t e = 0; e < count; e++) {
        double weight = rows->weights[nn_get_row(rows, first + e)];
        for (size_t k = 0; k < labels; k++)
            buffer[e * row + k * unit] = rows->weight_scale * weight;
    }
    return buffer;
}

/* ---- what a tile writes ---------------------------------------------------------------------- */

void nn_copy_outputs(size_t count, size_t outputs, bool transposed, const double *matrix,
                     double *O_out, size_t ldo) {
    if (transposed)
        nn_transpose(outputs, count, matrix, count, O_out, ldo);
    else
        nn_copy_rows(count, outputs, matrix, outputs, O_out, ldo);
}
