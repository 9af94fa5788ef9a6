/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/delimiter.h"

#include <string.h>

enum { MOST_ROWS = 100 };

/* How a delimiter divides the first rows. */
typedef struct {
    size_t first_values; /* of the first row */
    size_t rows, equal_rows, values, numbers;
} division;

/* Also with a decimal comma. */
static bool looks_like_number(const char *begin, const char *end) {
    bool has_digit = false;
    for (; begin < end; begin++) {
        if (!strchr("+-.,0123456789eE \t\"", *begin) || *begin == '\0')
            return false;
        has_digit = has_digit || (*begin >= '0' && *begin <= '9');
    }
    return has_digit;
}

/* The end of the value that begins here: a delimiter, an end of line, or the end. A quote opens a
 * quoted value only where that begins. */
static const char *find_value_end(const char *value, const char *end, char delimiter) {
    bool is_quoted = false;
    const char *at = value;
    while (at < end && *at == ' ')
        at++;
    if (at < end && *at == '"') {
        is_quoted = true;
        at++;
    }
    for (; at < end; at++) {
        if (is_quoted)
            is_quoted = *at != '"';
        else if (*at == '"')
            is_quoted = at[-1] == '"';
        else if (*at == delimiter || *at == '\n' || *at == '\r')
            break;
    }
    return at;
}

/* Returns the beginning of the next row, or null where the row is cut or the last. */
static const char *divide_row(const char *row, const char *end, char delimiter, division *d) {
    size_t values = 0, numbers = 0;
    const char *value_end;
    do {
        value_end = find_value_end(row, end, delimiter);
        numbers += looks_like_number(row, value_end);
        values++;
        row = value_end + 1;
    } while (value_end < end && *value_end == delimiter);
    if (value_end == end && d->rows > 0)
        return NULL;
    if (d->rows++ == 0)
        d->first_values = values;
    d->equal_rows += values == d->first_values;
    d->values += values;
    d->numbers += numbers;
    while (row < end && (*row == '\n' || *row == '\r'))
        row++;
    return row < end ? row : NULL;
}

static division divide(const char *bytes, const char *end, char delimiter) {
    division d = {0};
    while (bytes < end && (*bytes == '\n' || *bytes == '\r'))
        bytes++;
    while (bytes && bytes < end && d.rows < MOST_ROWS)
        bytes = divide_row(bytes, end, delimiter, &d);
    return d;
}

/* Shares of different totals are compared crosswise. */
static bool is_better(const division *a, const division *b) {
    if (a->first_values < 2 || 2 * a->equal_rows < a->rows)
        return false;
    if (b->first_values < 2)
        return true;
    size_t left = a->equal_rows * b->rows, right = b->equal_rows * a->rows;
    return left != right ? left > right : a->numbers * b->values > b->numbers * a->values;
}

char detect_delimiter(const char *bytes, size_t count) {
    static const char DELIMITERS[] = {',', ';', '\t', '|'};
    division best = {0};
    char found = ',';
    for (size_t i = 0; i < sizeof DELIMITERS; i++) {
        division d = divide(bytes, bytes + count, DELIMITERS[i]);
        if (is_better(&d, &best)) {
            best = d;
            found = DELIMITERS[i];
        }
    }
    return found;
}
