/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/resumable_training.h"

#include <math.h>
#include <string.h>

training begin_recipe(const recipe *r, uint64_t seed) {
    training s = make_training(r->optimizer, r->rate > 0.0 ? r->rate : 1.0, RECIPE_EPOCHS);
    ck_assert_ok(nnblas_net_init(s.net, seed));
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, r->batch));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, r->fraction));
    ck_assert_ok(nnblas_trainer_set_seed(s.trainer, 77));
    ck_assert_ok(nnblas_trainer_set_score(s.trainer, r->score));
    ck_assert_ok(nnblas_trainer_set_bayesian(s.trainer, r->is_bayesian));
    if (r->has_plateau)
        ck_assert_ok(nnblas_trainer_set_plateau_schedule(s.trainer, 2, 0.7));
    return s;
}

/* Two histories are the same but for the seconds. */
void check_same_history(const nnblas_trainer *a, const nnblas_trainer *b) {
    size_t count = nnblas_trainer_history_count(a);
    ck_assert_uint_eq(count, nnblas_trainer_history_count(b));
    for (size_t i = 0; i < count; i++) {
        const nnblas_epoch x = get_epoch(a, i), y = get_epoch(b, i);
        ck_assert_uint_eq(x.epoch, y.epoch);
        ck_assert(memcmp(&x.cost, &y.cost, sizeof x.cost) == 0);
        ck_assert(memcmp(&x.learning_rate, &y.learning_rate, sizeof x.cost) == 0);
        ck_assert(isnan(x.validation_cost) == isnan(y.validation_cost));
        ck_assert(isnan(x.validation_cost) || x.validation_cost == y.validation_cost);
        ck_assert(isnan(x.score) == isnan(y.score));
        ck_assert(isnan(x.score) || x.score == y.score);
    }
}
