/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/history.h"

#include "cli/number.h"
#include "cli/output.h"
#include "cli/progress.h"

/* The cost after an epoch is of the rows that are held out, or where there are none of all. */
static void write_epoch(FILE *stream, nnblas_epoch e, bool has_validation) {
    number_text after = write_real(e.validation_cost), none = {""};
    fprintf(stream, "%zu,%s,%s,%s,%.6f,%s,%s\n", e.epoch, write_real(e.cost).text,
            (has_validation ? after : none).text, write_real(e.learning_rate).text, e.seconds,
            write_real(e.score).text, (has_validation ? none : after).text);
}

bool write_history(const char *command, const nnblas_trainer *trainer, bool has_validation,
                   const char *path) {
    output_file output;
    if (!open_output(command, &output, path))
        return false;
    fputs("epoch,cost,validation_cost,learning_rate,seconds,score,cost_after\n", output.stream);
    for (size_t i = 0; i < nnblas_trainer_history_count(trainer); i++)
        write_epoch(output.stream, get_epoch(trainer, i), has_validation);
    return keep_output(command, &output);
}
