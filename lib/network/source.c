/* SPDX-License-Identifier: BSD-3-Clause */
#include "network/source.h"
#include "core/memory.h"
#include "core/sizes.h"

#include <limits.h>
#include <stdlib.h>

/* Of the default block. The parts of a smaller one wait for each other more often. */
enum { BLOCK_BYTES = 64 << 20, LEAST_ROWS = 1024 };

/* 2^53 - 1, which doubles count to. SIZE_MAX stands for a number that is not known. */
static const size_t MOST_ROWS = sizeof(size_t) > 4 ? SIZE_MAX >> 11 : SIZE_MAX - 1;

static nnblas_status check_source(const nnblas_source *source) {
    return nn_check_pointer("source", source);
}

nnblas_status nnblas_source_create(size_t inputs, size_t labels, nnblas_next_block *next,
                                   nnblas_restart *restart, void *user, nnblas_source **source) {
    if (nn_check_pointer("source", source))
        return NNBLAS_ERROR_NULL;
    if (!next || !restart)
        return nn_fail(NNBLAS_ERROR_NULL, "%s is null", next ? "restart" : "next");
    nnblas_status status = nn_check_size("inputs", inputs);
    if (!status)
        status = nn_check_size("labels", labels);
    if (status)
        return status;
    nnblas_source *created = nn_allocate(1, sizeof *created);
    if (!created)
        return NNBLAS_ERROR_MEMORY;
    *created = (nnblas_source){.inputs = inputs,
                               .labels = labels,
                               .next = next,
                               .restart = restart,
                               .user = user,
                               .rows = SIZE_MAX,
                               .reads_ahead = true};
    *source = created;
    return NNBLAS_OK;
}

void nnblas_source_destroy(nnblas_source *source) {
    free(source);
}

nnblas_status nnblas_source_set_seek(nnblas_source *source, nnblas_seek *seek) {
    nnblas_status status = check_source(source);
    if (!status)
        source->seek = seek;
    return status;
}

static nnblas_status set_flag(const char *name, int value, bool *flag) {
    if (value != 0 && value != 1)
        return nn_fail(NNBLAS_ERROR_VALUE, "%s is %d; it must be 0 or 1", name, value);
    *flag = value;
    return NNBLAS_OK;
}

nnblas_status nnblas_source_set_weighted(nnblas_source *source, int weighted) {
    nnblas_status status = check_source(source);
    return status ? status : set_flag("weighted", weighted, &source->is_weighted);
}

nnblas_status nnblas_source_set_read_ahead(nnblas_source *source, int read_ahead) {
    nnblas_status status = check_source(source);
    return status ? status : set_flag("read_ahead", read_ahead, &source->reads_ahead);
}

nnblas_status nnblas_source_set_block_rows(nnblas_source *source, size_t rows) {
    nnblas_status status = check_source(source);
    if (!status && rows > 0)
        status = nn_check_size("rows", rows);
    if (!status)
        source->block_rows = rows;
    return status;
}

nnblas_status nnblas_source_set_rows(nnblas_source *source, size_t rows) {
    nnblas_status status = check_source(source);
    if (!status && rows > MOST_ROWS)
        status = nn_fail(NNBLAS_ERROR_SIZE,
                         "rows is %zu; it must be how many there are, at most %zu, or 0 where that "
                         "is not known",
                         rows, MOST_ROWS);
    if (!status)
        source->rows = rows > 0 ? rows : SIZE_MAX;
    return status;
}

size_t nn_count_block_rows(const nnblas_source *source) {
    size_t row_bytes =
        nn_multiply_sizes(nn_add_sizes(source->inputs, source->labels), sizeof(double));
    return source->block_rows > 0 ? source->block_rows
                                  : nn_max(BLOCK_BYTES / row_bytes, LEAST_ROWS);
}

size_t nnblas_source_block_rows(const nnblas_source *source) {
    return check_source(source) ? 0 : nn_count_block_rows(source);
}

nnblas_status nn_check_source(const char *name, const nnblas_source *source,
                              const nnblas_net *net) {
    nnblas_status status = nn_check_pointer(name, source);
    if (status)
        return status;
    size_t inputs = net->layers[0].inputs, labels = nn_count_label_columns(net);
    if (source->inputs != inputs || source->labels != labels)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "%s has rows of %zu inputs and %zu labels; the network has %zu and %zu",
                       name, source->inputs, source->labels, inputs, labels);
    return NNBLAS_OK;
}
