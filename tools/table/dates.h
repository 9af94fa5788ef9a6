/* SPDX-License-Identifier: BSD-3-Clause */
/* Dates and times as text. */
#ifndef NNBLAS_TABLE_DATES_H
#define NNBLAS_TABLE_DATES_H

#include <stdbool.h>
#include <stddef.h>

/* Each may be followed by a time: 12:30, 12:30:15 or 12:30:15.25, then Z or an offset as +01:00. */
typedef enum {
    DATE_ISO,    /* 2024-03-31 */
    DATE_YEAR,   /* 2024/03/31 */
    DATE_POINTS, /* 31.03.2024 */
    DATE_DAY,    /* 31/03/2024 */
    DATE_MONTH,  /* 03/31/2024 */
    N_DATE_FORMATS
} date_format;

/* Parts that repeat: the year, the week, the day. Each becomes the sine and cosine of its angle. */
enum { PART_YEAR, PART_WEEK, PART_DAY, N_DATE_PARTS };

/* seconds: since 1970, of UTC if the text has an offset. phases: from 0 to below 1, of the clock
 * that wrote the date; the year begins with January, the week with Monday. */
typedef struct {
    double seconds, phases[N_DATE_PARTS];
    int month, weekday;
} moment;

bool read_date(const char *text, date_format format, moment *read);

/* Keeps of the set of formats, as bits, those in which the text is a date. */
unsigned keep_date_formats(unsigned set, const char *text);

/* "day.month.year", for messages. */
const char *show_date_format(date_format format);

#endif
