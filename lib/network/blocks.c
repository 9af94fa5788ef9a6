/* SPDX-License-Identifier: BSD-3-Clause */
#include "network/blocks.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/row_weights.h"
#include "workers/background.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A block in memory. */
typedef struct nn_slot {
    nn_blocks *blocks;
    size_t index; /* of the block */
    nnblas_status status;
    char words[256];     /* of a failure */
    size_t first, count; /* rows that were read */
    nn_rows rows;        /* in the buffers below, or of the source's own */
    double *X, *Y, *weights;
    uint32_t *order;
} nn_slot;

/* ---- memory ---------------------------------------------------------------------------------- */

/* A last block has room for one row more, to see that there is none. */
static size_t get_room(const nn_blocks *b) {
    return b->block_rows + 1;
}

static nnblas_status open_slot(nn_blocks *b, nn_slot *s) {
    const nnblas_source *source = b->source;
    *s = (nn_slot){.blocks = b};
    s->X = nn_allocate(nn_multiply_sizes(get_room(b), source->inputs), sizeof *s->X);
    s->Y = nn_allocate(nn_multiply_sizes(get_room(b), source->labels), sizeof *s->Y);
    s->weights = nn_allocate(source->is_weighted ? get_room(b) : 1, sizeof *s->weights);
    s->order = nn_allocate(get_room(b), sizeof *s->order);
    return s->X && s->Y && s->weights && s->order ? NNBLAS_OK : NNBLAS_ERROR_MEMORY;
}

static void close_slot(nn_slot *s) {
    free(s->X);
    free(s->Y);
    free(s->weights);
    free(s->order);
}

nnblas_status nn_blocks_open(nn_blocks *b, nnblas_source *source, const char *name) {
    if (atomic_exchange(&source->is_used, true))
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the source is used by another call, or twice by this one");
    *b = (nn_blocks){.source = source,
                     .name = name,
                     .block_rows = nn_count_block_rows(source),
                     .N = source->rows,
                     .position = SIZE_MAX};
    if (b->N != SIZE_MAX) /* it was set */
        nn_blocks_count(b, b->N);
    b->slots = nn_allocate(2, sizeof *b->slots);
    nnblas_status status = b->slots ? NNBLAS_OK : NNBLAS_ERROR_MEMORY;
    for (size_t i = 0; i < 2 && b->slots; i++) {
        nnblas_status found = open_slot(b, &b->slots[i]);
        status = status ? status : found;
    }
    if (status)
        nn_blocks_close(b);
    else if (source->reads_ahead)
        b->background = nn_background_open();
    return status;
}

void nn_blocks_close(nn_blocks *b) {
    if (!b->source)
        return;
    nn_background_close(b->background);
    for (size_t i = 0; i < 2 && b->slots; i++)
        close_slot(&b->slots[i]);
    free(b->slots);
    atomic_store(&b->source->is_used, false);
    *b = (nn_blocks){.source = NULL};
}

/* ---- what the source hands out --------------------------------------------------------------- */

/* Copies rows that were handed out at another place to where those that follow them will be. */
static void copy_rows(size_t rows, size_t columns, const double *from, size_t ld, double *to) {
    if (from != to)
        nn_copy_rows(rows, columns, from, ld, to, columns);
}

/* The rows before are in the buffers from then on. */
static void keep_rows(nn_slot *s) {
    const nnblas_source *source = s->blocks->source;
    copy_rows(s->count, source->inputs, s->rows.X, s->rows.ldx, s->X);
    copy_rows(s->count, source->labels, s->rows.Y, s->rows.ldy, s->Y);
    if (source->is_weighted)
        copy_rows(s->count, 1, s->rows.weights, 1, s->weights);
    s->rows = (nn_rows){.X = s->X,
                        .ldx = source->inputs,
                        .Y = s->Y,
                        .ldy = source->labels,
                        .weights = source->is_weighted ? s->weights : NULL};
}

static void add_rows(nn_slot *s, const nnblas_block *block) {
    const nnblas_source *source = s->blocks->source;
    if (s->count > 0) {
        keep_rows(s);
        copy_rows(block->N, source->inputs, block->X, block->ldx, s->X + s->count * source->inputs);
        copy_rows(block->N, source->labels, block->Y, block->ldy, s->Y + s->count * source->labels);
        if (source->is_weighted)
            copy_rows(block->N, 1, block->weights, 1, s->weights + s->count);
    } else {
        s->rows = (nn_rows){.X = block->X,
                            .ldx = block->ldx,
                            .Y = block->Y,
                            .ldy = block->ldy,
                            .weights = block->weights};
    }
    s->count += block->N;
}

/* A matrix that was handed out, or the weights, and the room that the source was given for it. */
typedef struct handed_out {
    const char *name;
    const double *data, *given, *begin;
    size_t ld, columns;
} handed_out;

static nnblas_status check_matrix(const nn_blocks *b, const handed_out *m) {
    if (m->ld < m->columns)
        return nn_fail(NNBLAS_ERROR_SOURCE,
                       "the %s handed out ld%s = %zu at row %zu; there are %zu columns", b->name,
                       m->name, m->ld, b->position, m->columns);
    if (m->ld > INT_MAX)
        return nn_fail(NNBLAS_ERROR_SOURCE,
                       "the %s handed out ld%s = %zu at row %zu; the largest that BLAS accepts is "
                       "%d",
                       b->name, m->name, m->ld, b->position, INT_MAX);
    bool is_in_room = m->data >= m->begin && m->data < m->begin + get_room(b) * m->columns;
    if (is_in_room && (m->data != m->given || m->ld != m->columns))
        return nn_fail(
            NNBLAS_ERROR_SOURCE,
            "the %s handed out rows in its room with another %s at row %zu; only the values in the "
            "room may change",
            b->name, m->data != m->given ? "address" : "leading dimension", b->position);
    return NNBLAS_OK;
}

static nnblas_status check_block(const nn_slot *s, const nnblas_block *given,
                                 const nnblas_block *block) {
    const nn_blocks *b = s->blocks;
    const nnblas_source *source = b->source;
    const size_t wanted = given->N, row = b->position;
    if (block->N > wanted)
        return nn_fail(NNBLAS_ERROR_SOURCE,
                       "the %s handed out %zu rows at row %zu; at most %zu were wanted", b->name,
                       block->N, row, wanted);
    if (block->N > 0 && (!block->X || !block->Y || (source->is_weighted && !block->weights)))
        return nn_fail(NNBLAS_ERROR_SOURCE, "the %s handed out null for %s at row %zu", b->name,
                       !block->X   ? "X"
                       : !block->Y ? "Y"
                                   : "the weights",
                       row);
    if (block->N == 0)
        return NNBLAS_OK;
    const handed_out matrices[] = {
        {"x", block->X, given->X, s->X, block->ldx, source->inputs},
        {"y", block->Y, given->Y, s->Y, block->ldy, source->labels},
        {"w", block->weights, given->weights, s->weights, 1, 1},
    };
    nnblas_status status = NNBLAS_OK;
    for (size_t i = 0; i < (source->is_weighted ? 3 : 2) && !status; i++)
        status = check_matrix(b, &matrices[i]);
    return status;
}

/* Asks for up to wanted rows. *has_ended: there was none. */
static nnblas_status read_rows(nn_slot *s, size_t wanted, bool *has_ended) {
    nn_blocks *b = s->blocks;
    const nnblas_source *source = b->source;
    const nnblas_block given = {.N = wanted,
                                .X = s->X + s->count * source->inputs,
                                .ldx = source->inputs,
                                .Y = s->Y + s->count * source->labels,
                                .ldy = source->labels,
                                .weights = source->is_weighted ? s->weights + s->count : NULL};
    nnblas_block block = given;
    int failure = source->next(source->user, &block);
    if (failure)
        return nn_fail(NNBLAS_ERROR_SOURCE, "the %s failed at row %zu: next returned %d", b->name,
                       b->position, failure);
    nnblas_status status = check_block(s, &given, &block);
    *has_ended = !status && block.N == 0;
    if (status || *has_ended)
        return status;
    if (!source->is_weighted)
        block.weights = NULL;
    add_rows(s, &block);
    b->position += block.N;
    return NNBLAS_OK;
}

static nnblas_status go_to(nn_blocks *b, size_t row) {
    const nnblas_source *source = b->source;
    if (b->position == row)
        return NNBLAS_OK;
    int failure = row == 0 ? source->restart(source->user) : source->seek(source->user, row);
    if (failure && row == 0)
        return nn_fail(NNBLAS_ERROR_SOURCE, "the %s failed: restart returned %d", b->name, failure);
    if (failure)
        return nn_fail(NNBLAS_ERROR_SOURCE, "the %s failed: seek to row %zu returned %d", b->name,
                       row, failure);
    b->position = row;
    return NNBLAS_OK;
}

/* ---- a block --------------------------------------------------------------------------------- */

static nnblas_status check_count(const nn_slot *s, size_t expected) {
    const nn_blocks *b = s->blocks;
    if (b->N == SIZE_MAX || s->count == expected)
        return NNBLAS_OK;
    bool were_set = b->source->rows != SIZE_MAX;
    if (s->count > expected)
        return nn_fail(NNBLAS_ERROR_SOURCE, "the %s has more rows than the %zu %s", b->name, b->N,
                       were_set ? "that were set" : "of its first pass");
    return nn_fail(NNBLAS_ERROR_SOURCE, "the %s ended after %zu rows, but its %s %zu", b->name,
                   s->first + s->count, were_set ? "number of rows was set to" : "first pass had",
                   b->N);
}

static nnblas_status read_slot(nn_slot *s) {
    nn_blocks *b = s->blocks;
    s->first = s->index * b->block_rows;
    size_t left = b->N - s->first; /* huge before they are counted */
    size_t expected = nn_min(b->block_rows, left);
    size_t wanted = left <= b->block_rows ? expected + 1 : expected;
    bool has_ended = false;
    s->count = 0;
    s->rows = (nn_rows){.N = 0};
    nnblas_status status = go_to(b, s->first);
    while (!status && !has_ended && s->count < wanted)
        status = read_rows(s, wanted - s->count, &has_ended);
    if (!status)
        status = check_count(s, expected);
    if (status)
        b->position = SIZE_MAX;
    return status;
}

/* The message belongs to the thread that reads. */
static void read_block(void *context) {
    nn_slot *s = context;
    s->status = read_slot(s);
    if (s->status)
        snprintf(s->words, sizeof s->words, "%s", nnblas_error_message());
}

/* ---- blocks that are taken ------------------------------------------------------------------- */

static nn_block view_block(nn_slot *s) {
    nn_block block = {.first = s->first, .count = s->count, .rows = s->rows, .order = s->order};
    block.rows.N = nn_count_weighted_rows(s->count, s->rows.weights);
    if (block.rows.N < s->count) {
        nn_list_weighted_rows(s->count, s->rows.weights, s->order);
        block.rows.order = s->order;
    }
    nn_weigh_rows(&block.rows);
    return block;
}

size_t nn_equalise_blocks(size_t N, size_t block_rows) {
    return N > 0 ? nn_divide_up(N, nn_divide_up(N, block_rows)) : block_rows;
}

void nn_blocks_count(nn_blocks *b, size_t N) {
    b->N = N;
    b->block_rows = nn_equalise_blocks(N, b->block_rows);
}

static size_t get_first(const nn_blocks *b) {
    return b->repeats && b->N > 0 ? 0 : NN_NONE;
}

/* In the first pass, which takes each block once. */
static nnblas_status examine_block(nn_blocks *b, const nn_block *block) {
    if (!b->examine || block->count == 0 || b->examined == nn_count_blocks(b))
        return NNBLAS_OK;
    b->examined++;
    return b->examine(b->context, block);
}

nnblas_status nn_blocks_take(nn_blocks *b, size_t index, size_t next, nn_block *block) {
    nn_slot *s = b->ahead ? b->ahead : &b->slots[0];
    if (b->ahead)
        nn_background_wait(b->background);
    if (!b->ahead || s->index != index) {
        s->index = index;
        read_block(s);
    }
    b->ahead = NULL;
    if (s->status)
        return nn_fail(s->status, "%s", s->words);
    if (b->N == SIZE_MAX && s->count < b->block_rows) {
        nn_blocks_count(b, s->first + s->count);
        next = get_first(b);
    }
    if (b->background && next != NN_NONE) {
        b->ahead = s == &b->slots[0] ? &b->slots[1] : &b->slots[0];
        b->ahead->index = next;
        nn_background_begin(b->background, read_block, b->ahead);
    }
    *block = view_block(s);
    return examine_block(b, block);
}

nnblas_status nn_blocks_take_in_order(nn_blocks *b, size_t index, nn_block *block) {
    size_t count = nn_count_blocks(b);
    if (index < count)
        return nn_blocks_take(b, index, index + 1 < count ? index + 1 : get_first(b), block);
    *block = (nn_block){.first = b->N};
    return NNBLAS_OK;
}

size_t nn_count_blocks(const nn_blocks *b) {
    return nn_divide_up(b->N, b->block_rows);
}

nn_rows nn_blocks_describe(const nn_blocks *b, size_t N, bool are_picked) {
    const nn_slot *s = &b->slots[0];
    return (nn_rows){.N = N,
                     .X = s->X,
                     .ldx = b->source->inputs,
                     .Y = s->Y,
                     .ldy = b->source->labels,
                     .weights = b->source->is_weighted ? s->weights : NULL,
                     .order = are_picked || b->source->is_weighted ? s->order : NULL};
}
