/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/notes.h"

#include <stdarg.h>

enum { LONGEST_NOTE = 600 };

static void add_line(name_list *lines, const char *format, va_list arguments) {
    char line[LONGEST_NOTE];
    vsnprintf(line, sizeof line, format, arguments);
    add_name(lines, line);
}

void add_note(note_list *notes, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_line(&notes->lines, format, arguments);
    va_end(arguments);
}

void add_warning(note_list *notes, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_line(&notes->warnings, format, arguments);
    va_end(arguments);
}

void free_notes(note_list *notes) {
    free_names(&notes->lines);
    free_names(&notes->warnings);
}

void print_notes(FILE *stream, const note_list *notes) {
    for (size_t i = 0; i < notes->lines.count; i++)
        fprintf(stream, "%s\n", notes->lines.names[i]);
}

void print_warnings(const char *command, const note_list *notes) {
    for (size_t i = 0; i < notes->warnings.count; i++)
        fprintf(stderr, "nnblas %s: warning: %s\n", command, notes->warnings.names[i]);
}
