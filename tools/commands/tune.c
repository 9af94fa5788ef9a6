/* SPDX-License-Identifier: BSD-3-Clause */
/* Measures the plans of a training. */
#include "cli/options.h"
#include "cli/output.h"
#include "commands/commands.h"
#include "commands/plans.h"
#include "commands/train_settings.h"
#include "commands/training_data.h"

#include <stdlib.h>

static nnblas_status tune_net(const train_settings *set, const note_list *notes, const schema *s,
                              const dataset *d, nnblas_net *net) {
    if (!set->is_quiet) {
        print_training_data(stdout, set, s, d);
        print_notes(stdout, notes);
        print_settings(stdout, &set->training, net);
        fflush(stdout);
    }
    nnblas_status status = nnblas_set_threads((int)set->training.threads);
    if (!status)
        status = measure_plans(&set->training, d->N, net, set->seconds);
    if (!status)
        status = nnblas_plans_save(set->output);
    if (!status && !set->is_quiet) {
        print_plans(stdout, &set->training, d->N, net);
        printf("saved %s\n", set->output);
    }
    return status;
}

static int tune(const char *command, const train_settings *set) {
    schema s = {0};
    dataset d = {0};
    note_list notes = {0};
    nnblas_net *net = NULL;
    bool is_good = read_training_data(command, set, &notes, &s, &d);
    if (is_good) {
        nnblas_status status =
            create_net(&set->training, d.inputs, d.outputs, get_output_kind(&s), &net);
        if (!status)
            status = tune_net(set, &notes, &s, &d, net);
        if (status)
            report_failure(command);
        is_good = !status;
    }
    nnblas_net_destroy(net);
    free_schema(&s);
    free_dataset(&d);
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
