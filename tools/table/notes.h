/* SPDX-License-Identifier: BSD-3-Clause */
/* What was decided about a table: lines of the summary, and warnings. */
#ifndef NNBLAS_TABLE_NOTES_H
#define NNBLAS_TABLE_NOTES_H

#include "table/names.h"

#include <stdio.h>

/* Each line is kept once. */
typedef struct {
    name_list lines, warnings;
} note_list;

void add_note(note_list *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));
void add_warning(note_list *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The lines with this beginning become warnings. */
void warn_of_notes(note_list *notes, const char *beginning);
void free_notes(note_list *notes);

/* Columns for a note: "column 2 (age), column 5 and 7 more". */
typedef struct {
    char text[400];
    size_t count;
} column_listing;

void list_column(column_listing *listing, const char *name, size_t place);
/* The whole text. */
const char *show_listing(column_listing *listing);

void print_notes(FILE *stream, const note_list *notes);
/* "nnblas COMMAND: warning: ..." on stderr. */
void print_warnings(const char *command, const note_list *notes);

#endif
