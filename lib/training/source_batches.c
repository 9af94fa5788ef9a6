/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/source_batches.h"
#include "core/sizes.h"
#include "training/fit_checks.h"
#include "training/gradient.h"
#include "training/group_source.h"
#include "training/row_order.h"
#include "training/step.h"

#include <string.h>

/* One epoch. */
typedef struct epoch {
    nn_fit *fit;
    double rate;
    size_t batch; /* the number of the next step */
    nn_weight_sum weight;
    double cost; /* the mean over the batches so far */
} epoch;

/* ---- orders ---------------------------------------------------------------------------------- */

/* A generator of its own for each epoch and each block, so that a resumed training and one whose
 * blocks were read ahead have the same orders. block: NN_NONE for the order of the blocks. */
static nn_random seed_order(const nn_fit *fit, size_t epoch_number, size_t block) {
    nn_random random;
    uint64_t state = fit->settings->seed;
    state = nn_splitmix_bits(&state) ^ epoch_number;
    state = nn_splitmix_bits(&state) ^ (uint64_t)block;
    nn_random_seed(&random, nn_splitmix_bits(&state));
    return random;
}

static void list(uint32_t *order, size_t count) {
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
}

static void order_blocks(const nn_fit *fit, size_t epoch_number) {
    size_t count = nn_count_blocks(&fit->source.blocks);
    nn_random random = seed_order(fit, epoch_number, NN_NONE);
    if (!fit->block_order)
        return;
    list(fit->block_order, count);
    nn_shuffle(fit->block_order, count, &random);
}

static size_t get_index(const nn_fit *fit, size_t i) {
    return fit->block_order ? fit->block_order[i] : i;
}

static void shuffle_rows(const epoch *e, size_t index, nn_block *block) {
    nn_random random = seed_order(e->fit, e->fit->progress.epoch, index);
    if (!e->fit->settings->shuffle)
        return;
    if (!block->rows.order)
        list(block->order, block->rows.N);
    block->rows.order = block->order;
    nn_shuffle(block->order, block->rows.N, &random);
}

/* ---- batches --------------------------------------------------------------------------------- */

/* How many rows the next step takes: on a rank of a group perhaps none. */
static size_t get_wanted(const epoch *e) {
    return nn_count_rows_before(e->fit, e->batch + 1) - nn_count_rows_before(e->fit, e->batch);
}

static bool has_ended(const epoch *e) {
    return e->batch == nn_divide_up(e->fit->N, e->fit->batch_size);
}

static nnblas_status take_batch(epoch *e, nn_rows batch) {
    nn_fit *fit = e->fit;
    double cost;
    if (nn_count_batch_rows(fit, e->batch) == 0) {
        e->batch++;
        return NNBLAS_OK;
    }
    nn_weigh_batch(fit, e->batch, &batch);
    nnblas_status status = nn_take_step(fit, &batch, e->rate, &cost);
    if (status)
        return status;
    e->batch++;
    /* A checkpoint is of whole epochs. */
    if (nn_is_cancelled(fit) && !has_ended(e) && !fit->has_checkpoints)
        return NNBLAS_STOPPED_CANCELLED;
    double share = nn_add_weight(&e->weight, &batch);
    e->cost += share * (cost - e->cost);
    return NNBLAS_OK;
}

/* Some rows of a block, in its order. */
static nn_rows cut(const nn_block *block, size_t first, size_t count) {
    nn_rows rows = block->rows;
    rows.N = count;
    if (rows.order) {
        rows.order += first;
        return rows;
    }
    rows.X += first * rows.ldx;
    rows.Y += first * rows.ldy;
    rows.weights = rows.weights ? rows.weights + first : NULL;
    return rows;
}

/* Copies rows behind those that are gathered. first: the number of row 0 of the matrices. */
static void gather(nn_fit *fit, const nn_rows *rows, size_t first) {
    nn_rows *g = &fit->gathered;
    double *X = fit->gathered_memory + g->N * g->ldx, *Y = fit->gathered_memory + (g->Y - g->X);
    double *weights = g->weights ? fit->gathered_memory + (g->weights - g->X) : NULL;
    for (size_t e = 0; e < rows->N; e++) {
        size_t row = nn_get_row(rows, e);
        memcpy(X + e * g->ldx, rows->X + row * rows->ldx, g->ldx * sizeof *X);
        memcpy(Y + (g->N + e) * g->ldy, rows->Y + row * rows->ldy, g->ldy * sizeof *Y);
        if (weights)
            weights[g->N + e] = rows->weights[row];
        fit->gathered_numbers[g->N + e] = first + row;
    }
    g->N += rows->N;
}

/* After a step that failed: the first pass has searched the rows, this one may have others. All
 * ranks have failed then, and learn at the end of the epoch which rows were to blame. */
static nnblas_status search_rows(epoch *e, const nn_block *block, nnblas_status status) {
    nn_fit *fit = e->fit;
    if (status != NNBLAS_ERROR_NOT_FINITE || fit->row_failure.status)
        return status;
    nnblas_status found = nn_check_block(fit->trainer->net, block, false);
    if (found)
        nn_note_row_failure(fit, found);
    return found ? found : status;
}

static nnblas_status take_gathered(epoch *e) {
    nn_fit *fit = e->fit;
    const nn_block batch = {.rows = fit->gathered};
    fit->gathered.N = 0;
    nnblas_status status = take_batch(e, batch.rows);
    for (size_t i = 0; status < 0 && i < batch.rows.N; i++) {
        const nn_block row = {
            .first = fit->gathered_numbers[i], .count = 1, .rows = cut(&batch, i, 1)};
        status = search_rows(e, &row, status);
    }
    return status;
}

/* ---- failures -------------------------------------------------------------------------------- */

/* The other ranks wait for this one's part of the next step, which tells them of the failure. */
static nnblas_status report_failure(epoch *e, nnblas_status status) {
    nn_fit *fit = e->fit;
    nn_note_row_failure(fit, status);
    fit->gathered.N = 0;
    while (!nn_is_alone(&fit->group) && !has_ended(e))
        if (take_gathered(e))
            break;
    return nn_check_rows(fit);
}

static nnblas_status report_count(epoch *e, const char *comparison) {
    return report_failure(e, nn_fail(NNBLAS_ERROR_SOURCE,
                                     "the source has %s rows of a weight above 0 than the %zu of "
                                     "its first pass",
                                     comparison, e->fit->rows.N));
}

/* ---- an epoch -------------------------------------------------------------------------------- */

/* The first rows complete the batch that the block before began, and the last begin the next. */
static nnblas_status take_block(epoch *e, const nn_block *block) {
    nn_fit *fit = e->fit;
    size_t N = block->rows.N, first = 0;
    nnblas_status status = NNBLAS_OK;
    while (!status && first < N) {
        if (has_ended(e))
            return report_count(e, "more");
        size_t wanted = get_wanted(e), count = nn_min(wanted - fit->gathered.N, N - first);
        nn_rows rows = cut(block, first, count);
        size_t number = block->first + (rows.order ? 0 : first);
        first += count;
        if (count == wanted && fit->gathered.N == 0) {
            rows.following = rows.order ? nn_min(wanted, N - first) : 0;
            status = search_rows(e, block, take_batch(e, rows));
            continue;
        }
        gather(fit, &rows, number);
        if (fit->gathered.N == wanted)
            status = take_gathered(e);
    }
    return status;
}

/* After this rank's last row: batches that it has none of. */
static nnblas_status take_last_batches(epoch *e) {
    nnblas_status status = NNBLAS_OK;
    while (!status && !has_ended(e)) {
        if (e->fit->gathered.N < get_wanted(e))
            return report_count(e, "fewer");
        status = take_gathered(e);
    }
    return status;
}

/* The block that will be taken after the last one, in the next epoch if there is one. */
static size_t find_next_first(const nn_fit *fit) {
    if (!fit->source.blocks.repeats)
        return NN_NONE;
    order_blocks(fit, fit->progress.epoch + 1);
    return get_index(fit, 0);
}

static nnblas_status take_blocks(epoch *e) {
    nn_fit *fit = e->fit;
    nn_blocks *blocks = &fit->source.blocks;
    size_t count = nn_count_blocks(blocks);
    nnblas_status status = NNBLAS_OK;
    for (size_t i = 0; i < count && !status; i++) {
        nn_block block;
        size_t index = get_index(fit, i);
        size_t next = i + 1 < count ? get_index(fit, i + 1) : find_next_first(fit);
        nnblas_status failure = nn_blocks_take(blocks, index, next, &block);
        if (!failure)
            failure =
                nn_check_each_weight("sample weight", block.first, block.count, block.rows.weights);
        if (failure)
            return report_failure(e, failure);
        shuffle_rows(e, index, &block);
        status = take_block(e, &block);
    }
    return status ? status : take_last_batches(e);
}

nnblas_status nn_run_source_batches(nn_fit *fit, double rate, double *cost) {
    epoch e = {.fit = fit, .rate = rate};
    order_blocks(fit, fit->progress.epoch);
    fit->gathered.N = 0;
    nnblas_status status = take_blocks(&e);
    *cost = e.cost;
    /* For the other ranks it is a cost that is not finite, or comes after the last step. */
    nnblas_status lost = nn_group_agree(&fit->group, nn_check_rows(fit));
    return lost ? lost : status;
}
