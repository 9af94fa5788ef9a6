/* SPDX-License-Identifier: BSD-3-Clause */
/* How the numbers of a column are written: their decimal mark, the mark between thousands, a unit.
 */
#ifndef NNBLAS_TABLE_NUMBER_FORMAT_H
#define NNBLAS_TABLE_NUMBER_FORMAT_H

#include "table/csv_reader.h"

/*
 * decimal    . or ,
 * thousands  0 for none, or , . ' _ or a blank, which also stands for the no-break blanks of
 * Unicode unit       "" or a currency or %, which each number may have before or behind it
 */
typedef struct {
    char decimal, thousands;
    char unit[8];
} number_format;

/* 1234.5, and nothing else. */
extern const number_format PLAIN_FORMAT;

/* Reads the whole text as a finite number. Thousands are in groups of three, but a number without
 * the mark is one too. */
bool read_formatted(const char *text, const number_format *format, double *value);

/* The same for a value of a row, whose number may be kept. */
bool get_formatted(const csv_row *row, size_t position, const number_format *format, double *value);

/* The formats that are tried, as bits; the mark that --decimal or --thousands gives leaves some. */
typedef unsigned format_set;
enum { N_NUMBER_FORMATS = 10 };
format_set list_formats(char decimal, char thousands);

/* Keeps of the set the formats in which the text is a number. unit is that of the numbers before
 * it, or "", and is set to that of the text; another one leaves no format. */
format_set keep_formats(format_set set, const char *text, char unit[8]);

/* Whether a number has a unit; and whether it has marks between thousands, or digits enough for one
 * and none. Only texts that are numbers of the format count. */
typedef struct {
    size_t with_unit, without_unit, with_marks, without_marks;
} mark_counts;
void count_marks(const char *text, const number_format *format, mark_counts *counts);

/* The one of a set that is taken. Where it is ambiguous, as of 1,234 alone, a comma separates
 * thousands, but decimals where semicolons separate the values. */
number_format choose_format(format_set set, char delimiter, const char *unit);
/* Whether the comma is the decimal mark in one format of the set and not in another. */
bool is_ambiguous(format_set set);

/* "1,234.5", for messages. */
const char *show_format(const number_format *format);

/* Whether an unsigned whole number begins with a 0 that says nothing, as 007, or is one that a
 * double does not hold, as 9007199254740993. */
bool has_leading_zeros(const char *text);
bool is_too_long(const char *text);

#endif
