/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores as JSON. */
#include "table/json.h"
#include "table/scores.h"

static json_t *pack_measures(const measure *measures, size_t count) {
    json_t *packed = check_json(json_object());
    for (size_t m = 0; m < count; m++)
        set_member(packed, measures[m].name, pack_real(measures[m].value));
    return packed;
}

/* Rows are whole, weights need not be. */
static json_t *pack_count(const scores *s, double count) {
    return s->has_weights ? pack_real(count) : pack_size((size_t)count);
}

static json_t *pack_class(const scores *s, size_t target, size_t class) {
    class_measures m = measure_class(s, target, class);
    json_t *packed = check_json(json_object());
    set_member(packed, "name", json_string(name_class(&s->targets[target], class)));
    set_member(packed, "precision", pack_real(m.precision));
    set_member(packed, "recall", pack_real(m.recall));
    set_member(packed, "f1", pack_real(m.f1));
    set_member(packed, "auc", pack_real(m.auc));
    set_member(packed, s->has_weights ? "weight" : "rows", pack_count(s, m.weight));
    return packed;
}

static json_t *pack_confusion(const scores *s, const target_score *t) {
    json_t *packed = check_json(json_array());
    for (size_t k = 0; k < t->classes; k++) {
        json_t *row = check_json(json_array());
        for (size_t j = 0; j < t->classes; j++)
            append_element(row, pack_count(s, get_count(&t->confusion, k, j)));
        append_element(packed, row);
    }
    return packed;
}

static json_t *pack_target(const scores *s, size_t target) {
    const target_score *t = &s->targets[target];
    measure measures[MOST_MEASURES];
    size_t count = list_target_measures(s, target, measures);
    json_t *packed = check_json(json_object()), *classes;
    set_member(packed, "name", json_string(t->column->name));
    set_member(packed, "measures", pack_measures(measures, count));
    if (t->classes == 0)
        return packed;
    set_member(packed, "classes", classes = check_json(json_array()));
    for (size_t k = 0; k < t->classes; k++)
        append_element(classes, pack_class(s, target, k));
    set_member(packed, "confusion", pack_confusion(s, t));
    return packed;
}

json_t *pack_scores(const scores *s) {
    measure measures[MOST_MEASURES];
    size_t count = list_measures(s, measures);
    json_t *packed = check_json(json_object()), *targets;
    set_member(packed, "rows", pack_size(s->rows));
    if (s->has_weights)
        set_member(packed, "weight", pack_real((double)s->weight));
    set_member(packed, "measures", pack_measures(measures, count));
    set_member(packed, "targets", targets = check_json(json_array()));
    for (size_t t = 0; t < s->n_targets; t++)
        append_element(targets, pack_target(s, t));
    return packed;
}
