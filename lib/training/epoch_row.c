/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/epoch_row.h"

#include <math.h>

void nn_write_epoch_row(const nnblas_epoch *epoch, double row[NN_EPOCH_COLUMNS]) {
    row[0] = (double)epoch->epoch;
    row[1] = epoch->cost;
    row[2] = epoch->validation_cost;
    row[3] = epoch->learning_rate;
    row[4] = epoch->seconds;
    row[5] = epoch->score;
}

nnblas_epoch nn_read_epoch_numbers(const double row[NN_EPOCH_COLUMNS]) {
    return (nnblas_epoch){.epoch = (size_t)row[0],
                          .cost = row[1],
                          .validation_cost = row[2],
                          .learning_rate = row[3],
                          .seconds = row[4],
                          .score = row[5]};
}

static nnblas_status refuse(const nn_epoch_reader *reader, const char *name, double value,
                            const char *words) {
    return nn_fail(NNBLAS_ERROR_FORMAT, "the %s of epoch %zu in the history is %g; it must be %s",
                   name, reader->next, value, words);
}

static nnblas_status check_row(const nn_epoch_reader *reader, const nnblas_epoch *e,
                               double number) {
    if (number != (double)reader->next)
        return refuse(reader, "number", number, "one more than that of the epoch before");
    if (!isfinite(e->cost))
        return refuse(reader, "cost", e->cost, "finite");
    if (reader->has_validation && !isfinite(e->validation_cost))
        return refuse(reader, "validation cost", e->validation_cost, "finite");
    if (!reader->has_validation && !isnan(e->validation_cost))
        return refuse(reader, "validation cost", e->validation_cost,
                      "NaN, as there are no validation rows");
    if (!isfinite(e->learning_rate) || e->learning_rate < 0.0)
        return refuse(reader, "learning rate", e->learning_rate, "finite and 0 or above");
    if (!isfinite(e->seconds) || e->seconds < 0.0)
        return refuse(reader, "time", e->seconds, "finite and 0 or above");
    if (reader->has_score && !(isfinite(e->score) && e->score <= 1.0))
        return refuse(reader, "score", e->score, "finite and at most 1");
    if (!reader->has_score && !isnan(e->score))
        return refuse(reader, "score", e->score, "NaN, as the training has none");
    return NNBLAS_OK;
}

nnblas_status nn_read_epoch_row(nn_epoch_reader *reader, const double row[NN_EPOCH_COLUMNS]) {
    const nnblas_epoch epoch = {.epoch = reader->next,
                                .cost = row[1],
                                .validation_cost = row[2],
                                .learning_rate = row[3],
                                .seconds = row[4],
                                .score = row[5]};
    nnblas_status status = check_row(reader, &epoch, row[0]);
    if (!status)
        status = nn_history_make_room(reader->history, reader->limit);
    if (status)
        return status;
    nn_history_add(reader->history, reader->limit, &epoch);
    reader->next++;
    reader->lowest = fmin(reader->lowest, nn_get_watched(&epoch));
    reader->cost = epoch.cost;
    reader->seconds = epoch.seconds;
    return NNBLAS_OK;
}
