/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/underfit.h"

#include "cli/progress.h"
#include "cli/text.h"

#include <math.h>
#include <stdio.h>

/* Trainings of 3000 rows whose noise leaves nothing to be learnt ended with a fall below 0.02;
 * those of sin(20 x), of which 35 epochs learn a part, with 0.04 to 0.16. */
static const double LEAST_FALL = 0.03;
static const double CHANCE = 0.05, NEARLY_ALL = 0.99, MIDDLING = 0.9, AS_LOW = 0.05;
static const size_t FEWEST_EPOCHS = 10, FEWEST_ROWS = 30, ROWS_A_PARAMETER = 5;

/* ---- skill ----------------------------------------------------------------------------------- */

/* The log loss of predicting the shares of the classes. */
static double measure_entropy(const target_score *t, double weight) {
    double entropy = 0.0;
    for (size_t k = 0; k < t->classes; k++) {
        double share = count_rows_of(&t->confusion, k) / weight;
        entropy -= share > 0.0 ? share * log(share) : 0.0;
    }
    return entropy;
}

static double measure_target_skill(const scores *s, size_t target) {
    measure measures[MOST_MEASURES];
    size_t count = list_target_measures(s, target, measures);
    const target_score *t = &s->targets[target];
    if (t->classes == 0)
        return get_measure(measures, count, "r2");
    double entropy = measure_entropy(t, (double)s->weight);
    return entropy > 0.0 ? 1.0 - get_measure(measures, count, "log_loss") / entropy : (double)NAN;
}

double measure_skill(const scores *s) {
    double sum = 0.0;
    size_t count = 0;
    for (size_t t = 0; t < s->n_targets && s->weight > 0.0L; t++) {
        double skill = measure_target_skill(s, t);
        sum += isnan(skill) ? 0.0 : skill;
        count += isnan(skill) ? 0 : 1;
    }
    return count > 0 ? sum / (double)count : (double)NAN;
}

/* ---- signs ----------------------------------------------------------------------------------- */

static double get_cost(const nnblas_trainer *trainer, size_t index) {
    const nnblas_epoch epoch = get_epoch(trainer, index);
    return isnan(epoch.validation_cost) ? epoch.cost : epoch.validation_cost;
}

fit_signs read_signs(const nnblas_trainer *trainer, const training_rows *rows) {
    const dataset *learnt = &rows->learnt;
    size_t count = nnblas_trainer_history_count(trainer);
    size_t parameters = nnblas_net_parameter_count(nnblas_trainer_net(trainer));
    fit_signs signs = {.learnt = (double)NAN, .held_out = (double)NAN, .epochs = count};
    signs.is_impatient = nnblas_trainer_patience(trainer) > 0 &&
                         nnblas_trainer_fit_status(trainer) == NNBLAS_STOPPED_PATIENCE;
    bool has_ratios = nnblas_net_cost(nnblas_trainer_net(trainer)) != NNBLAS_GAUSSIAN;
    if (count >= FEWEST_EPOCHS && learnt->N >= FEWEST_ROWS && has_ratios)
        signs.fall = 1.0 - get_cost(trainer, count - 1) / get_cost(trainer, count - 1 - count / 3);
    else
        signs.epochs = 0;
    signs.is_simple = count_rows(learnt) > (double)(ROWS_A_PARAMETER * parameters);
    return signs;
}

bool is_learnt_well(const fit_signs *signs) {
    double skill = isnan(signs->held_out) ? signs->learnt : signs->held_out;
    return skill > NEARLY_ALL;
}

/* Other rows are predicted as well: nothing was learnt by heart. */
static bool is_as_low(const fit_signs *signs) {
    return isnan(signs->held_out) ? signs->is_simple : signs->held_out > signs->learnt - AS_LOW;
}

void warn_of_underfit(const char *command, const fit_signs *signs, bool can_search) {
    const char *search = can_search ? ", or nnblas search" : "";
    char longer[64] = "a larger --patience";
    if (signs->epochs == 0)
        return;
    if (!signs->is_impatient)
        snprintf(longer, sizeof longer, "more --epochs, such as %zu", 4 * signs->epochs);
    if (signs->learnt < CHANCE)
        print_safely(
            stderr,
            "nnblas %s: warning: the rows that were learnt from are predicted as by chance: "
            "unless the features say nothing of the target, try larger --hidden layers%s %s%s\n",
            command, can_search ? "," : " or", signs->is_impatient ? longer : "more --epochs",
            search);
    else if (signs->learnt < MIDDLING && signs->fall > LEAST_FALL && is_as_low(signs))
        print_safely(
            stderr,
            "nnblas %s: warning: there is more to learn from these rows, since the cost was "
            "still falling: try %s,%s larger --hidden layers%s\n",
            command, longer, can_search ? "" : " or", search);
}
