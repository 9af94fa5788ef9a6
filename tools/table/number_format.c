/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/number_format.h"

#include "cli/number.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const number_format PLAIN_FORMAT = {.decimal = '.'};

/* ---- marks and units ------------------------------------------------------------------------- */

/* How many bytes of the text are the mark between thousands. */
static size_t match_thousands(const char *text, char thousands) {
    static const char *const BLANKS[] = {" ", "\u00a0", "\u202f", "\u2009"};
    static const char *const APOSTROPHES[] = {"'", "\u2019"};
    if (thousands == ' ' || thousands == '\'') {
        const char *const *marks = thousands == ' ' ? BLANKS : APOSTROPHES;
        size_t count = thousands == ' ' ? sizeof BLANKS / sizeof *BLANKS : 2;
        for (size_t m = 0; m < count; m++)
            if (strncmp(text, marks[m], strlen(marks[m])) == 0)
                return strlen(marks[m]);
        return 0;
    }
    return thousands && *text == thousands ? 1 : 0;
}

static const char *const UNITS[] = {"%",   "$",   "€",   "£",   "¥",   "₹",   "US$", "USD", "EUR",
                                    "GBP", "CHF", "Fr.", "JPY", "CNY", "INR", "CAD", "AUD", "NZD",
                                    "SEK", "NOK", "DKK", "kr",  "PLN", "zł",  "CZK", "Kč",  "HUF",
                                    "R$",  "BRL", "ZAR", "RUB", "TRY", "KRW", "₩",   "MXN", "ILS"};
enum { N_UNITS = sizeof UNITS / sizeof UNITS[0] };

typedef struct {
    const char *begin, *end;
} part;

static void trim(part *p) {
    size_t length;
    while (p->begin < p->end && (length = match_thousands(p->begin, ' ')) > 0)
        p->begin += length;
    while (p->begin < p->end && p->end[-1] == ' ')
        p->end--;
    static const char *const WIDE[] = {"\u00a0", "\u202f", "\u2009"};
    for (size_t m = 0; m < sizeof WIDE / sizeof *WIDE; m++) {
        length = strlen(WIDE[m]);
        if ((size_t)(p->end - p->begin) > length && memcmp(p->end - length, WIDE[m], length) == 0)
            p->end -= length;
    }
}

static bool is_unit(const part *p, const char *unit, bool is_behind) {
    size_t length = strlen(unit);
    return (size_t)(p->end - p->begin) > length &&
           memcmp(is_behind ? p->end - length : p->begin, unit, length) == 0;
}

/* Takes a unit off the number; null if it has none. The longest one counts: US$ is no $. */
static const char *take_unit(part *p) {
    const char *taken = NULL;
    bool taken_behind = false;
    for (size_t u = 0; u < N_UNITS; u++)
        for (int is_behind = 0; is_behind < 2; is_behind++)
            if (is_unit(p, UNITS[u], is_behind) && (!taken || strlen(UNITS[u]) > strlen(taken))) {
                taken = UNITS[u];
                taken_behind = is_behind;
            }
    if (taken && taken_behind)
        p->end -= strlen(taken);
    else if (taken)
        p->begin += strlen(taken);
    trim(p);
    return taken;
}

static char take_sign(part *p) {
    if (p->begin == p->end || (*p->begin != '-' && *p->begin != '+'))
        return '\0';
    char sign = *p->begin++;
    trim(p);
    return sign;
}

/* ---- digits ---------------------------------------------------------------------------------- */

typedef struct {
    char text[64];
    size_t length;
} plain_number;

static bool append(plain_number *number, char c) {
    if (number->length + 1 >= sizeof number->text)
        return false;
    number->text[number->length++] = c;
    return true;
}

/* 1,234,567: how many digits a group has that ends here. */
static bool is_good_group(size_t digits, size_t marks, bool begins_with_0) {
    return marks > 0 ? digits == 3 : digits > 0 && digits <= 3 && !begins_with_0;
}

/* Copies the digits with a decimal point and without marks between thousands. */
static bool copy_number(const part *p, const number_format *format, plain_number *number) {
    size_t digits = 0, marks = 0, length;
    bool has_decimal = false, begins_with_0 = *p->begin == '0';
    for (const char *c = p->begin; c < p->end; c++) {
        if (isdigit((unsigned char)*c)) {
            digits++;
            if (!append(number, *c))
                return false;
        } else if (!has_decimal && (length = match_thousands(c, format->thousands)) > 0) {
            if (!is_good_group(digits, marks, begins_with_0))
                return false;
            marks++;
            digits = 0;
            c += length - 1;
        } else if (!has_decimal && *c == format->decimal) {
            if (marks > 0 && digits != 3)
                return false;
            has_decimal = true;
            append(number, '.');
        } else if (marks == 0 && strchr("eE+-", *c)) {
            if (!append(number, *c))
                return false;
        } else {
            return false;
        }
    }
    return marks == 0 || has_decimal || digits == 3;
}

/* unit: the one that the number has, or null. */
static bool read_number(const char *text, const number_format *format, const char **unit,
                        double *value) {
    part p = {text, text + strlen(text)};
    plain_number number = {.length = 0};
    trim(&p);
    char sign = take_sign(&p);
    *unit = take_unit(&p);
    if (!sign)
        sign = take_sign(&p);
    if (sign)
        append(&number, sign);
    if (p.begin == p.end || *p.begin == '+' || *p.begin == '-' || !copy_number(&p, format, &number))
        return false;
    number.text[number.length] = '\0';
    return read_real(number.text, value);
}

static bool is_plain(const number_format *format) {
    return format->decimal == '.' && !format->thousands && !*format->unit;
}

static bool read_with_marks(const char *text, const number_format *format, double *value) {
    const char *unit;
    return !is_plain(format) && read_number(text, format, &unit, value) &&
           (!unit || strcmp(unit, format->unit) == 0);
}

bool read_formatted(const char *text, const number_format *format, double *value) {
    return (format->decimal == '.' && read_real(text, value)) ||
           read_with_marks(text, format, value);
}

bool get_formatted(const csv_row *row, size_t position, const number_format *format,
                   double *value) {
    return (format->decimal == '.' && get_number(row, position, value)) ||
           read_with_marks(get_value(row, position), format, value);
}

/* ---- formats of a column --------------------------------------------------------------------- */

/* In the order in which they are preferred. */
static const number_format FORMATS[N_NUMBER_FORMATS] = {
    {'.', 0, ""},   {'.', ',', ""},  {',', 0, ""},    {',', '.', ""}, {'.', ' ', ""},
    {',', ' ', ""}, {'.', '\'', ""}, {',', '\'', ""}, {'.', '_', ""}, {',', '_', ""}};

format_set list_formats(char decimal, char thousands) {
    format_set set = 0;
    for (unsigned f = 0; f < N_NUMBER_FORMATS; f++)
        if ((!decimal || FORMATS[f].decimal == decimal) &&
            (!thousands || FORMATS[f].thousands == thousands))
            set |= 1U << f;
    return set;
}

format_set keep_formats(format_set set, const char *text, char unit[8]) {
    const char *found = NULL;
    double value;
    for (unsigned f = 0; f < N_NUMBER_FORMATS; f++)
        if (set & 1U << f && !read_number(text, &FORMATS[f], &found, &value))
            set &= ~(1U << f);
    if (!set || !found)
        return set;
    if (*unit && strcmp(unit, found) != 0)
        return 0;
    snprintf(unit, 8, "%s", found);
    return set;
}

static size_t count_digits(const char *text, char end) {
    size_t digits = 0;
    for (; *text && *text != end; text++)
        digits += isdigit((unsigned char)*text) != 0;
    return digits;
}

void count_marks(const char *text, const number_format *format, mark_counts *counts) {
    const char *unit = NULL;
    const number_format unmarked = {.decimal = format->decimal};
    double value;
    if (!read_number(text, format, &unit, &value))
        return;
    *(unit ? &counts->with_unit : &counts->without_unit) += 1;
    if (!format->thousands || count_digits(text, format->decimal) < 4)
        return;
    bool has_marks = !read_number(text, &unmarked, &unit, &value);
    *(has_marks ? &counts->with_marks : &counts->without_marks) += 1;
}

bool is_ambiguous(format_set set) {
    return !(set & list_formats('.', '\0') & ~list_formats('.', ',')) &&
           (set & list_formats(',', '\0')) && (set & list_formats('.', ','));
}

number_format choose_format(format_set set, char delimiter, const char *unit) {
    if (is_ambiguous(set) && delimiter == ';')
        set &= list_formats(',', '\0');
    unsigned f = 0;
    while (f + 1 < N_NUMBER_FORMATS && !(set & 1U << f))
        f++;
    number_format chosen = FORMATS[f];
    snprintf(chosen.unit, sizeof chosen.unit, "%s", unit);
    return chosen;
}

const char *show_format(const number_format *format) {
    static const char *const EXAMPLES[] = {"1234.5",  "1,234.5", "1234,5",  "1.234,5", "1 234.5",
                                           "1 234,5", "1'234.5", "1'234,5", "1_234.5", "1_234,5"};
    unsigned f = 0;
    while (f + 1 < N_NUMBER_FORMATS &&
           (FORMATS[f].decimal != format->decimal || FORMATS[f].thousands != format->thousands))
        f++;
    return EXAMPLES[f];
}

/* ---- numbers that are none ------------------------------------------------------------------- */

static bool is_digits(const char *text) {
    if (!*text)
        return false;
    while (isdigit((unsigned char)*text))
        text++;
    return *text == '\0';
}

bool has_leading_zeros(const char *text) {
    return text[0] == '0' && text[1] && is_digits(text);
}

bool is_too_long(const char *text) {
    enum { DIGITS_OF_A_DOUBLE = 15 };
    char exact[400];
    text += *text == '-';
    if (!is_digits(text) || strlen(text) <= DIGITS_OF_A_DOUBLE || strlen(text) >= sizeof exact)
        return false;
    snprintf(exact, sizeof exact, "%.0f", strtod(text, NULL));
    return strcmp(text, exact) != 0;
}
