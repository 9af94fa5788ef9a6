/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/categories.h"

#include "cli/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A category and its key: the number of a number, the text of a text. */
typedef struct {
    const char *text;
    double value;
} category;

static int compare_texts(const void *a, const void *b) {
    return strcmp(((const category *)a)->text, ((const category *)b)->text);
}

static int compare_numbers(const void *a, const void *b) {
    double left = ((const category *)a)->value, right = ((const category *)b)->value;
    return (left > right) - (left < right);
}

static bool is_shorter(const char *text, const char *other) {
    size_t length = strlen(text), other_length = strlen(other);
    return length < other_length || (length == other_length && strcmp(text, other) < 0);
}

/* The texts of rows outlive the search. */
static void take_category(const table_column *column, const char *text, double value,
                          name_list *keys, category *found) {
    number_text number;
    const char *key = text;
    if (column->is_number) {
        number = write_real(value + 0.0); /* -0 is 0 */
        key = number.text;
    }
    if (add_name(keys, key)) {
        found[keys->count - 1] = (category){text, value};
        return;
    }
    if (!column->is_number)
        return;
    category *same = &found[find_name(keys, key)];
    if (is_shorter(text, same->text))
        same->text = text;
}

size_t find_categories(const text_rows *rows, table_column *column) {
    name_list keys = {0};
    category *found = resize_array(NULL, MOST_CATEGORIES + 1, sizeof *found);
    size_t values = 0;
    const char *last = NULL;
    for (size_t r = 0; r < rows->N && keys.count <= MOST_CATEGORIES; r++) {
        csv_row row = get_row(rows, r);
        const char *text = get_value(&row, column->place);
        double value = 0.0;
        if (is_gap(text, column->is_number) ||
            (column->is_number && !get_formatted(&row, column->place, &column->format, &value)))
            continue;
        values++;
        if (!last || strcmp(text, last) != 0)
            take_category(column, text, value, &keys, found);
        last = text;
    }
    qsort(found, keys.count, sizeof *found, column->is_number ? compare_numbers : compare_texts);
    free_names(&column->categories);
    for (size_t k = 0; k < keys.count; k++)
        add_name(&column->categories, found[k].text);
    free_names(&keys);
    free(found);
    return values;
}

/* ---- spelling -------------------------------------------------------------------------------- */

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* Lower case, without blanks around it; released by free(). */
static char *simplify(const char *text) {
    while (is_blank(*text))
        text++;
    char *simple = copy_text(text);
    size_t length = strlen(simple);
    while (length > 0 && is_blank(simple[length - 1]))
        simple[--length] = '\0';
    for (char *c = simple; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return simple;
}

void warn_of_similar_categories(const table_column *column, note_list *notes) {
    name_list simple = {0};
    for (size_t k = 0; k < column->categories.count && !column->is_number; k++) {
        const char *name = column->categories.names[k];
        char *text = simplify(name);
        if (!add_name(&simple, text)) {

            const char *other = column->categories.names[find_name(&simple, text)];
            add_warning(notes,
                        "%s: '%s' and '%s' differ only in case or blanks, and are two categories: "
                        "if they are one, write them alike",
                        show_column(column->name, column->place).text, show_text(other).text,
                        show_text(name).text);
            free(text);
            break;
        }
        free(text);
    }
    free_names(&simple);
}
