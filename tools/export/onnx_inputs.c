/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/onnx_inputs.h"

#include "cli/memory.h"
#include "export/onnx_dates.h"
#include "export/onnx_graph.h"
#include "export/onnx_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char NETWORK_INPUTS[] = "network_inputs";

/* ---- the order of the inputs ----------------------------------------------------------------- */

enum { RANK_NUMBER, RANK_GAP, RANK_PARTS, RANK_TEXT = RANK_PARTS + 2 * N_DATE_PARTS, N_RANKS };

/* Of the sine or cosine that is the input number place of a date. */
static size_t rank_date_part(const table_column *column, size_t place) {
    size_t part = 0;
    for (size_t before = (place - 1) / 2; !has_part(column, part) || before-- > 0;)
        part++;
    return RANK_PARTS + 2 * part + (place - 1) % 2;
}

/* Numbers, indicators, the parts of dates, texts. */
static size_t get_rank(const table_column *column, size_t place) {
    if (column->kind == COLUMN_CATEGORY)
        return RANK_TEXT;
    if (place == 0)
        return RANK_NUMBER;
    if (column->expects_gaps && place == get_width(column) - 1)
        return RANK_GAP;
    return rank_date_part(column, place);
}

static size_t *order_inputs(const column_list *features) {
    size_t *order = resize_array(NULL, count_numbers(features), sizeof *order), count = 0;
    for (size_t rank = 0; rank < N_RANKS; rank++) {
        size_t input = 0;
        for (size_t i = 0; i < features->count; i++)
            for (size_t part = 0; part < get_width(&features->columns[i]); part++, input++)
                if (get_rank(&features->columns[i], part) == rank)
                    order[count++] = input;
    }
    return order;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Where all values were equal the deviation is infinite, by which every value becomes 0. */
static void add_scaling(message *graph, const column_list *features, size_t count) {
    double *means = resize_array(NULL, count, sizeof *means);
    double *deviations = resize_array(NULL, count, sizeof *deviations);
    size_t n = 0;
    for (size_t i = 0; i < features->count; i++) {
        const table_column *column = &features->columns[i];
        if (!is_scaled(column))
            continue;
        means[n] = column->mean;
        deviations[n++] = column->deviation > 0.0 ? column->deviation : HUGE_VAL;
    }
    add_reals(graph, "means", (onnx_shape){count, 0}, means);
    add_reals(graph, "deviations", (onnx_shape){count, 0}, deviations);
    free(means);
    free(deviations);
}

/* A missing number is the mean. */
static void add_scaled_numbers(message *graph, const column_list *features, size_t count) {
    add_scaling(graph, features, count);
    add_binary(graph, "Sub", "numbers", "means", "centred");
    add_binary(graph, "Div", "centred", "deviations", "scaled");
    add_unary(graph, "IsNaN", "numbers", "is_missing");
    add_reals(graph, "zero", (onnx_shape){1, 0}, &(double){0.0});
    message choice = begin_node("Where", "scaled_numbers");
    put_node_input(&choice, "is_missing");
    put_node_input(&choice, "zero");
    put_node_input(&choice, "scaled");
    end_node(graph, &choice);
}

static void add_as_doubles(message *graph, const char *input, const char *output) {
    message node = begin_node("Cast", output);
    put_node_input(&node, input);
    put_attribute(&node, "to", ONNX_DOUBLE);
    end_node(graph, &node);
}

/* Of the numbers and dates that expect gaps. */
static void add_indicators(message *graph, const column_list *features, message *concatenation) {
    int64_t *places = resize_array(NULL, features->count, sizeof *places), number = 0;
    size_t count = 0;
    for (size_t i = 0; i < features->count; i++) {
        const table_column *column = &features->columns[i];
        if (!is_scaled(column))
            continue;
        if (column->expects_gaps)
            places[count++] = number;
        number++;
    }
    if (count > 0) {
        add_integers(graph, "gap_places", (onnx_shape){count, 0}, places);
        add_columns(graph, "is_missing", "gap_places", "is_gap");
        add_as_doubles(graph, "is_gap", "indicators");
        put_node_input(concatenation, "indicators");
    }
    free(places);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static int64_t *count_up(size_t count) {
    int64_t *numbers = resize_array(NULL, count, sizeof *numbers);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (int64_t)i;
    return numbers;
}

/* The index of each text among the categories, or -1. "" is one more where the column expects gaps.
 */
static void add_indices(message *graph, const table_column *column, const char *texts,
                        const char *output) {
    size_t count = get_width(column);
    int64_t *indices = count_up(count);
    const char **keys = resize_array(NULL, count, sizeof *keys);
    memcpy(keys, column->categories.names, column->categories.count * sizeof *keys);
    if (column->expects_gaps)
        keys[count - 1] = "";
    message node = begin_node("LabelEncoder", output);
    put_domain(&node, "ai.onnx.ml");
    put_node_input(&node, texts);
    put_texts_attribute(&node, "keys_strings", count, keys);
    put_integers_attribute(&node, "values_int64s", count, indices);
    put_attribute(&node, "default_int64", -1);
    end_node(graph, &node);
    free(keys);
    free(indices);
}

static void add_categories(message *graph, const table_column *column, size_t text,
                           const char *output) {
    value_name place = number_value("text_place", text), texts = number_value("text", text),
               index = number_value("category", text), all = number_value("categories", text),
               is_own = number_value("is_category", text);
    size_t width = get_width(column);
    int64_t *indices = count_up(width);
    add_integers(graph, place.text, (onnx_shape){1, 0}, &(int64_t){(int64_t)text});
    add_columns(graph, "texts", place.text, texts.text);
    add_indices(graph, column, texts.text, index.text);
    add_integers(graph, all.text, (onnx_shape){1, width}, indices);
    add_binary(graph, "Equal", index.text, all.text, is_own.text);
    add_as_doubles(graph, is_own.text, output);
    free(indices);
}

/* ---- all ------------------------------------------------------------------------------------- */

static void add_all_texts(message *graph, const column_list *features, message *concatenation) {
    size_t text = 0;
    for (size_t i = 0; i < features->count; i++) {
        const table_column *column = &features->columns[i];
        if (column->kind != COLUMN_CATEGORY)
            continue;
        value_name output = number_value("one_hot", text);
        add_categories(graph, column, text++, output.text);
        put_node_input(concatenation, output.text);
    }
}

static void add_table_inputs(message *graph, const schema *s, const onnx_inputs *inputs) {
    size_t n_numbers = count_scaled_features(s);
    size_t n_texts = count_features_of_kind(s, COLUMN_CATEGORY);
    message concatenation = begin_node("Concat", NETWORK_INPUTS);
    put_attribute(&concatenation, "axis", 1);
    if (n_numbers > 0) {
        add_input(graph, "numbers", ONNX_DOUBLE, n_numbers, inputs->numbers);
        add_scaled_numbers(graph, &s->features, n_numbers);
        put_node_input(&concatenation, "scaled_numbers");
        add_indicators(graph, &s->features, &concatenation);
        add_date_parts(graph, &s->features, &concatenation);
    }
    if (n_texts > 0) {
        add_input(graph, "texts", ONNX_STRING, n_texts, inputs->texts);
        add_all_texts(graph, &s->features, &concatenation);
    }
    end_node(graph, &concatenation);
}

onnx_inputs add_inputs(message *graph, const exported_model *exported) {
    const schema *s = &exported->model.schema;
    onnx_inputs inputs = {order_inputs(&s->features), list_feature_names(s, true),
                          list_feature_names(s, false)};
    if (exported->has_table) {
        add_table_inputs(graph, s, &inputs);
    } else {
        add_input(graph, "numbers", ONNX_DOUBLE, s->features.count, inputs.numbers);
        add_unary(graph, "Identity", "numbers", NETWORK_INPUTS);
    }
    return inputs;
}

void free_inputs(onnx_inputs *inputs) {
    free(inputs->order);
    free(inputs->numbers);
    free(inputs->texts);
}
