/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/notes.h"

#include "cli/text.h"

#include <stdarg.h>
#include <string.h>

enum { LONGEST_NOTE = 800 };

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

void warn_of_notes(note_list *notes, const char *beginning) {
    for (size_t i = 0; i < notes->lines.count; i++)
        if (strncmp(notes->lines.names[i], beginning, strlen(beginning)) == 0)
            add_name(&notes->warnings, notes->lines.names[i]);
}

void free_notes(note_list *notes) {
    free_names(&notes->lines);
    free_names(&notes->warnings);
}

enum { MOST_LISTED = 4 };

void list_column(column_listing *listing, const char *name, size_t place) {
    size_t used = strlen(listing->text);
    if (listing->count++ < MOST_LISTED)
        snprintf(listing->text + used, sizeof listing->text - used, "%s%s", used > 0 ? ", " : "",
                 show_column(name, place).text);
}

const char *show_listing(column_listing *listing) {
    size_t used = strlen(listing->text);
    if (listing->count > MOST_LISTED)
        snprintf(listing->text + used, sizeof listing->text - used, " and %zu more",
                 listing->count - MOST_LISTED);
    return listing->text;
}

void print_notes(FILE *stream, const note_list *notes) {
    for (size_t i = 0; i < notes->lines.count; i++)
        print_safely(stream, "%s\n", notes->lines.names[i]);
}

void print_warnings(const char *command, const note_list *notes) {
    for (size_t i = 0; i < notes->warnings.count; i++)
        print_safely(stderr, "nnblas %s: warning: %s\n", command, notes->warnings.names[i]);
}
