/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/saved_settings.h"
#include "core/bits.h"

#include <string.h>

/* The last ones are known only with the rows. */
enum { ROW_NUMBERS = 2 };

/* Bits are compared, so a zero has only one sign. */
static uint64_t get_setting_bits(double value) {
    return nn_get_bits(value == 0.0 ? 0.0 : value);
}

nn_named_numbers nn_list_settings(const nn_settings *s, const nn_fit *fit) {
    const nn_named_number all[] = {
        {"optimizer", (uint64_t)s->optimizer},
        {"learning_rate", get_setting_bits(s->learning_rate)},
        {"momentum", get_setting_bits(s->momentum)},
        {"beta1", get_setting_bits(s->beta1)},
        {"beta2", get_setting_bits(s->beta2)},
        {"epsilon", get_setting_bits(s->epsilon)},
        {"weight_decay", get_setting_bits(s->weight_decay)},
        {"schedule", (uint64_t)s->schedule},
        {"schedule_epochs", s->schedule_epochs},
        {"schedule_factor", get_setting_bits(s->schedule_factor)},
        {"epochs_of_schedule", s->schedule == NN_COSINE ? s->epochs : 0},
        {"batch_size", s->batch_size},
        {"seed", s->seed},
        {"has_sample_weights", s->sample_weights != NULL},
        {"has_validation_weights", s->validation.weights != NULL},
        {"tolerance", get_setting_bits(s->tolerance)},
        {"validation_fraction", get_setting_bits(s->validation_fraction)},
        {"rows_to_learn_from", fit ? fit->rows.N : 0},
        {"rows_to_validate_with", fit ? fit->validation.N : 0},
    };
    nn_named_numbers numbers = {.count = sizeof all / sizeof *all};
    memcpy(numbers.number, all, sizeof all);
    return numbers;
}

nnblas_status nn_read_settings(const char *text, nn_named_numbers *then) {
    *then = nn_list_settings(&(nn_settings){.epochs = 0}, NULL);
    if (nn_read_numbers(text, then))
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_FORMAT, "the settings of the checkpoint are not what this version "
                                        "of the library writes");
}

nnblas_status nn_compare_settings(const nn_named_numbers *then, const nn_settings *now,
                                  const nn_fit *fit) {
    const nn_named_numbers current = nn_list_settings(now, fit);
    size_t compared = current.count - (fit ? 0 : ROW_NUMBERS);
    for (size_t i = 0; i < compared; i++)
        if (then->number[i].bits != current.number[i].bits)
            return nn_fail(NNBLAS_ERROR_VALUE, "the checkpoint has another %s than this training",
                           current.number[i].name);
    return NNBLAS_OK;
}

bool nn_settings_have_validation(const nn_named_numbers *then) {
    return then->number[then->count - 1].bits > 0;
}
