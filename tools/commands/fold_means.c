/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/fold_means.h"

#include "table/json.h"

#include <math.h>
#include <string.h>

const fold_result *find_complete(const fold_result *results, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (results[i].is_complete)
            return &results[i];
    return NULL;
}

/* By B. P. Welford, Technometrics 4 (1962). */
typedef struct {
    size_t count;
    double mean, squared_distances;
} running_mean;

static void add_value(running_mean *sum, double value) {
    if (isnan(value))
        return;
    double distance = value - sum->mean;
    sum->mean += distance / (double)++sum->count;
    sum->squared_distances += distance * (value - sum->mean);
}

/* exponent: of the unit of the values, a power of 2. */
static fold_mean get_mean(const running_mean *sum, int exponent) {
    double variance = sum->squared_distances / (double)(sum->count - 1);
    return (fold_mean){sum->count > 0 ? ldexp(sum->mean, exponent) : (double)NAN,
                       sum->count > 1 ? ldexp(sqrt(variance), exponent) : (double)NAN};
}

/* NaN where it is not complete. */
static double get_value_of(const fold_result *result, size_t m, bool is_learnt) {
    const row_scores *of_rows = is_learnt ? &result->learnt : &result->held_out;
    return result->is_complete ? of_rows->measures[m].value : (double)NAN;
}

/* In a unit in which no square overflows or becomes 0. */
static fold_mean average(const fold_result *results, size_t count, size_t m, bool is_learnt) {
    running_mean sum = {0};
    double largest = 0.0;
    int exponent;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(get_value_of(&results[i], m, is_learnt)));
    frexp(isfinite(largest) ? largest : 1.0, &exponent);
    for (size_t i = 0; i < count; i++)
        add_value(&sum, ldexp(get_value_of(&results[i], m, is_learnt), -exponent));
    return get_mean(&sum, exponent);
}

fold_mean average_held_out(const fold_result *results, size_t count, size_t m) {
    return average(results, count, m, false);
}

fold_mean average_learnt(const fold_result *results, size_t count, size_t m) {
    return average(results, count, m, true);
}

/* Losses are in the unit of the target, or have no upper limit; R2 has no lower one. */
number_text write_measure(const measure *m, double value) {
    number_text written;
    bool is_share = !m->is_loss && fabs(value) < 1000.0;
    snprintf(written.text, sizeof written.text, is_share ? "%.4f" : "%.5g",
             is_share ? drop_zero_sign(value) : value);
    if (isnan(value))
        strcpy(written.text, "-");
    return written;
}

static json_t *pack_mean(fold_mean mean) {
    json_t *packed = check_json(json_object());
    set_member(packed, "mean", pack_real(mean.mean));
    set_member(packed, "deviation", pack_real(mean.deviation));
    return packed;
}

json_t *pack_means(const fold_result *results, size_t count, fold_average *of_rows) {
    const fold_result *first = find_complete(results, count);
    json_t *means = check_json(json_object());
    for (size_t m = 0; first && m < first->held_out.n_measures; m++)
        set_member(means, first->held_out.measures[m].name, pack_mean(of_rows(results, count, m)));
    return means;
}
