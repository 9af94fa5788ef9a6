/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters that a mask does not train: they keep their bits, and the others are trained as if
 * they alone were there. */
#include "support/checkpoint_file.h"
#include "support/small_training.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FIRST = (INPUTS + 1) * HIDDEN }; /* the parameters of the first layer */

/* Half of the parameters, a zero with a sign and the smallest number among them. */
static training make_sparse(nnblas_optimizer optimizer, uint8_t *mask) {
    training t = make_training(optimizer, 0.1, 80);
    dice d = {19};
    for (size_t i = 0; i < PARAMETERS; i++) {
        mask[i] = (uint8_t)(roll_between(&d, 0, 1) * 77);
        if (!mask[i])
            get_parameters(&t)[i] = i % 3 == 0 ? -0.0 : i % 3 == 1 ? -0x1p-1074 : 0.7;
    }
    ck_assert_ok(nnblas_net_set_output(t.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_trainer_set_mask(t.trainer, mask));
    return t;
}

static void check_masked(const training *t, const uint8_t *mask, const double *kept) {
    const double *W = get_parameters(t);
    for (size_t i = 0; i < PARAMETERS; i++)
        ck_assert_msg((memcmp(&W[i], &kept[i], sizeof *W) == 0) == !mask[i], "parameter %zu is %a",
                      i, W[i]);
}

START_TEST(parameters_keep_their_bits) {
    for (size_t o = 0; o < N_ALL_OPTIMIZERS; o++)
        for (int decays = 0; has_optimizer(ALL_OPTIMIZERS[o]) && decays < 2; decays++) {
            uint8_t mask[PARAMETERS];
            double kept[PARAMETERS];
            training t = make_sparse(ALL_OPTIMIZERS[o], mask);
            keep_parameters(&t, kept);
            ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, 0.01 * decays));
            ck_assert_int_ge(fit(&t), 0);
            check_masked(&t, mask, kept);
            ck_assert_ok(nnblas_trainer_set_mask(t.trainer, NULL));
            ck_assert_int_ge(fit(&t), 0);
            const uint8_t all[PARAMETERS] = {0};
            ck_assert(!has_parameters(&t, kept));
            ck_assert_ok(nnblas_trainer_set_mask(t.trainer, all));
            keep_parameters(&t, kept);
            ck_assert_int_ge(fit(&t), 0);
            ck_assert(has_parameters(&t, kept));
            free_training(&t);
        }
}
END_TEST

START_TEST(batches_and_single_steps_keep_them) {
    for (size_t o = 0; o < N_ALL_OPTIMIZERS; o++) {
        uint8_t mask[PARAMETERS];
        double kept[PARAMETERS];
        bool has_steps = ALL_OPTIMIZERS[o] <= NNBLAS_ADAM;
        if (!has_steps)
            continue;
        training t = make_sparse(ALL_OPTIMIZERS[o], mask);
        keep_parameters(&t, kept);
        ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 7));
        if (ALL_OPTIMIZERS[o] != NNBLAS_RPROP)
            ck_assert_ok(fit(&t));
        for (int step = 0; step < 4; step++)
            ck_assert_ok(
                nnblas_trainer_step(t.trainer, N, t.p.X, t.p.ldx, t.p.Y, t.p.ldy, NULL, NULL));
        check_masked(&t, mask, kept);
        free_training(&t);
    }
}
END_TEST

/* ---- the others ------------------------------------------------------------------------------ */

/* The hidden layer's outputs, as the inputs of a network that has the other layer alone. */
static training make_rest(const training *whole, nnblas_optimizer optimizer) {
    static const size_t LAYER[] = {INPUTS, HIDDEN}, REST[] = {HIDDEN, OUTPUTS};
    dice d = {41};
    training t = {.p = make_problem(&d, N, REST, 2, 0)};
    nnblas_net *layer;
    ck_assert_ok(nnblas_net_create(LAYER, 2, NNBLAS_BIAS, &layer));
    memcpy(nnblas_net_parameters(layer), get_parameters(whole), FIRST * sizeof(double));
    ck_assert_ok(nnblas_net_predict(layer, N, whole->p.X, whole->p.ldx, t.p.X, t.p.ldx));
    nnblas_net_destroy(layer);
    for (size_t e = 0; e < N; e++)
        memcpy(t.p.Y + e * t.p.ldy, whole->p.Y + e * whole->p.ldy, OUTPUTS * sizeof(double));
    ck_assert_ok(nnblas_net_create(REST, 2, NNBLAS_BIAS, &t.net));
    memcpy(get_parameters(&t), get_parameters(whole) + FIRST,
           (PARAMETERS - FIRST) * sizeof(double));
    ck_assert_ok(nnblas_trainer_create(t.net, &t.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(t.trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t.trainer, 0.1));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 8));
    return t;
}

/* A network whose first layer is frozen is one without it. */
static void check_frozen_layer(nnblas_optimizer optimizer, double decay) {
    uint8_t mask[PARAMETERS] = {0};
    memset(mask + FIRST, 1, PARAMETERS - FIRST);
    training t = make_training(optimizer, 0.1, 8), rest = make_rest(&t, optimizer);
    ck_assert_ok(nnblas_trainer_set_mask(t.trainer, mask));
    training *both[] = {&t, &rest};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ok(nnblas_trainer_set_weight_decay(both[i]->trainer, decay));
        ck_assert_int_ge(fit(both[i]), 0);
    }
    ck_assert_double_le(
        get_difference(PARAMETERS - FIRST, get_parameters(&t) + FIRST, get_parameters(&rest)),
        1e-8);
    free_training(&t);
    free_training(&rest);
}

START_TEST(a_frozen_layer_is_as_none) {
    for (size_t o = 0; o < N_ALL_OPTIMIZERS; o++)
        for (int decays = 0; has_optimizer(ALL_OPTIMIZERS[o]) && decays < 2; decays++)
            check_frozen_layer(ALL_OPTIMIZERS[o], 0.02 * decays);
}
END_TEST

/* ---- the setting ----------------------------------------------------------------------------- */

START_TEST(the_mask_is_copied) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 3);
    uint8_t mask[PARAMETERS];
    memset(mask, 5, sizeof mask);
    ck_assert_ptr_null(nnblas_trainer_mask(t.trainer));
    ck_assert_ok(nnblas_trainer_set_mask(t.trainer, mask));
    ck_assert_ptr_null(nnblas_trainer_mask(t.trainer)); /* all are trained */
    mask[PARAMETERS - 1] = 0;
    ck_assert_ok(nnblas_trainer_set_mask(t.trainer, mask));
    memset(mask, 9, sizeof mask);
    for (size_t i = 0; i < PARAMETERS; i++)
        ck_assert_uint_eq(nnblas_trainer_mask(t.trainer)[i], i < PARAMETERS - 1);
    ck_assert_ok(nnblas_trainer_set_mask(t.trainer, NULL));
    ck_assert_ptr_null(nnblas_trainer_mask(t.trainer));
    ck_assert_int_eq(nnblas_trainer_set_mask(NULL, mask), NNBLAS_ERROR_NULL);
    ck_assert_ptr_null(nnblas_trainer_mask(NULL));
    free_training(&t);
}
END_TEST

/* A checkpoint goes on with the same mask only, and then with the same bits. */
START_TEST(a_checkpoint_knows_the_mask) {
    char path[64];
    snprintf(path, sizeof path, "mask.%ld.safetensors", (long)getpid());
    uint8_t mask[PARAMETERS];
    double expected[PARAMETERS];
    training whole = make_sparse(NNBLAS_ADAM, mask), t = make_sparse(NNBLAS_ADAM, mask);
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 100));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 3));
    ck_assert_ok(fit(&t));
    ck_assert_ok(nnblas_trainer_set_mask(whole.trainer, NULL));
    ck_assert_int_eq(nnblas_trainer_resume(whole.trainer, path), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "in the checkpoint, none in this"));
    mask[3] = !mask[3];
    ck_assert_ok(nnblas_trainer_set_mask(whole.trainer, mask));
    ck_assert_int_eq(nnblas_trainer_resume(whole.trainer, path), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "the mask is not that of the checkpoint"));
    mask[3] = !mask[3];
    ck_assert_ok(nnblas_trainer_set_mask(whole.trainer, mask));
    ck_assert_ok(nnblas_trainer_resume(whole.trainer, path));
    ck_assert_ok(nnblas_net_init(whole.net, 99));
    ck_assert_ok(fit(&whole));
    ck_assert(has_parameters(&whole, expected));
    free_training(&whole);
    free_training(&t);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        parameters_keep_their_bits, batches_and_single_steps_keep_them, a_frozen_layer_is_as_none,
        the_mask_is_copied,         a_checkpoint_knows_the_mask,
    };
    return run_tests("mask", tests, sizeof tests / sizeof *tests);
}
