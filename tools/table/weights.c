/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/weights.h"

#include "cli/memory.h"
#include "table/confusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double get_weight(const dataset *d, size_t row) {
    return d->weights ? d->weights[row] : 1.0;
}

static size_t find_class(const dataset *d, size_t row) {
    return find_largest(d->Y + row * d->outputs, d->outputs);
}

/* N / (K N_k), with the weights of the column. */
static void balance(const dataset *d, double *class_weights) {
    double sum = 0.0;
    for (size_t r = 0; r < d->N; r++) {
        class_weights[find_class(d, r)] += get_weight(d, r);
        sum += get_weight(d, r);
    }
    for (size_t k = 0; k < d->outputs; k++)
        if (class_weights[k] > 0.0)
            class_weights[k] = sum / ((double)d->outputs * class_weights[k]);
}

/* CLASS=NUMBER; the class may have = in it. The weights that are not given yet are NaN. */
static bool read_class_weight(const char *text, const table_column *target, double *class_weights,
                              table_error *error) {
    const char *mark = strrchr(text, '=');
    double weight;
    if (!mark || !read_real(mark + 1, &weight) || weight < 0.0)
        return set_error(error, "--class-weights takes balanced, or CLASS=NUMBER[,...]: '%s'",
                         show_text(text).text);
    if (weight > LARGEST_WEIGHT)
        return set_error(error, "--class-weights takes numbers from 0 to 1e100: '%s'",
                         show_text(text).text);
    char *class = copy_text(text);
    class[mark - text] = '\0';
    size_t k = find_name(&target->categories, class);
    bool is_good = true;
    if (k == target->categories.count)
        is_good = set_error(error, "--class-weights: '%s' is no class of %s", show_text(class).text,
                            show_column(target->name, target->place).text);
    else if (!isnan(class_weights[k]))
        is_good = set_error(error, "--class-weights: the class '%s' is named twice",
                            show_text(class).text);
    else
        class_weights[k] = weight;
    free(class);
    return is_good;
}

static bool read_class_weights(const char *text, const schema *s, double *class_weights,
                               table_error *error) {
    const table_column *target = &s->targets.columns[0];
    name_list parts = {0};
    bool is_good = read_names(text, &parts) ||
                   set_error(error, "--class-weights takes balanced, or CLASS=NUMBER[,...], each "
                                    "class once");
    for (size_t k = 0; k < target->categories.count; k++)
        class_weights[k] = (double)NAN;
    for (size_t i = 0; i < parts.count && is_good; i++)
        is_good = read_class_weight(parts.names[i], target, class_weights, error);
    for (size_t k = 0; k < target->categories.count; k++)
        if (isnan(class_weights[k]))
            class_weights[k] = 1.0;
    free_names(&parts);
    return is_good;
}

/* The weights of rows times those of their classes. */
static bool multiply_weights(dataset *d, const double *class_weights, table_error *error) {
    bool is_good = true;
    d->cost_weights = resize_array(NULL, d->N, sizeof *d->cost_weights);
    for (size_t r = 0; r < d->N && is_good; r++) {
        double weight = get_weight(d, r) * class_weights[find_class(d, r)];
        d->cost_weights[r] = weight;
        is_good = weight <= LARGEST_WEIGHT ||
                  set_error(error,
                            "row %zu weighs %.6g, more than 1e100: its weight times that of its "
                            "class",
                            r + 1, weight);
    }
    return is_good;
}

static bool weight_classes(const char *text, schema *s, dataset *d, table_error *error) {
    if (!has_classes(s))
        return set_error(error, "--class-weights needs one target that is classes");
    double *class_weights = resize_array(NULL, d->outputs, sizeof *class_weights);
    s->class_weights = class_weights;
    memset(class_weights, 0, d->outputs * sizeof *class_weights);
    bool is_good = true;
    if (strcmp(text, "balanced") == 0)
        balance(d, class_weights);
    else
        is_good = read_class_weights(text, s, class_weights, error);
    return is_good && multiply_weights(d, class_weights, error);
}

static bool has_counts(const dataset *d) {
    for (size_t r = 0; r < d->N && d->weights; r++)
        if (d->weights[r] != floor(d->weights[r]))
            return false;
    return d->weights != NULL;
}

bool weight_rows(const table_source *source, const char *class_weights, schema *s, dataset *d,
                 table_error *error) {
    if (class_weights && !weight_classes(class_weights, s, d, error))
        return false;
    d->has_counts = has_counts(d);
    const double *weights = get_cost_weights(d);
    bool is_used = !weights;
    for (size_t r = 0; r < d->N && !is_used; r++)
        is_used = weights[r] > 0.0;
    return is_used || set_error(error, "%s: all rows have the weight 0", source->name);
}
