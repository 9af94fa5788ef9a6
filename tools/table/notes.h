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
void free_notes(note_list *notes);

void print_notes(FILE *stream, const note_list *notes);
/* "nnblas COMMAND: warning: ..." on stderr. */
void print_warnings(const char *command, const note_list *notes);

#endif
