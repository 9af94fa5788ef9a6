/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/categories.h"

#include "cli/memory.h"
#include "cli/parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A category and its key: the number of a number, the text of a text. */
typedef struct {
    char *text;
    double value;
} category;

/* values: how many were looked at, be they equal. */
typedef struct {
    name_list keys;
    category found[MOST_CATEGORIES + 1];
    size_t values;
} found_list;

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

/* text: of the number, where it is one. */
static const char *get_key(const table_column *column, const char *text, double value,
                           number_text *number) {
    if (!column->is_number)
        return text;
    *number = write_real(value + 0.0); /* -0 is 0 */
    return number->text;
}

static void take_category(const table_column *column, const char *text, double value,
                          found_list *list) {
    number_text number;
    const char *key = get_key(column, text, value, &number);
    if (add_name(&list->keys, key)) {
        list->found[list->keys.count - 1] = (category){copy_text(text), value};
        return;
    }
    if (!column->is_number)
        return;
    category *same = &list->found[find_name(&list->keys, key)];
    if (is_shorter(text, same->text)) {
        free(same->text);
        same->text = copy_text(text);
    }
}

static void find_in_block(const row_block *block, const table_column *column, found_list *found) {
    const char *last = NULL;
    for (size_t r = 0; r < block->N && found->keys.count <= MOST_CATEGORIES; r++) {
        csv_row row = get_row(block, r);
        const char *text = get_value(&row, column->place);
        double value = 0.0;
        if (is_gap(text, column->is_number) ||
            (column->is_number && !get_formatted(&row, column->place, &column->format, &value)))
            continue;
        found->values++;
        if (!last || strcmp(text, last) != 0)
            take_category(column, text, value, found);
        last = text;
    }
}

typedef struct {
    const text_rows *rows;
    const table_column *column;
    found_list parts[MOST_PARTS];
} part_search;

static void find_part(void *context, size_t part, size_t begin, size_t end) {
    part_search *s = context;
    for (size_t b = begin; b < end; b++)
        find_in_block(s->rows->blocks[b], s->column, &s->parts[part]);
}

static void free_found(found_list *found) {
    for (size_t k = 0; k < found->keys.count; k++)
        free(found->found[k].text);
    free_names(&found->keys);
    found->values = 0;
}

/* Adds what another part has found. */
static void take_part(const table_column *column, found_list *part, found_list *all) {
    for (size_t k = 0; k < part->keys.count && all->keys.count <= MOST_CATEGORIES; k++)
        take_category(column, part->found[k].text, part->found[k].value, all);
    all->values += part->values;
    free_found(part);
}

/* In the part of the rows that is there. */
static void find_in_rows(const text_rows *rows, const table_column *column, found_list *all) {
    if (all->keys.count > MOST_CATEGORIES || rows->N == 0)
        return;
    part_search *s = resize_array(NULL, 1, sizeof *s);
    *s = (part_search){.rows = rows, .column = column};
    run_in_parts(rows->n_blocks, rows->N / rows->n_blocks, find_part, s);
    for (size_t part = 0; part < MOST_PARTS; part++)
        take_part(column, &s->parts[part], all);
    free(s);
}

typedef int comparison(const void *, const void *);

static comparison *get_order(const table_column *column) {
    return column->is_number ? compare_numbers : compare_texts;
}

static size_t take_found(table_column *column, found_list *all) {
    size_t values = all->values;
    qsort(all->found, all->keys.count, sizeof *all->found, get_order(column));
    free_names(&column->categories);
    for (size_t k = 0; k < all->keys.count; k++)
        add_name(&column->categories, all->found[k].text);
    free_found(all);
    return values;
}

/* ---- many columns ---------------------------------------------------------------------------- */

typedef struct {
    table_column *column;
    found_list found;
} column_search;

struct category_search {
    column_search *columns;
    size_t count, capacity;
};

category_search *start_categories(void) {
    category_search *search = resize_array(NULL, 1, sizeof *search);
    *search = (category_search){.count = 0};
    return search;
}

void search_column(category_search *search, table_column *column) {
    search->columns = reserve_array(search->columns, &search->capacity, search->count + 1,
                                    sizeof *search->columns);
    column_search *added = &search->columns[search->count++];
    added->column = column;
    added->found = (found_list){.values = 0};
}

void search_rows(category_search *search, const text_rows *rows) {
    for (size_t c = 0; c < search->count; c++)
        find_in_rows(rows, search->columns[c].column, &search->columns[c].found);
}

void end_categories(category_search *search, size_t *values) {
    for (size_t c = 0; c < search->count; c++)
        values[c] = take_found(search->columns[c].column, &search->columns[c].found);
    free(search->columns);
    free(search);
}

static bool is_read_alike(const table_column *a, const table_column *b) {
    return a->place == b->place && a->is_number == b->is_number &&
           (!a->is_number ||
            (a->format.decimal == b->format.decimal && a->format.thousands == b->format.thousands &&
             strcmp(a->format.unit, b->format.unit) == 0));
}

bool take_categories(const category_search *search, table_column *column, size_t *values) {
    for (size_t c = 0; search && c < search->count; c++) {
        const column_search *searched = &search->columns[c];
        if (!is_read_alike(searched->column, column))
            continue;
        found_list *copy = resize_array(NULL, 1, sizeof *copy);
        *copy = (found_list){.values = 0};
        for (size_t k = 0; k < searched->found.keys.count; k++)
            take_category(column, searched->found.found[k].text, searched->found.found[k].value,
                          copy);
        copy->values = searched->found.values;
        *values = take_found(column, copy);
        free(copy);
        return true;
    }
    return false;
}

void drop_categories(category_search *search) {
    for (size_t c = 0; c < search->count; c++)
        free_found(&search->columns[c].found);
    free(search->columns);
    free(search);
}

size_t find_categories(text_rows *rows, table_column *column) {
    size_t values;
    category_search *search = start_categories();
    search_column(search, column);
    for (bool is_more = begin_parts(rows); is_more; is_more = next_part(rows))
        search_rows(search, rows);
    end_categories(search, &values);
    return values;
}

size_t count_searched(const category_search *search) {
    return search->count;
}

size_t find_in_row(const category_search *search, size_t c, const csv_row *row) {
    const column_search *searched = &search->columns[c];
    const table_column *column = searched->column;
    number_text number;
    double value = 0.0;
    if (column->is_number)
        get_formatted(row, column->place, &column->format, &value);
    return find_name(&searched->found.keys,
                     get_key(column, get_value(row, column->place), value, &number));
}

size_t *rank_categories(const category_search *search, size_t c) {
    const column_search *searched = &search->columns[c];
    const category *found = searched->found.found;
    size_t count = searched->found.keys.count;
    size_t *ranks = resize_array(NULL, count, sizeof *ranks);
    for (size_t k = 0; k < count; k++) {
        ranks[k] = 0;
        for (size_t other = 0; other < count; other++)
            ranks[k] += get_order(searched->column)(&found[other], &found[k]) < 0;
    }
    return ranks;
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
