/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows of a table as text: the types of columns are known only when all rows are read. */
#ifndef NNBLAS_TABLE_ROWS_H
#define NNBLAS_TABLE_ROWS_H

#include "table/gaps.h"
#include "table/source.h"

/* Rows that follow each other. Each cell is read as a number once, and the number kept. */
typedef struct {
    char *text;
    size_t length, text_capacity;
    size_t *begins;   /* N, where the rows begin in text */
    size_t *lines;    /* N, where they begin in the file */
    uint32_t *starts; /* N x columns, where the values begin in the row */
    double *numbers;  /* N x columns, NaN where a value is no number */
    size_t first;     /* how many rows are before those of the block */
    size_t N, most, columns;
} row_block;

/*
 * All rows, in blocks that stay where they are while more is read. Or, where they are too many for
 * memory, a part of them, one block, which load() replaces by the next one, or by the first: false
 * behind the last, and where the file cannot be read.
 */
typedef struct text_rows {
    row_block **blocks;
    size_t n_blocks, capacity;
    size_t N, columns;
    size_t first; /* how many rows are before those of the part */
    bool (*load)(struct text_rows *rows, bool is_first); /* null where all rows are there */
    void *feed;                                          /* of load() */
} text_rows;

/* Goes through the parts: for (bool is_more = begin_parts(rows); is_more; is_more =
 * next_part(rows)). */
static inline bool begin_parts(text_rows *rows) {
    return !rows->load || rows->load(rows, true);
}
static inline bool next_part(text_rows *rows) {
    return rows->load && rows->load(rows, false);
}

/* Whether bad rows are skipped, how many were, and the errors of the first; whether rows that lack
 * the value of a feature are left out, how many were; and how many lacked that of a target, which
 * are left out in any case. */
enum { MOST_ERRORS_KEPT = 10 };
typedef struct {
    bool is_allowed, leaves_out_gaps;
    size_t count, gaps, without_target;
    gap_counts filled; /* of the rows that are used */
    table_error errors[MOST_ERRORS_KEPT];
} skipped_rows;

/* Counts a row that is not used; false if it must not be skipped: the error has its advice then. */
bool skip_row(skipped_rows *skipped, table_error *error);

/* Prints on stderr how many rows were skipped, and the first errors, and how many were left out or
 * had values filled in. */
void report_skipped(const char *command, const char *name, const skipped_rows *skipped);

bool read_rows(table_source *source, text_rows *rows, skipped_rows *skipped, table_error *error);
void free_rows(text_rows *rows);

/* Reads some rows, one block of them, in place of those that are there: none at the end. */
bool read_some_rows(table_source *source, text_rows *rows, skipped_rows *skipped,
                    table_error *error);

/* Of a block that is not needed any more; free_rows() does the rest. */
void free_block(row_block *block);

csv_row get_row(const row_block *block, size_t r);
/* Moves row r to the place of an earlier row of the block. */
void move_row(row_block *block, size_t to, size_t r);

/* Goes through the rows of all blocks, of the part that is there; begins as zeros. False behind the
 * last. */
typedef struct {
    size_t block, r;
} row_cursor;
bool next_row(const text_rows *rows, row_cursor *next, csv_row *row);

/* Makes values empty that are one of the texts. */
void clear_values(csv_row *row, const name_list *texts);
void clear_all_values(text_rows *rows, const name_list *texts);

#endif
