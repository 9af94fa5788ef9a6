/* SPDX-License-Identifier: BSD-3-Clause */
/* The formulas are those of the C source in c_templates.h. */
#include "export/onnx_dates.h"

#include "cli/memory.h"
#include "export/onnx_graph.h"

#include <math.h>
#include <stdlib.h>

bool has_part(const table_column *column, size_t part) {
    return column->kind == COLUMN_DATE && (column->parts >> part & 1);
}

/* ---- formulas -------------------------------------------------------------------------------- */

/* Values of a graph by a formula. */
typedef struct {
    message *graph;
    size_t count;
} formula;

static value_name combine(formula *f, const char *operator, value_name a, value_name b) {
    value_name result = number_value("date", ++f->count);
    add_binary(f->graph, operator, a.text, b.text, result.text);
    return result;
}

static value_name use(formula *f, const char *operator, value_name a) {
    value_name result = number_value("date", ++f->count);
    add_unary(f->graph, operator, a.text, result.text);
    return result;
}

static value_name make_constant(formula *f, double value) {
    value_name result = number_value("date", ++f->count);
    add_reals(f->graph, result.text, (onnx_shape){1, 0}, &value);
    return result;
}

static value_name add(formula *f, value_name a, double b) {
    return combine(f, "Add", a, make_constant(f, b));
}

static value_name subtract(formula *f, value_name a, value_name b) {
    return combine(f, "Sub", a, b);
}

static value_name multiply(formula *f, value_name a, double b) {
    return combine(f, "Mul", a, make_constant(f, b));
}

static value_name divide(formula *f, value_name a, double b) {
    return combine(f, "Div", a, make_constant(f, b));
}

/* floor(a / b) */
static value_name count_whole(formula *f, value_name a, double b) {
    return use(f, "Floor", divide(f, a, b));
}

/* a - b floor(a / b) */
static value_name get_remainder(formula *f, value_name a, double b) {
    return subtract(f, a, multiply(f, count_whole(f, a, b), b));
}

/* ---- parts of dates -------------------------------------------------------------------------- */

static value_name count_days(formula *f, value_name years) {
    value_name days = combine(f, "Add", multiply(f, years, 365.0), count_whole(f, years, 4.0));
    days = subtract(f, days, count_whole(f, years, 100.0));
    return combine(f, "Add", days, count_whole(f, years, 400.0));
}

static value_name find_year(formula *f, value_name of_era) {
    value_name leaps = subtract(f, count_whole(f, of_era, 1460.0), count_whole(f, of_era, 36524.0));
    leaps = combine(f, "Add", leaps, count_whole(f, of_era, 146096.0));
    return count_whole(f, subtract(f, of_era, leaps), 365.0);
}

/* The first day of a month, counted from March, in a year that begins with March. */
static value_name find_first_day(formula *f, value_name month) {
    return count_whole(f, add(f, multiply(f, month, 153.0), 2.0), 5.0);
}

static value_name find_year_phase(formula *f, value_name day) {
    value_name of_era = get_remainder(f, add(f, day, 719468.0), 146097.0);
    value_name year = find_year(f, of_era), first_day = count_days(f, year);
    value_name of_year = subtract(f, of_era, first_day);
    value_name month = count_whole(f, add(f, multiply(f, of_year, 5.0), 2.0), 153.0);
    value_name first = find_first_day(f, month);
    value_name days = subtract(f, count_days(f, add(f, year, 1.0)), first_day);
    value_name next = combine(f, "Min", find_first_day(f, add(f, month, 1.0)), days);
    value_name past = combine(f, "Div", subtract(f, of_year, first), subtract(f, next, first));
    value_name from_january = get_remainder(f, add(f, month, 2.0), 12.0);
    return divide(f, combine(f, "Add", from_january, past), 12.0);
}

static value_name find_phase(formula *f, value_name seconds, size_t part) {
    value_name day = count_whole(f, seconds, 86400.0);
    switch (part) {
    case PART_YEAR:
        return find_year_phase(f, day);
    case PART_WEEK:
        return divide(f, get_remainder(f, add(f, day, 3.0), 7.0), 7.0);
    default:
        return divide(f, get_remainder(f, seconds, 86400.0), 86400.0);
    }
}

/* ---- columns --------------------------------------------------------------------------------- */

/* The places of the dates with the part among the numbers. */
static size_t find_places(const column_list *features, size_t part, int64_t *places) {
    size_t count = 0;
    int64_t number = 0;
    for (size_t i = 0; i < features->count; i++) {
        if (has_part(&features->columns[i], part))
            places[count++] = number;
        number += is_scaled(&features->columns[i]);
    }
    return count;
}

/* 0 where it is missing. */
static void add_wave(formula *f, const char *operator, value_name angle, value_name is_missing,
                     message *concatenation) {
    value_name wave = use(f, operator, angle), chosen = number_value("wave", ++f->count);
    message choice = begin_node("Where", chosen.text);
    put_node_input(&choice, is_missing.text);
    put_node_input(&choice, "zero");
    put_node_input(&choice, wave.text);
    end_node(f->graph, &choice);
    put_node_input(concatenation, chosen.text);
}

void add_date_parts(message *graph, const column_list *features, message *concatenation) {
    int64_t *places = resize_array(NULL, features->count, sizeof *places);
    formula f = {.graph = graph};
    for (size_t part = 0; part < N_DATE_PARTS; part++) {
        size_t count = find_places(features, part, places);
        value_name of_part = number_value("part_places", part),
                   seconds = number_value("part_seconds", part),
                   is_missing = number_value("part_missing", part);
        if (count == 0)
            continue;
        add_integers(graph, of_part.text, (onnx_shape){count, 0}, places);
        add_columns(graph, "numbers", of_part.text, seconds.text);
        add_columns(graph, "is_missing", of_part.text, is_missing.text);
        value_name angle = multiply(&f, find_phase(&f, seconds, part), 2.0 * acos(-1.0));
        add_wave(&f, "Sin", angle, is_missing, concatenation);
        add_wave(&f, "Cos", angle, is_missing, concatenation);
    }
    free(places);
}
