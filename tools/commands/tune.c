/* SPDX-License-Identifier: BSD-3-Clause */
/* Measures the plans of a training. */
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "commands/plans.h"
#include "commands/train_settings.h"
#include "commands/trainer.h"
#include "commands/training_data.h"
#include "commands/training_defaults.h"

#include <stdlib.h>

static nnblas_status tune_net(const train_settings *set, const note_list *notes, const schema *s,
                              const training_rows *rows, nnblas_net *net) {
    if (!set->is_quiet) {
        print_training_data(stdout, set, s, rows);
        print_notes(stdout, notes);
        print_settings(stdout, &set->training, net);
        fflush(stdout);
    }
    nnblas_status status = measure_plans(&set->training, rows, net, set->seconds);
    if (!status)
        status = nnblas_plans_save(set->output);
    if (!status && !set->is_quiet) {
        print_plans(stdout, &set->training, rows, net);
        print_safely(stdout, "saved %s\n", set->output);
    }
    return status;
}

static bool make_and_tune(const char *command, const train_settings *set, const note_list *notes,
                          const schema *s, const training_rows *rows) {
    nnblas_net *net = NULL;
    nnblas_status status = create_net(&set->training, &rows->learnt, get_output_kind(s), &net);
    if (!status)
        status = tune_net(set, notes, s, rows, net);
    if (status)
        report_failure(command);
    nnblas_net_destroy(net);
    return !status;
}

static int tune(const char *command, const train_settings *set) {
    schema s = {0};
    dataset d = {0};
    training_rows rows = {0};
    note_list notes = {0};
    bool is_good = read_training_data(command, set, &notes, &s, &d);
    if (is_good) {
        split_rows(&set->training, &s, &d, &rows);
        is_good = make_and_tune(command, set, &notes, &s, &rows);
    }
    free_schema(&s);
    free_dataset(&d);
    free_training_rows(&rows);
    free_notes(&notes);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_tune(int argc, char **argv) {
    train_settings set = {.training = default_settings(), .seconds = 5.0};
    int status = read_tune_settings(argc, argv, &set);
    ignore_write_signals();
    if (status == CARRY_ON)
        status = tune(argv[0], &set);
    free_train_settings(&set);
    return status;
}
