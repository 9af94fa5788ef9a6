/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/lookalikes.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

typedef enum { LIKE_NOTHING, LIKE_DATE, LIKE_TIME, LIKE_NEGATIVE, LIKE_UNIT } lookalike;

/* A text with d for each run of digits and a for each of letters: d-a-d of 1-Mar-2024. */
typedef struct {
    char shape[16];
    long numbers[3]; /* of the first digits */
    size_t digits[3], count;
} text_shape;

static text_shape get_shape(const char *text) {
    text_shape s = {.shape = ""};
    for (size_t used = 0; *text && used + 1 < sizeof s.shape; used++) {
        bool is_digit = isdigit((unsigned char)*text), is_letter = isalpha((unsigned char)*text);
        size_t length = is_digit ? strspn(text, "0123456789") : 1;
        while (is_letter && isalpha((unsigned char)text[length]))
            length++;
        s.shape[used] = is_digit ? 'd' : is_letter ? 'a' : *text;
        if (is_digit && s.count < 3 && length < 9) {
            s.digits[s.count] = length;
            sscanf(text, "%9ld", &s.numbers[s.count++]);
        }
        text += length;
    }
    return s;
}

static bool begins_with(const char *text, const char *beginning) {
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static bool has_month_name(const char *text) {
    static const char *const MONTHS[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    for (; *text; text++)
        for (size_t m = 0; m < 12; m++)
            if (strncasecmp(text, MONTHS[m], 3) == 0)
                return true;
    return false;
}

/* A day or month, and a year of two or four digits, in any order. */
static bool has_date_numbers(const text_shape *s) {
    size_t years = 0, small = 0;
    for (size_t i = 0; i < s->count; i++) {
        years += s->digits[i] == 4 && s->numbers[i] >= 1000;
        small += s->digits[i] <= 2 && s->numbers[i] <= 31;
    }
    return s->count == 3 && s->digits[2] != 1 &&
           ((years == 1 && small == 2) ||
            (years == 0 && small >= 2 && s->digits[0] <= 2 && s->digits[2] == 2));
}

static bool is_like_date(const text_shape *s, const char *text) {
    static const char *const NAMED[] = {"d-a-d", "d a d", "d. a d", "a d, d",
                                        "a d d", "a-d",   "a d",    "d/a/d"};
    for (size_t i = 0; i < sizeof NAMED / sizeof *NAMED; i++)
        if (strcmp(s->shape, NAMED[i]) == 0)
            return has_month_name(text);
    if (strcmp(s->shape, "d-d") == 0 || strcmp(s->shape, "d/d") == 0)
        return s->digits[0] == 4 && s->numbers[0] >= 1900 && s->numbers[0] <= 2100 &&
               s->digits[1] == 2 && s->numbers[1] >= 1 && s->numbers[1] <= 12;
    bool has_marks = begins_with(s->shape, "d.d.d") || begins_with(s->shape, "d/d/d") ||
                     begins_with(s->shape, "d-d-d");
    bool ends = s->shape[5] == '\0' || s->shape[5] == ' ';
    return has_marks && ends && has_date_numbers(s);
}

static bool is_like_time(const text_shape *s) {
    return begins_with(s->shape, "d:d") && s->numbers[0] < 24 && s->digits[1] == 2 &&
           s->numbers[1] < 60 && strspn(s->shape, "d:a .") == strlen(s->shape);
}

static bool is_like_negative(const text_shape *s) {
    size_t length = strlen(s->shape);
    bool is_in_brackets = s->shape[0] == '(' && s->shape[length - 1] == ')';
    bool has_sign_behind = s->shape[0] == 'd' && s->shape[length - 1] == '-';
    return length >= 2 && (is_in_brackets || has_sign_behind) && s->count > 0 &&
           strspn(s->shape, "d.,() '-$") == length;
}

static bool is_like_unit(const text_shape *s) {
    static const char *const SHAPES[] = {"d a", "d.d a", "d,d a", "da", "d.da", "d,da"};
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++)
        if (strcmp(s->shape, SHAPES[i]) == 0)
            return true;
    return false;
}

static lookalike classify(const char *text) {
    text_shape s = get_shape(text);
    if (is_like_date(&s, text))
        return LIKE_DATE;
    if (is_like_time(&s))
        return LIKE_TIME;
    if (is_like_negative(&s))
        return LIKE_NEGATIVE;
    return is_like_unit(&s) ? LIKE_UNIT : LIKE_NOTHING;
}

static const char *find_letters(const char *text) {
    return text + strcspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/* Beside negative numbers there may be plain ones. */
static lookalike classify_all(const name_list *texts, const char **example) {
    lookalike found = LIKE_NOTHING;
    for (size_t k = 0; k < texts->count; k++) {
        const char *text = texts->names[k];
        lookalike kind = classify(text);
        bool is_number = *text && strspn(text, "0123456789., '$") == strlen(text);
        if (is_number && kind == LIKE_NOTHING && (found == LIKE_NEGATIVE || found == LIKE_NOTHING))
            continue;
        if (kind == LIKE_NOTHING || (found != LIKE_NOTHING && kind != found) ||
            (kind == LIKE_UNIT && *example &&
             strcmp(find_letters(text), find_letters(*example)) != 0))
            return LIKE_NOTHING;
        found = kind;
        *example = *example ? *example : text;
    }
    return found;
}

/* A target of dates is refused, in whatever form. */
void warn_of_lookalikes(const table_column *column, bool is_target, note_list *notes) {
    static const char *const KINDS[] = {
        [LIKE_DATE] = "dates, but not in one form that is read: write them as 2024-03-31",
        [LIKE_TIME] = "times, but are not read as such: write them as numbers, say of hours",
        [LIKE_NEGATIVE] = "numbers, but not in one form that is read: write them as -1234.5",
        [LIKE_UNIT] = "numbers with a unit that is not known: leave it out"};
    static const char DATES_OF_TARGET[] =
        "dates, and each is a class: write them as numbers, say of days";
    const char *example = NULL;
    lookalike kind = classify_all(&column->categories, &example);
    if (kind != LIKE_NOTHING && column->categories.count > 1)
        add_warning(notes, "%s: texts such as '%s' look like %s",
                    show_column(column->name, column->place).text, show_text(example).text,
                    is_target && kind == LIKE_DATE ? DATES_OF_TARGET : KINDS[kind]);
}
