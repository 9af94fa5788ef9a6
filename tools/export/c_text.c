/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/c_text.h"

#include "cli/number.h"
#include "cli/text.h"

#include <string.h>

enum { MOST_COLUMNS = 100, INDENTATION = 4 };

void write_template(FILE *stream, const char *name, const char *text) {
    static const char WORD[] = "NAME";
    for (const char *found; (found = strstr(text, WORD)); text = found + strlen(WORD)) {
        fwrite(text, 1, (size_t)(found - text), stream);
        fputs(name, stream);
    }
    fputs(text, stream);
}

/* ---- arrays ---------------------------------------------------------------------------------- */

/* An array as it is written: the place in the line. */
typedef struct {
    FILE *stream;
    size_t column;
} array_writer;

static array_writer begin_array(FILE *stream, const char *type, const char *name, const char *array,
                                size_t count) {
    fprintf(stream, "static const %s %s_%s[%zu] = {\n", type, name, array, count);
    return (array_writer){.stream = stream};
}

static void write_element(array_writer *w, const char *text) {
    size_t length = strlen(text) + 2;
    if (w->column + length > MOST_COLUMNS) {
        fputc('\n', w->stream);
        w->column = 0;
    }
    if (w->column == 0)
        w->column = (size_t)fprintf(w->stream, "%*s", INDENTATION - 1, "");
    fprintf(w->stream, " %s,", text);
    w->column += length;
}

static void end_array(const array_writer *w) {
    fputs("\n};\n", w->stream);
}

/* A whole number gets a fraction, by which it is a double in C too. */
static number_text write_c_real(double value) {
    number_text number = write_real(value);
    if (!strpbrk(number.text, ".e"))
        strcat(number.text, ".0");
    return number;
}

void write_reals(FILE *stream, const char *name, const char *array, const double *values,
                 size_t count) {
    array_writer w = begin_array(stream, "double", name, array, count);
    for (size_t i = 0; i < count; i++)
        write_element(&w, write_c_real(values[i]).text);
    end_array(&w);
}

void write_integers(FILE *stream, const char *name, const char *array, const size_t *values,
                    size_t count) {
    array_writer w = begin_array(stream, "int", name, array, count);
    for (size_t i = 0; i < count; i++) {
        char text[24];
        snprintf(text, sizeof text, "%zu", values[i]);
        write_element(&w, text);
    }
    end_array(&w);
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* Octal has at most three digits, so that no digit behind it is taken for a part of it. A ? could
 * begin a trigraph. */
static size_t write_c_character(FILE *stream, unsigned char c) {
    if (c < 0x20 || c >= 0x7f)
        return (size_t)fprintf(stream, "\\%03o", c);
    return (size_t)fprintf(stream, strchr("\"\\?", c) ? "\\%c" : "%c", c);
}

void write_c_string(FILE *stream, const char *text) {
    size_t column = 0;
    fputc('"', stream);
    for (; *text; text++) {
        if (column > MOST_COLUMNS - 2 * INDENTATION - 8) {
            fprintf(stream, "\"\n%*s\"", 2 * INDENTATION, "");
            column = 0;
        }
        column += write_c_character(stream, (unsigned char)*text);
    }
    fputc('"', stream);
}

/* Whether two characters mean something to a compiler, even in a comment. */
static bool is_pair(const char *text) {
    return strncmp(text, "*/", 2) == 0 || strncmp(text, "/*", 2) == 0 ||
           strncmp(text, "??", 2) == 0;
}

size_t write_in_comment(FILE *stream, const char *text) {
    shown_text shown = show_text(text);
    size_t length = 2;
    fputc('"', stream);
    for (const char *c = shown.text; *c; c++) {
        fputc(*c, stream);
        length++;
        if (is_pair(c))
            length += (size_t)fprintf(stream, " ");
    }
    fputc('"', stream);
    return length;
}
