/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/source_fit.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "training/fit_checks.h"
#include "training/group_source.h"
#include "training/source_survey.h"

#include <stdlib.h>

static nnblas_status open_source(nn_fit *fit, nnblas_source *source, bool is_validation,
                                 nn_source_rows *opened, nn_rows *rows) {
    nnblas_status status =
        nn_blocks_open(&opened->blocks, source, is_validation ? "validation source" : "source");
    if (status)
        return status;
    opened->blocks.repeats = true;
    return nn_survey_source(&opened->blocks, fit->trainer->net, is_validation, &opened->survey,
                            rows);
}

nnblas_status nn_choose_source(nn_fit *fit, nnblas_source *source) {
    const nn_settings *s = fit->settings;
    nnblas_status status = open_source(fit, source, false, &fit->source, &fit->rows);
    status = nn_join_source(fit, status);
    if (status)
        return status;
    bool has_batches = s->batch_size > 0 && nn_has_rate(s->optimizer);
    fit->batch_size = has_batches ? nn_min(s->batch_size, fit->N) : fit->N;
    /* All ranks are refused for the same. */
    double counts[] = {(double)fit->source.blocks.N, (double)s->validation.N};
    nn_group_sum(&fit->group, counts, 2);
    fit->source.N = (size_t)counts[0];
    status = nn_group_check(&fit->group);
    if (!status)
        status = nn_check_survey(&fit->source.survey, fit->source.N, fit->N);
    return status ? status
                  : nn_check_row_counts(s, fit->source.N, fit->N,
                                        s->validation_source ? 1 : (size_t)counts[1]);
}

nnblas_status nn_choose_validation_source(nn_fit *fit, nnblas_source *source) {
    nnblas_status status = nn_check_source("the validation source", source, fit->trainer->net);
    if (!status)
        status = open_source(fit, source, true, &fit->validation_source, &fit->validation);
    fit->N_validation = fit->validation.N;
    fit->validation_source.share = 1.0;
    status = nn_join_rows(&fit->group, status, &fit->validation, &fit->N_validation,
                          &fit->validation_source.share);
    if (status)
        return status;
    double count = (double)fit->validation_source.blocks.N;
    nn_group_sum(&fit->group, &count, 1);
    fit->validation_source.N = (size_t)count;
    status = nn_group_check(&fit->group);
    return status ? status
                  : nn_check_survey(&fit->validation_source.survey, fit->validation_source.N,
                                    fit->N_validation);
}

void nn_expect_passes(nn_fit *fit) {
    bool is_last = fit->progress.epoch + 1 >= fit->settings->epochs;
    fit->source.blocks.repeats = fit->validation_source.blocks.repeats = !is_last;
}

/* 256 MiB of their order. The number of rows may be one that was set, and no row was read: a system
 * may hand out memory that it does not have, and end the process that writes to it. */
static const size_t MOST_BLOCKS = (size_t)1 << 26;

static nnblas_status open_block_order(nn_fit *fit) {
    const nn_blocks *b = &fit->source.blocks;
    size_t count = nn_count_blocks(b);
    if (!fit->settings->shuffle || !b->source->seek)
        return NNBLAS_OK;
    if (count <= MOST_BLOCKS)
        fit->block_order = nn_allocate(nn_max(count, 1), sizeof *fit->block_order);
    if (!fit->block_order)
        return nn_fail(NNBLAS_ERROR_MEMORY,
                       "the source %s %zu rows: there is no memory for the order of %zu blocks; "
                       "set the number of rows that it has, or larger blocks",
                       b->source->rows == SIZE_MAX ? "has" : "was set to have", b->N, count);
    return NNBLAS_OK;
}

static nnblas_status open_batch(nn_fit *fit) {
    const nnblas_source *source = fit->source.blocks.source;
    size_t columns = source->inputs + source->labels + source->is_weighted;
    nnblas_status status = open_block_order(fit);
    if (status)
        return status;
    fit->gathered_numbers = nn_allocate(fit->batch_size, sizeof *fit->gathered_numbers);
    if (!fit->gathered_numbers)
        return NNBLAS_ERROR_MEMORY;
    double *memory = nn_allocate(nn_multiply_sizes(fit->batch_size, columns), sizeof *memory);
    if (!memory)
        return NNBLAS_ERROR_MEMORY;
    double *Y = memory + fit->batch_size * source->inputs;
    double *weights = Y + fit->batch_size * source->labels;
    fit->gathered = (nn_rows){.X = memory,
                              .ldx = source->inputs,
                              .Y = Y,
                              .ldy = source->labels,
                              .weights = source->is_weighted ? weights : NULL};
    fit->gathered_memory = memory;
    return NNBLAS_OK;
}

nnblas_status nn_open_source_buffers(nn_fit *fit) {
    if (!nn_is_from_source(fit))
        return NNBLAS_OK;
    if (!nn_is_full_batch(fit))
        return open_batch(fit);
    fit->mean_gradient = nn_allocate(nn_count_all_parameters(fit), sizeof *fit->mean_gradient);
    return fit->mean_gradient ? NNBLAS_OK : NNBLAS_ERROR_MEMORY;
}

void nn_close_sources(nn_fit *fit) {
    free(fit->mean_gradient);
    free(fit->source.rank_rows);
    free(fit->gathered_memory);
    free(fit->gathered_numbers);
    free(fit->block_order);
    nn_blocks_close(&fit->validation_source.blocks);
    nn_blocks_close(&fit->source.blocks);
}

/* A rank of a group may have no rows. */
static size_t count_engine_rows(size_t N) {
    return nn_max(N, 1);
}

nn_rows nn_describe_step(const nn_fit *fit) {
    const nn_blocks *b = &fit->source.blocks;
    if (nn_is_from_source(fit) && nn_is_full_batch(fit))
        return nn_blocks_describe(b, count_engine_rows(nn_min(b->block_rows, fit->rows.N)), false);
    if (nn_is_from_source(fit))
        return nn_blocks_describe(b, fit->batch_size, fit->settings->shuffle);
    nn_rows step = fit->rows;
    step.N = count_engine_rows(nn_min(fit->batch_size, step.N));
    return step;
}

nn_rows nn_describe_validation(const nn_fit *fit) {
    const nn_blocks *b = &fit->validation_source.blocks;
    nn_rows rows = fit->validation;
    rows.N = count_engine_rows(rows.N);
    return b->source ? nn_blocks_describe(b, nn_min(b->block_rows, rows.N), false) : rows;
}
