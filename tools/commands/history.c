/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/history.h"

#include "cli/number.h"
#include "cli/output.h"
#include "cli/progress.h"

static void write_epoch(FILE *stream, nnblas_epoch e) {
    fprintf(stream, "%zu,%s,%s,%s,%.6f,%s\n", e.epoch, write_real(e.cost).text,
            write_real(e.validation_cost).text, write_real(e.learning_rate).text, e.seconds,
            write_real(e.score).text);
}

bool write_history(const char *command, const nnblas_trainer *trainer, const char *path) {
    output_file output;
    if (!open_output(command, &output, path))
        return false;
    fputs("epoch,cost,validation_cost,learning_rate,seconds,score\n", output.stream);
    for (size_t i = 0; i < nnblas_trainer_history_count(trainer); i++)
        write_epoch(output.stream, get_epoch(trainer, i));
    return keep_output(command, &output);
}
