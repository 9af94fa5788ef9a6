/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints in which a number was altered: each is refused by its name, and nothing is changed.
 */
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EPOCHS = 7, BATCH = 9, STEPS = EPOCHS * 8 };

#define NOT_A_NUMBER ((double)NAN)
#define INFINITE ((double)INFINITY)

/* ---- the files ------------------------------------------------------------------------------- */

static char path[64];

static void make_path(void) {
    snprintf(path, sizeof path, "damaged.%ld.safetensors", (long)getpid());
}

static const recipe ADAM = {
    .optimizer = NNBLAS_ADAM, .rate = 0.3, .batch = BATCH, .fraction = 0.2, .has_plateau = true};
static const recipe SCORED = {
    .optimizer = NNBLAS_ADAM, .rate = 0.3, .fraction = 0.2, .score = NNBLAS_SCORE_R2};
static const recipe RPROP = {.optimizer = NNBLAS_RPROP, .rate = 0.2};
static const recipe SCG = {.optimizer = NNBLAS_SCALED_CONJUGATE_GRADIENT, .rate = 1.0};

static const recipe DAMPED = {.optimizer = NNBLAS_LEVENBERG_MARQUARDT};

static int stop(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    return epoch == EPOCHS;
}

/* A checkpoint of some epochs. */
static file_contents make_checkpoint(const recipe *r, size_t history_limit) {
    training t = begin_recipe(r, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, stop, NULL));
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, history_limit));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CALLBACK);
    free_training(&t);
    return read_whole(path);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void check_words(const char *words) {
    ck_assert_msg(strstr(nnblas_error_message(), words), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), words);
}

/* The file at the path is refused, by resume or at the latest by fit; network and history are as
 * before, and a training without it is that of a trainer that never saw it. */
static void check_refused(const recipe *r, nnblas_status expected, const char *words) {
    double kept[PARAMETERS], fresh[PARAMETERS];
    training t = begin_recipe(r, 5);
    ck_assert_ok(fit(&t));
    keep_parameters(&t, fresh);
    ck_assert_ok(nnblas_net_init(t.net, 6));
    keep_parameters(&t, kept);
    nnblas_status status = nnblas_trainer_resume(t.trainer, path);
    bool is_refused_at_once = status != NNBLAS_OK;
    if (!status)
        status = fit(&t);
    ck_assert_msg(status == expected, "%s instead of a refusal with \"%s\"",
                  nnblas_status_string(status), words);
    check_words(words);
    ck_assert(has_parameters(&t, kept));
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), RECIPE_EPOCHS);
    ck_assert_uint_eq(get_epoch(t.trainer, RECIPE_EPOCHS - 1).epoch, RECIPE_EPOCHS);
    if (is_refused_at_once) {
        ck_assert_ok(nnblas_net_init(t.net, 5));
        ck_assert_ok(fit(&t));
        ck_assert(has_parameters(&t, fresh));
    }
    free_training(&t);
}

/* ---- the progress ---------------------------------------------------------------------------- */

typedef struct number {
    const char *name;
    uint64_t bits;
    const char *words;
} number;

static void check_numbers_of(const recipe *r, size_t history_limit, const number *numbers,
                             size_t count) {
    file_contents good = make_checkpoint(r, history_limit);
    for (size_t i = 0; i < count; i++) {
        write_whole(path, &good);
        ck_assert_uint_ne(get_saved_number(path, numbers[i].name), numbers[i].bits);
        set_saved_number(path, numbers[i].name, numbers[i].bits);
        check_refused(r, NNBLAS_ERROR_FORMAT, numbers[i].words);
    }
    free(good.bytes);
    ck_assert_int_eq(unlink(path), 0);
}

static void check_numbers(const recipe *r, const number *numbers, size_t count) {
    check_numbers_of(r, SIZE_MAX, numbers, count);
}

/* What is said of a count that only a size_t of 64 bits holds. */
static const char *if_held(const char *words) {
    return SIZE_MAX == UINT64_MAX ? words : "of the checkpoint is over what size_t holds";
}

START_TEST(counts_that_cannot_be_are_refused) {
    const number NUMBERS[] = {
        {"epoch", 0, "epoch of the checkpoint is 0; it must be 1 to 2^53"},
        {"epoch", ((uint64_t)1 << 53) + 1,
         if_held("epoch of the checkpoint is 9007199254740993; it must")},
        {"epoch", UINT64_MAX, if_held("epoch of the checkpoint is 18446744073709551615; it must")},
        {"epoch", EPOCHS + 1, "the number of epoch 2 in the history is 1; it must be one more"},
        {"epoch", EPOCHS - 1, "tensor 'checkpoint.history' is 7 x 6; it must be at most 6 x 6"},
        {"steps", STEPS + 1, "steps of the checkpoint is 57; 7 epochs of 8 batches take at most"},
        {"steps", UINT64_MAX, "steps of the checkpoint is 18446744073709551615; 7 epochs"},
        {"unimproved", EPOCHS, "unimproved of the checkpoint is 7; it must be under"},
        {"on_plateau", 2, "on_plateau of the checkpoint is 2; it must be what unimproved"},
        {"file_epochs", EPOCHS + 1, "file_epochs of the checkpoint is 8; it must be at most"},
        {"file_epochs", 1, "tensor 'checkpoint.history' is 7 x 6; it must be at most 6 x 6"},
    };
    check_numbers(&ADAM, NUMBERS, sizeof NUMBERS / sizeof *NUMBERS);
    const number WITHOUT_PLATEAU[] = {
        {"unimproved", 1, "on_plateau of the checkpoint is 0; it must be what unimproved"},
        {"steps", EPOCHS + 1, "steps of the checkpoint is 8; 7 epochs of 1 batches"},
    };
    check_numbers(&RPROP, WITHOUT_PLATEAU, sizeof WITHOUT_PLATEAU / sizeof *WITHOUT_PLATEAU);
}
END_TEST

/* A plateau that is full is that of an adaptive schedule at its last rate, and of no other. */
START_TEST(a_full_plateau_that_cannot_be_is_refused) {
    static const char WORDS[] = "on_plateau of the checkpoint is 2; it must be what unimproved";
    const double LASTS[] = {0.1, 0.7};
    for (size_t i = 0; i < 2; i++) {
        training t = begin_recipe(&ADAM, 5);
        ck_assert_ok(nnblas_trainer_set_adaptive_schedule(t.trainer, 2, 0.5, LASTS[i]));
        ck_assert_ok(nnblas_trainer_set_tolerance(t.trainer, 1e9)); /* only the first improves */
        ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 2));
        ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
        ck_assert_ok(fit(&t));
        set_saved_number(path, "unimproved", 0);
        set_saved_number(path, "on_plateau", 2);
        ck_assert_int_eq(nnblas_trainer_resume(t.trainer, path), NNBLAS_ERROR_FORMAT);
        check_words(WORDS);
        free_training(&t);
    }
    training t = begin_recipe(&ADAM, 5);
    ck_assert_ok(nnblas_trainer_set_adaptive_schedule(t.trainer, 2, 0.5, 0.1));
    ck_assert_ok(nnblas_trainer_set_tolerance(t.trainer, 1e9));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 3));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
    ck_assert_ok(fit(&t)); /* the plateau of epochs 2 and 3 halves the rate, to 0.15 */
    set_saved_number(path, "on_plateau", 2);
    ck_assert_int_eq(nnblas_trainer_resume(t.trainer, path), NNBLAS_ERROR_FORMAT);
    check_words(WORDS);
    set_saved_number(path, "rate_factor", to_bits(0.25));
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_PATIENCE);
    free_training(&t);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(reals_that_cannot_be_are_refused) {
    const double FACTORS[] = {-0.5, 1.5, NOT_A_NUMBER, INFINITE, -INFINITE},
                 LOWESTS[] = {NOT_A_NUMBER, INFINITE, -INFINITE, 1e300, 1e-300},
                 COSTS[] = {NOT_A_NUMBER, INFINITE, -INFINITE, 1e300, 1e-300},
                 SECONDS[] = {NOT_A_NUMBER, INFINITE, -INFINITE, -1e-300, 1e10};
    for (size_t i = 0; i < 5; i++) {
        const number NUMBERS[] = {
            {"rate_factor", to_bits(FACTORS[i]), "rate_factor of the checkpoint is "},
            {"lowest", to_bits(LOWESTS[i]), "lowest of the checkpoint is "},
            {"cost", to_bits(COSTS[i]), "cost of the checkpoint is "},
            {"seconds", to_bits(SECONDS[i]), "seconds of the checkpoint is "},
        };
        check_numbers(&ADAM, NUMBERS, sizeof NUMBERS / sizeof *NUMBERS);
    }
    const number CONSTANT[] = {
        {"rate_factor", to_bits(0.5), "it must be 1, as the schedule is not by plateaus"}};
    check_numbers(&RPROP, CONSTANT, 1);
}
END_TEST

/* Of the search that scaled conjugate gradients are; other optimizers have none. */
START_TEST(searches_that_cannot_be_are_refused) {
    static const char *const NAMES[] = {"unit", "scale", "goal", "damping", "least_norm"};
    const double VALUES[] = {-1.0, NOT_A_NUMBER, INFINITE};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 3; j++) {
            char words[64];
            snprintf(words, sizeof words, "%s of the checkpoint is ", NAMES[i]);
            check_numbers(&SCG, &(number){NAMES[i], to_bits(VALUES[j]), words}, 1);
        }
    const number ZEROS[] = {{"unit", 0, "unit of the checkpoint is 0; it must be finite and above"},
                            {"scale", 0, "scale of the checkpoint is 0; it must be finite and ab"},
                            {"conjugate", EPOCHS + 1, "conjugate of the checkpoint is 8"},
                            {"stalled", EPOCHS + 1, "stalled of the checkpoint is 8"}};
    check_numbers(&SCG, ZEROS, 4);
    for (size_t i = 0; i < 5; i++)
        check_numbers(&RPROP, &(number){NAMES[i], to_bits(1.0), "must be 0 with this optimizer"},
                      1);
    check_numbers(&RPROP, &(number){"conjugate", 1, "must be 0 with this optimizer"}, 1);
    check_numbers(&RPROP, &(number){"stalled", 1, "must be 0 with this optimizer"}, 1);
}
END_TEST

/* Without a history and without validation, the last cost is one of those of which one is the
 * lowest. */
START_TEST(a_last_cost_under_the_lowest_is_refused) {
    const number NUMBERS[] = {
        {"cost", to_bits(0.0), "the cost of its last epoch is 0"},
        {"lowest", to_bits(1e10), "lowest of the checkpoint is 1e+10; the cost of its last"}};
    check_numbers_of(&RPROP, 0, NUMBERS, 2);
}
END_TEST

START_TEST(a_damping_that_cannot_be_is_refused) {
    const double BAD[] = {-1.0, NOT_A_NUMBER, INFINITE};
    static const char *const NAMES[] = {"damping", "unit",      "goal",        "decay",
                                        "noise",   "effective", "log_evidence"};
    for (size_t i = 0; nnblas_has(NNBLAS_FEATURE_LAPACK) && i < 21; i++)
        if (i != 18) /* a log evidence may be below 0 */
            check_numbers(
                &DAMPED, &(number){NAMES[i / 3], to_bits(BAD[i % 3]), " of the checkpoint is "}, 1);
}
END_TEST

/* From it, no number that is drawn would ever be different, and a shuffle would not end. */
START_TEST(a_generator_of_zeros_is_refused) {
    file_contents good = make_checkpoint(&ADAM, SIZE_MAX);
    static const char *const NAMES[] = {"random0", "random1", "random2", "random3"};
    for (size_t i = 0; i < 4; i++)
        set_saved_number(path, NAMES[i], 0);
    check_refused(&ADAM, NNBLAS_ERROR_FORMAT, "random0 to random3 of the checkpoint are 0");
    /* One of them alone may be. */
    write_whole(path, &good);
    set_saved_number(path, "random2", 0);
    training t = begin_recipe(&ADAM, 5);
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    ck_assert_ok(fit(&t));
    free_training(&t);
    free(good.bytes);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- tensors --------------------------------------------------------------------------------- */

typedef struct element {
    const char *tensor;
    size_t element;
    double value;
    const char *words;
} element;

static void check_elements(const recipe *r, const element *elements, size_t count) {
    file_contents good = make_checkpoint(r, SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        const element *e = &elements[i];
        write_whole(path, &good);
        set_saved_element(path, e->tensor, e->element, e->value);
        check_refused(r, NNBLAS_ERROR_FORMAT, e->words);
    }
    free(good.bytes);
    ck_assert_int_eq(unlink(path), 0);
}

START_TEST(vectors_that_cannot_be_are_refused) {
    const element OF_ADAM[] = {
        {"checkpoint.first", 3, NOT_A_NUMBER, "checkpoint.first holds a NaN at row 0, column 3"},
        {"checkpoint.first", PARAMETERS - 1, INFINITE, "checkpoint.first holds an infinity at"},
        {"checkpoint.second", 4, NOT_A_NUMBER, "checkpoint.second holds a NaN at row 0, column 4"},
        {"checkpoint.second", 0, INFINITE, "checkpoint.second holds an infinity at row 0"},
        {"checkpoint.second", 5, -1e-300, "checkpoint.second holds -1e-300 at row 0, column 5"},
        {"checkpoint.best", 6, NOT_A_NUMBER, "checkpoint.best holds a NaN at row 0, column 6"},
        {"W1", 7, INFINITE, "W1 holds an infinity at row 1, column 0"},
    };
    check_elements(&ADAM, OF_ADAM, sizeof OF_ADAM / sizeof *OF_ADAM);
    const element OF_RPROP[] = {
        {"checkpoint.first", 0, NOT_A_NUMBER, "checkpoint.first holds a NaN"},
        {"checkpoint.second", 8, 0.0, "checkpoint.second holds 0 at row 0, column 8"},
        {"checkpoint.second", 8, -1.0, "it must be 1e-06 to 50"},
        {"checkpoint.second", 8, NOT_A_NUMBER, "checkpoint.second holds a NaN"},
        {"checkpoint.second", 8, 0.9e-6, "checkpoint.second holds 9e-07"},
        {"checkpoint.second", 8, 50.5, "checkpoint.second holds 50.5"},
    };
    check_elements(&RPROP, OF_RPROP, sizeof OF_RPROP / sizeof *OF_RPROP);
    const element OF_SCG[] = {
        {"checkpoint.first", 0, NOT_A_NUMBER, "checkpoint.first holds a NaN"},
        {"checkpoint.second", 8, INFINITE, "checkpoint.second holds an infinity"},
    };
    check_elements(&SCG, OF_SCG, sizeof OF_SCG / sizeof *OF_SCG);
}
END_TEST

/* Row 2 is epoch 3, whose columns are its number, cost, validation cost, rate, seconds and score.
 */
START_TEST(epochs_that_cannot_be_are_refused) {
    const element OF_ADAM[] = {
        {"checkpoint.history", 12, 3.5, "the number of epoch 3 in the history is 3.5; it must"},
        {"checkpoint.history", 12, 2.0, "the number of epoch 3 in the history is 2; it must"},
        {"checkpoint.history", 13, NOT_A_NUMBER, "the cost of epoch 3 in the history is nan"},
        {"checkpoint.history", 13, INFINITE, "the cost of epoch 3 in the history is inf"},
        {"checkpoint.history", 14, NOT_A_NUMBER, "the validation cost of epoch 3 in the history"},
        {"checkpoint.history", 14, -INFINITE, "the validation cost of epoch 3 in the history is"},
        {"checkpoint.history", 14, -1e300, "the lowest of its history is -1e+300"},
        {"checkpoint.history", 15, NOT_A_NUMBER, "the learning rate of epoch 3 in the history is"},
        {"checkpoint.history", 15, -0.1, "the learning rate of epoch 3 in the history is -0.1"},
        {"checkpoint.history", 16, NOT_A_NUMBER, "the time of epoch 3 in the history is nan"},
        {"checkpoint.history", 16, -1.0, "the time of epoch 3 in the history is -1; it must be"},
        {"checkpoint.history", 17, 0.5, "it must be NaN, as the training has none"},
        {"checkpoint.history", 40, 1e6, "the last epoch of its history ended at 1e+06"},
    };
    check_elements(&ADAM, OF_ADAM, sizeof OF_ADAM / sizeof *OF_ADAM);
    const element OF_RPROP[] = {
        {"checkpoint.history", 14, 0.5, "it must be NaN, as there are no validation rows"},
    };
    check_elements(&RPROP, OF_RPROP, sizeof OF_RPROP / sizeof *OF_RPROP);
    const element OF_SCORE[] = {
        {"checkpoint.history", 17, NOT_A_NUMBER, "the score of epoch 3 in the history is nan"},
        {"checkpoint.history", 17, -INFINITE, "the score of epoch 3 in the history is -inf"},
        {"checkpoint.history", 17, 1.5, "is 1.5; it must be finite and at most 1"},
        {"checkpoint.history", 17, 1.0, "the lowest of its history is -1"},
    };
    check_elements(&SCORED, OF_SCORE, sizeof OF_SCORE / sizeof *OF_SCORE);
}
END_TEST

/* ---- the header ------------------------------------------------------------------------------ */

typedef struct edit {
    const char *old, *new, *words;
} edit;

static void check_edits(const recipe *r, size_t history_limit, const edit *edits, size_t count) {
    file_contents good = make_checkpoint(r, history_limit);
    for (size_t i = 0; i < count; i++) {
        write_whole(path, &good);
        edit_saved_header(path, edits[i].old, edits[i].new);
        check_refused(r, NNBLAS_ERROR_FORMAT, edits[i].words);
    }
    free(good.bytes);
    ck_assert_int_eq(unlink(path), 0);
}

START_TEST(headers_that_cannot_be_are_refused) {
    static const char PROGRESS[] = "the progress of the checkpoint is not what this version";
    static const char SETTINGS[] = "the settings of the checkpoint are not what this version";
    const edit EDITS[] = {
        {"epoch=7 ", "epoch=g ", PROGRESS},
        {"epoch=7 ", "epoch= 7 ", PROGRESS},
        {"epoch=7 ", "epoch= ", PROGRESS},
        {"epoch=7 ", "epoch=00000000000000007 ", PROGRESS},
        {"epoch=7 ", "epoch=-7 ", PROGRESS},
        {"epoch=7 ", "epoch=7  ", PROGRESS},
        {"epoch=7 ", "", PROGRESS},
        {"epoch=7 ", "epochs=7 ", PROGRESS},
        {" file_hash=0", " file_hash=0 ", PROGRESS},
        {"\"epoch=7 ", "\" epoch=7 ", PROGRESS},
        {"nnblas.checkpoint.progress", "nnblas.checkpoint.progres", PROGRESS},
        {" seed=", " sead=", SETTINGS},
        {"nnblas.checkpoint.settings", "nnblas.checkpoint.setting", SETTINGS},
        {"\"nnblas.checkpoint.settings",
         "\"nnblas.checkpoint.more\":\"\",\"nnblas.checkpoint.settings",
         "there is an unknown text 'nnblas.checkpoint.more'"},
        {"\"checkpoint.first\"", "\"checkpoint.third\"", "there is no tensor 'checkpoint.first'"},
        {"\"checkpoint.best\"", "\"checkpoint.b\"", "there is no tensor 'checkpoint.best'"},
        {"\"checkpoint.history\"", "\"checkpoint.h\"", "there is a tensor 'checkpoint.h', which"},
        {"[1,58]", "[58,1]", "is 58 x 1; it must be 1 x 58"},
        {"[1,58]", "[2,29]", "is 2 x 29; it must be 1 x 58"},
        {"[7,6]", "[6,7]", "tensor 'checkpoint.history' is 6 x 7; it must be at most 7 x 6"},
    };
    check_edits(&ADAM, SIZE_MAX, EDITS, sizeof EDITS / sizeof *EDITS);
    const edit OF_RPROP[] = {
        {"\"checkpoint.history\"",
         "\"checkpoint.best\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[464,464]},"
         "\"checkpoint.history\"",
         "there is a tensor 'checkpoint.best', which a training of these settings does not have"},
    };
    check_edits(&RPROP, SIZE_MAX, OF_RPROP, sizeof OF_RPROP / sizeof *OF_RPROP);
    /* What takes no bytes in the file would take gigabytes of memory. */
    const edit EMPTY[] = {
        {"[0,6]", "[268435456,0]",
         "tensor 'checkpoint.history' is 268435456 x 0; it must be at most 7 x 6"},
        {"[0,6]", "[0,268435456]", "tensor 'checkpoint.history' is 0 x 268435456; it must be at"},
    };
    check_edits(&ADAM, 0, EMPTY, sizeof EMPTY / sizeof *EMPTY);
}
END_TEST

/* Nothing of what is at the place of these bits is left to chance: each is refused, or gives a
 * training that ends, with finite parameters and costs. */
START_TEST(no_flipped_bit_does_harm) {
    file_contents good = make_checkpoint(&ADAM, SIZE_MAX);
    dice d = {61};
    size_t resumed = 0;
    for (size_t round = 0; round < count_trials(3000); round++) {
        file_contents bad = {malloc(good.size), good.size};
        memcpy(bad.bytes, good.bytes, good.size);
        for (size_t n = roll_between(&d, 1, 3); n > 0; n--)
            bad.bytes[roll_between(&d, 0, good.size - 1)] ^= (unsigned char)(1 << roll(&d) % 8);
        write_whole(path, &bad);
        free(bad.bytes);
        training t = begin_recipe(&ADAM, 5);
        nnblas_status status = nnblas_trainer_resume(t.trainer, path);
        if (!status)
            status = fit(&t);
        resumed += status == NNBLAS_OK;
        ck_assert(status == NNBLAS_OK || *nnblas_error_message());
        for (size_t i = 0; i < PARAMETERS; i++)
            ck_assert(isfinite(get_parameters(&t)[i]));
        for (size_t e = 0; e < nnblas_trainer_history_count(t.trainer); e++)
            ck_assert(isfinite(get_epoch(t.trainer, e).cost));
        free_training(&t);
    }
    ck_assert_uint_gt(resumed, 0);
    ck_assert_uint_lt(resumed, count_trials(3000));
    free(good.bytes);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- what stays ------------------------------------------------------------------------------ */

START_TEST(a_refused_checkpoint_leaves_the_accepted_one) {
    double expected[PARAMETERS];
    training whole = begin_recipe(&ADAM, 5);
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);
    file_contents good = make_checkpoint(&ADAM, SIZE_MAX);
    training t = begin_recipe(&ADAM, 999);
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    set_saved_element(path, "checkpoint.second", 0, NOT_A_NUMBER);
    ck_assert_int_eq(nnblas_trainer_resume(t.trainer, path), NNBLAS_ERROR_FORMAT);
    check_words(path);
    ck_assert_ok(fit(&t));
    ck_assert(has_parameters(&t, expected));
    check_same_history(whole.trainer, t.trainer);
    free_training(&t);
    free_training(&whole);
    free(good.bytes);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* fit finds out that the rows are not as many as they were. */
START_TEST(a_fit_that_is_refused_leaves_the_history) {
    double kept[PARAMETERS];
    file_contents good = make_checkpoint(&ADAM, SIZE_MAX);
    training t = begin_recipe(&ADAM, 5);
    ck_assert_ok(fit(&t));
    keep_parameters(&t, kept);
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    nnblas_epoch last = get_epoch(t.trainer, RECIPE_EPOCHS - 1);
    ck_assert_int_eq(nnblas_trainer_fit(t.trainer, N - 1, t.p.X, t.p.ldx, t.p.Y, t.p.ldy),
                     NNBLAS_ERROR_VALUE);
    check_words("validation rows: ");
    ck_assert(has_parameters(&t, kept));
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), RECIPE_EPOCHS);
    const nnblas_epoch kept_epoch = get_epoch(t.trainer, RECIPE_EPOCHS - 1);
    ck_assert_mem_eq(&kept_epoch, &last, sizeof last);
    free_training(&t);
    free(good.bytes);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
    make_path();
    const TTest *const tests[] = {
        counts_that_cannot_be_are_refused,
        a_full_plateau_that_cannot_be_is_refused,
        reals_that_cannot_be_are_refused,
        searches_that_cannot_be_are_refused,
        a_last_cost_under_the_lowest_is_refused,
        a_damping_that_cannot_be_is_refused,
        a_generator_of_zeros_is_refused,
        vectors_that_cannot_be_are_refused,
        epochs_that_cannot_be_are_refused,
        headers_that_cannot_be_are_refused,
        no_flipped_bit_does_harm,
        a_refused_checkpoint_leaves_the_accepted_one,
        a_fit_that_is_refused_leaves_the_history,
    };
    return run_tests("damaged_checkpoints", tests, sizeof tests / sizeof *tests);
}
