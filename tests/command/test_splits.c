/* SPDX-License-Identifier: BSD-3-Clause */
/* The splits of a dataset against their promises. */
#include "table/split.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int failures;

static void report(bool is_right, const char *description) {
    printf("%s  %s\n", is_right ? "ok    " : "not ok", description);
    failures += !is_right;
}

/* 100 rows of three classes: 70, 29 and 1, mixed. Y is all that a split reads. */
enum { N = 100, CLASSES = 3 };
static const size_t ROWS_OF[CLASSES] = {70, 29, 1};
static double Y[N][CLASSES];
static size_t classes[N], lonely;
static schema classification, regression;
static const dataset DATA = {.N = N, .inputs = 1, .outputs = CLASSES, .Y = Y[0]};

static void make_data(void) {
    for (size_t i = 0; i < N; i++) {
        size_t r = i * 37 % N;
        classes[r] = i < ROWS_OF[0] ? 0 : i < N - 1 ? 1 : 2;
        Y[r][classes[r]] = 1.0;
        lonely = r;
    }
    table_column *target = add_column(&classification.targets, "class", 0);
    target->kind = COLUMN_CATEGORY;
    const char *names[CLASSES] = {"a", "b", "c"};
    for (size_t k = 0; k < CLASSES; k++) {
        add_name(&target->categories, names[k]);
        add_column(&regression.targets, names[k], k);
    }
}

static size_t count_held_out(const bool *is_held_out, size_t class) {
    size_t count = 0;
    for (size_t r = 0; r < N; r++)
        count += is_held_out[r] && (class == CLASSES || classes[r] == class);
    return count;
}

static size_t count_fold(const size_t *folds, size_t fold, size_t class) {
    size_t count = 0;
    for (size_t r = 0; r < N; r++)
        count += folds[r] == fold && (class == CLASSES || classes[r] == class);
    return count;
}

/* ---- hold_out -------------------------------------------------------------------------------- */

static bool holds_out_a_share(const schema *s) {
    bool is_held_out[N];
    for (uint64_t seed = 0; seed < 50; seed++)
        for (int percent = 1; percent < 100; percent++) {
            hold_out(s, &DATA, percent / 100.0, seed, is_held_out);
            if (count_held_out(is_held_out, CLASSES) != (size_t)percent)
                return false;
        }
    return true;
}

static bool holds_out_a_share_of_each_class(void) {
    bool is_held_out[N];
    for (uint64_t seed = 0; seed < 50; seed++)
        for (double fraction = 0.05; fraction < 0.99; fraction += 0.05) {
            hold_out(&classification, &DATA, fraction, seed, is_held_out);
            for (size_t k = 0; k < 2; k++)
                if (fabs((double)count_held_out(is_held_out, k) - fraction * (double)ROWS_OF[k]) >=
                    2.0)
                    return false;
        }
    return true;
}

static bool learns_the_only_row_of_a_class(void) {
    bool is_held_out[N];
    for (uint64_t seed = 0; seed < 200; seed++) {
        hold_out(&classification, &DATA, 0.9, seed, is_held_out);
        if (is_held_out[lonely])
            return false;
    }
    return true;
}

static bool has_limits(void) {
    bool few[N], most[N];
    hold_out(&regression, &DATA, 1e-9, 1, few);
    hold_out(&regression, &DATA, 1.0 - 1e-9, 1, most);
    return count_held_out(few, CLASSES) == 1 && count_held_out(most, CLASSES) == N - 1;
}

/* A quarter of 4000 seeds for each row; 5 standard deviations are allowed, and with classes that 7
 * or 8 of 29 rows are no quarter. */
static bool holds_out_evenly(const schema *s) {
    enum { SEEDS = 4000 };
    size_t counts[N] = {0};
    bool is_held_out[N];
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        hold_out(s, &DATA, 0.25, seed, is_held_out);
        for (size_t r = 0; r < N; r++)
            counts[r] += is_held_out[r];
    }
    double rate = 0.25, deviation = sqrt(SEEDS * rate * (1.0 - rate));
    double allowed = 5.0 * deviation + (has_classes(s) ? 0.03 * SEEDS : 0.0);
    for (size_t r = 0; r < N; r++)
        if (fabs((double)counts[r] - SEEDS * rate) > allowed && !(has_classes(s) && r == lonely))
            return false;
    return true;
}

/* ---- assign_folds ---------------------------------------------------------------------------- */

static bool has_even_folds(const schema *s, size_t class) {
    size_t folds[N], rows = class == CLASSES ? N : ROWS_OF[class];
    for (size_t k = 2; k <= N; k++) {
        assign_folds(s, &DATA, k, k, folds);
        for (size_t f = 0; f < k; f++) {
            size_t count = count_fold(folds, f, class);
            if (count < rows / k || count > (rows + k - 1) / k)
                return false;
        }
    }
    return true;
}

/* ---- both ------------------------------------------------------------------------------------ */

static bool depends_on_the_seed_alone(void) {
    bool one[N], same[N], other[N];
    size_t folds[N], same_folds[N], other_folds[N];
    hold_out(&classification, &DATA, 0.3, 5, one);
    hold_out(&classification, &DATA, 0.3, 5, same);
    hold_out(&classification, &DATA, 0.3, 6, other);
    assign_folds(&classification, &DATA, 5, 5, folds);
    assign_folds(&classification, &DATA, 5, 5, same_folds);
    assign_folds(&classification, &DATA, 5, 6, other_folds);
    return memcmp(one, same, sizeof one) == 0 && memcmp(one, other, sizeof one) != 0 &&
           memcmp(folds, same_folds, sizeof folds) == 0 &&
           memcmp(folds, other_folds, sizeof folds) != 0;
}

/* By another program. */
static bool has_these_folds(void) {
    static const size_t EXPECTED[10] = {0, 2, 3, 4, 1, 2, 4, 3, 3, 3};
    size_t folds[N];
    assign_folds(&classification, &DATA, 5, 1, folds);
    return memcmp(folds, EXPECTED, sizeof EXPECTED) == 0;
}

int main(void) {
    make_data();
    report(holds_out_a_share(&classification), "with classes: the share of the rows is held out");
    report(holds_out_a_share(&regression), "with numbers: the share of the rows is held out");
    report(holds_out_a_share_of_each_class(), "the share of each class is held out");
    report(learns_the_only_row_of_a_class(), "the only row of a class is not held out");
    report(has_limits(), "at least one row is held out, and one is not");
    report(holds_out_evenly(&classification), "with classes: each row is held out as often");
    report(holds_out_evenly(&regression), "with numbers: each row is held out as often");
    report(has_even_folds(&regression, CLASSES), "with numbers: the folds have as many rows");
    report(has_even_folds(&classification, CLASSES), "with classes: the folds have as many rows");
    report(has_even_folds(&classification, 0) && has_even_folds(&classification, 1),
           "the folds have as many rows of each class");
    report(depends_on_the_seed_alone(), "the same seed, the same split; another, another");
    report(has_these_folds(), "the folds of seed 1 are those of every machine");
    free_schema(&classification);
    free_schema(&regression);
    return failures > 0;
}
