/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/saved_settings.h"
#include "core/bits.h"
#include "core/sizes.h"
#include "training/optimizer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The last ones are known only with the rows. */
enum { ROW_NUMBERS = 9 };

/* Bits are compared, so a zero has only one sign. */
static uint64_t get_setting_bits(double value) {
    return nn_get_bits(value == 0.0 ? 0.0 : value);
}

/* The block rows that were set: those of equal blocks depend on how many rows a rank has. */
static uint64_t get_block_rows(const nn_source_rows *source) {
    return source->blocks.source ? nn_count_block_rows(source->blocks.source) : 0;
}

/* 1 for each row without a weight. */
static uint64_t get_total_weight(const nn_rows *rows, size_t N) {
    return get_setting_bits(N > 0 ? rows->total_weight / rows->weight_scale : 0.0);
}

nn_named_numbers nn_list_settings(const nn_settings *s, const nn_fit *fit) {
    const nn_named_number all[] = {
        {"optimizer", (uint64_t)s->optimizer},
        {"learning_rate", get_setting_bits(s->learning_rate)},
        {"momentum", get_setting_bits(s->momentum)},
        {"beta1", get_setting_bits(s->beta1)},
        {"beta2", get_setting_bits(s->beta2)},
        {"epsilon", get_setting_bits(s->epsilon)},
        {"mask", s->mask_hash},
        {"scg_tolerance", get_setting_bits(s->scg_tolerance)},
        {"first_damping", get_setting_bits(s->damping)},
        {"damping_tolerance", get_setting_bits(s->damping_tolerance)},
        {"bayesian", s->is_bayesian},
        {"derivative_weight", get_setting_bits(s->derivatives.weight)},
        {"weight_decay", get_setting_bits(s->weight_decay)},
        {"l1", get_setting_bits(s->l1)},
        {"schedule", (uint64_t)s->schedule.kind},
        {"schedule_epochs", s->schedule.epochs},
        {"schedule_factor", get_setting_bits(s->schedule.factor)},
        {"schedule_last", get_setting_bits(s->schedule.last)},
        {"schedule_scale", get_setting_bits(s->schedule.scale)},
        {"schedule_power", get_setting_bits(s->schedule.power)},
        {"epochs_of_schedule", s->schedule.kind == NNBLAS_SCHEDULE_COSINE ? s->epochs : 0},
        {"batch_size", s->batch_size},
        {"shuffle", s->shuffle},
        {"seed", s->seed},
        {"has_sample_weights", fit ? fit->has_weights : s->sample_weights != NULL},
        {"has_validation_weights",
         fit ? fit->has_validation_weights : s->validation.weights != NULL},
        {"score", (uint64_t)s->score},
        {"tolerance", get_setting_bits(s->tolerance)},
        {"validation_fraction", get_setting_bits(s->validation_fraction)},
        {"block_rows", fit ? get_block_rows(&fit->source) : 0},
        {"validation_block_rows", fit ? get_block_rows(&fit->validation_source) : 0},
        {"seeks", fit && nn_is_from_source(fit) && fit->source.blocks.source->seek},
        {"source_rows", fit ? fit->source.N : 0},
        {"validation_source_rows", fit ? fit->validation_source.N : 0},
        {"rows_to_learn_from", fit ? fit->N : 0},
        {"rows_to_validate_with", fit ? fit->N_validation : 0},
        {"total_weight", fit ? get_total_weight(&fit->rows, fit->N) : 0},
        {"validation_weight", fit ? get_total_weight(&fit->validation, fit->N_validation) : 0},
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

/* ---- comparing ------------------------------------------------------------------------------- */

/* How a message tells the value of a setting. A sum is rounded as the processes share its parts. */
typedef struct description {
    const char *words;
    bool is_real, is_hash, is_sum;
    size_t n_choices; /* names of the values from 0, before other numbers */
    const char *choices[8];
} description;

/* In the order of nn_list_settings. */
static const description DESCRIPTIONS[] = {
    {"optimizer", .n_choices = NNBLAS_SCALED_CONJUGATE_GRADIENT + 1,
     .choices = {"gradient descent", "momentum", "Nesterov", "RPROP", "Adam", "L-BFGS",
                 "Levenberg-Marquardt", "scaled conjugate gradients"}},
    {"learning rate", .is_real = true},
    {"momentum", .is_real = true},
    {"beta1", .is_real = true},
    {"beta2", .is_real = true},
    {"epsilon", .is_real = true},
    {"mask", .is_hash = true, .n_choices = 1, .choices = {"none"}},
    {"tolerance of scaled conjugate gradients", .is_real = true},
    {"damping", .is_real = true},
    {"tolerance of Levenberg-Marquardt", .is_real = true},
    {"Bayesian regularisation", .n_choices = 2, .choices = {"none", "on"}},
    {"weight of the derivatives", .is_real = true, .n_choices = 1, .choices = {"none"}},
    {"weight decay", .is_real = true},
    {"L1", .is_real = true},
    {"schedule", .n_choices = NNBLAS_SCHEDULE_ADAPTIVE + 1,
     .choices = {"constant", "step", "cosine", "plateau", "inverse", "adaptive"}},
    {"epochs of the schedule", .n_choices = 0},
    {"factor of the schedule", .is_real = true},
    {"last rate of the schedule", .is_real = true},
    {"scale of the schedule", .is_real = true},
    {"power of the schedule", .is_real = true},
    {"epochs of the cosine schedule", .n_choices = 0},
    {"batch size", .n_choices = 0},
    {"shuffling", .n_choices = 2, .choices = {"none", "in each epoch"}},
    {"seed", .n_choices = 0},
    {"sample weights", .n_choices = 2, .choices = {"none", "some"}},
    {"validation weights", .n_choices = 2, .choices = {"none", "some"}},
    {"score", .n_choices = NNBLAS_SCORE_R2 + 1, .choices = {"none", "accuracy", "labels", "R2"}},
    {"tolerance", .is_real = true},
    {"validation fraction", .is_real = true},
    {"rows in a block of the source", .n_choices = 1, .choices = {"no source"}},
    {"rows in a block of the validation source", .n_choices = 1, .choices = {"no source"}},
    {"seek of the source", .n_choices = 2, .choices = {"none", "set"}},
    {"rows of the source", .n_choices = 1, .choices = {"no source"}},
    {"rows of the validation source", .n_choices = 1, .choices = {"no source"}},
    {"rows to train on", .n_choices = 0},
    {"validation rows", .n_choices = 0},
    {"total weight of the rows", .is_real = true, .is_sum = true},
    {"total weight of the validation rows", .is_real = true, .is_sum = true},
};

enum { VALUE_SIZE = 40 };

static void write_value(const description *d, uint64_t bits, int digits, char text[VALUE_SIZE]) {
    if (bits < d->n_choices)
        snprintf(text, VALUE_SIZE, "%s", d->choices[bits]);
    else if (d->is_hash)
        snprintf(text, VALUE_SIZE, "one");
    else if (d->is_real)
        snprintf(text, VALUE_SIZE, "%.*g", digits, nn_from_bits(bits));
    else
        snprintf(text, VALUE_SIZE, "%" PRIu64, bits);
}

/* With as many digits as it takes to see the difference. */
static nnblas_status refuse_difference(const description *d, uint64_t then, uint64_t now,
                                       const char *of_then, const char *of_now) {
    char then_text[VALUE_SIZE], now_text[VALUE_SIZE];
    for (int digits = 6; digits <= 17; digits += 11) {
        write_value(d, then, digits, then_text);
        write_value(d, now, digits, now_text);
        if (strcmp(then_text, now_text) != 0)
            break;
    }
    if (d->is_hash && then > 0 && now > 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "the %s is not that of %s", d->words, of_then);
    return nn_fail(NNBLAS_ERROR_VALUE, "%s: %s in %s, %s in %s", d->words, then_text, of_then,
                   now_text, of_now);
}

static bool are_equal(const description *d, uint64_t then, uint64_t now) {
    static const double MOST_ROUNDING = 1e-9;
    double a = nn_from_bits(then), b = nn_from_bits(now);
    return then == now || (d->is_sum && fabs(a - b) <= MOST_ROUNDING * fmax(fabs(a), fabs(b)));
}

nnblas_status nn_compare_settings(const nn_named_numbers *then, const nn_settings *now,
                                  const nn_fit *fit, const char *of_then, const char *of_now) {
    const nn_named_numbers current = nn_list_settings(now, fit);
    size_t compared = current.count - (fit ? 0 : ROW_NUMBERS);
    for (size_t i = 0; i < compared; i++)
        if (!are_equal(&DESCRIPTIONS[i], then->number[i].bits, current.number[i].bits))
            return refuse_difference(&DESCRIPTIONS[i], then->number[i].bits, current.number[i].bits,
                                     of_then, of_now);
    return NNBLAS_OK;
}

/* SIZE_MAX for what this machine cannot hold. */
static size_t get_count(const nn_named_numbers *then, const char *name) {
    size_t i = 0;
    while (strcmp(then->number[i].name, name) != 0)
        i++;
    return then->number[i].bits < SIZE_MAX ? (size_t)then->number[i].bits : SIZE_MAX;
}

/* Of rows in arrays there is no block. */
static size_t cut_to_block(const nn_named_numbers *then, const char *name, const char *name_of_all,
                           size_t rows) {
    size_t block = get_count(then, name), all = get_count(then, name_of_all);
    return block > 0 ? nn_min(nn_equalise_blocks(all, block), rows) : rows;
}

size_t nn_count_step_rows(const nn_named_numbers *then) {
    size_t batch = get_count(then, "batch_size"), rows = get_count(then, "rows_to_learn_from");
    bool has_batches = batch > 0 && nn_has_rate((nnblas_optimizer)get_count(then, "optimizer"));
    return has_batches && batch < rows ? batch
                                       : cut_to_block(then, "block_rows", "source_rows", rows);
}

size_t nn_count_validation_rows(const nn_named_numbers *then) {
    return cut_to_block(then, "validation_block_rows", "validation_source_rows",
                        get_count(then, "rows_to_validate_with"));
}

bool nn_settings_have_validation(const nn_named_numbers *then) {
    return get_count(then, "rows_to_validate_with") > 0;
}

bool nn_settings_have_score(const nn_named_numbers *then) {
    return get_count(then, "score") != NNBLAS_SCORE_NONE;
}
