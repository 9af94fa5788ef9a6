/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of a subcommand: printed as a table as they come, or written as JSON at the end. */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A column of the table; a row that has no such key, or null there, shows "-". */
typedef struct column {
    const char *key;
    const char *heading;
    int width;          /* 0 for a text of any length, which ends the row */
    double scale;       /* a real number is shown times this */
    const char *format; /* of a real number, for one double */
} column;

/* What is printed above the results. */
typedef struct report_head {
    const char *command;
    const column *columns; /* up to one without a key */
    const char *note;
} report_head;

typedef struct report {
    json_t *root, *results;
    const column *columns; /* up to one without a key */
    const char *json_path; /* null for none, "-" for standard output instead of the table */
} report;

/* Prints the head: the machine, the BLAS, the library and its settings. */
report open_report(const report_head *head, const char *json_path);

/* Adds a row, which the report then owns, and prints it. */
void add_result(report *r, json_t *result);

/* Writes the JSON; false, with a message, where it cannot be written. */
bool close_report(report *r);

#endif
