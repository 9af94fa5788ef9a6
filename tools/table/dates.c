/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/dates.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* ---- reading --------------------------------------------------------------------------------- */

/* Reads from least to most digits. */
static bool read_digits(const char **text, int least, int most, int *value) {
    int digits = 0;
    for (*value = 0; digits < most && isdigit((unsigned char)**text); digits++)
        *value = 10 * *value + *(*text)++ - '0';
    return digits >= least;
}

static bool read_mark(const char **text, char mark) {
    if (**text != mark)
        return false;
    (*text)++;
    return true;
}

typedef struct {
    int year, month, day;
} calendar_date;

static bool read_parts(const char **text, char mark, int *first, int *second, int *third,
                       bool begins_with_year) {
    int most = begins_with_year ? 4 : 2;
    return read_digits(text, begins_with_year ? 4 : 1, most, first) && read_mark(text, mark) &&
           read_digits(text, 1, 2, second) && read_mark(text, mark) &&
           read_digits(text, begins_with_year ? 1 : 4, begins_with_year ? 2 : 4, third) &&
           !isdigit((unsigned char)**text);
}

static bool read_calendar_date(const char **text, date_format format, calendar_date *d) {
    switch (format) {
    case DATE_ISO:
        return read_parts(text, '-', &d->year, &d->month, &d->day, true);
    case DATE_YEAR:
        return read_parts(text, '/', &d->year, &d->month, &d->day, true);
    case DATE_POINTS:
        return read_parts(text, '.', &d->day, &d->month, &d->year, false);
    case DATE_DAY:
        return read_parts(text, '/', &d->day, &d->month, &d->year, false);
    case DATE_MONTH:
        return read_parts(text, '/', &d->month, &d->day, &d->year, false);
    case N_DATE_FORMATS:
        break;
    }
    return false;
}

static int count_days(int year, int month) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : DAYS[month - 1];
}

/* Days since 1970-01-01 in the Gregorian calendar; a year of this count begins with March. */
static long number_day(const calendar_date *d) {
    long year = d->month > 2 ? d->year : d->year - 1L, month = (d->month + 9L) % 12;
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + d->day -
           719469;
}

static bool read_seconds(const char **text, double *seconds) {
    int whole, digit;
    double unit = 0.1;
    if (!read_digits(text, 2, 2, &whole) || whole > 60)
        return false;
    *seconds += whole;
    if (**text != '.' && **text != ',')
        return true;
    for ((*text)++; read_digits(text, 1, 1, &digit); unit /= 10)
        *seconds += digit * unit;
    return true;
}

/* 12:30[:15[.25]] */
static bool read_time(const char **text, double *seconds) {
    int hours, minutes;
    if (!read_digits(text, 1, 2, &hours) || !read_mark(text, ':') ||
        !read_digits(text, 2, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *seconds = 3600.0 * hours + 60.0 * minutes;
    return !read_mark(text, ':') || read_seconds(text, seconds);
}

/* Z, +01:00, +0100 or +01, or nothing. */
static bool read_offset(const char **text, double *seconds) {
    int hours, minutes = 0;
    *seconds = 0.0;
    if (read_mark(text, 'Z') || (**text != '+' && **text != '-'))
        return true;
    double sign = *(*text)++ == '-' ? -1.0 : 1.0;
    if (!read_digits(text, 2, 2, &hours))
        return false;
    read_mark(text, ':');
    if (**text && !read_digits(text, 2, 2, &minutes))
        return false;
    *seconds = sign * (3600.0 * hours + 60.0 * minutes);
    return hours < 24 && minutes < 60;
}

bool read_date(const char *text, date_format format, moment *read) {
    const double day = 86400.0;
    calendar_date d = {0};
    double time = 0.0, offset = 0.0;
    if (!read_calendar_date(&text, format, &d) || d.month < 1 || d.month > 12 || d.day < 1 ||
        d.day > count_days(d.year, d.month) || d.year < 1)
        return false;
    if (*text == 'T' || *text == ' ') {
        text += 1 + strspn(text + 1, " ");
        if (!read_time(&text, &time))
            return false;
        text += strspn(text, " ");
        if (!read_offset(&text, &offset))
            return false;
    }
    if (*text)
        return false;
    long number = number_day(&d);
    long weekday = ((number + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    double month = (d.day - 1) / (double)count_days(d.year, d.month);
    *read = (moment){
        .seconds = (double)number * day + time - offset,
        .phases = {(d.month - 1 + month) / 12.0, (double)weekday / 7.0, fmin(time, day) / day},
        .month = d.month,
        .weekday = (int)weekday};
    return true;
}

unsigned keep_date_formats(unsigned set, const char *text) {
    moment read;
    for (unsigned f = 0; f < N_DATE_FORMATS; f++)
        if (set & 1U << f && !read_date(text, (date_format)f, &read))
            set &= ~(1U << f);
    return set;
}

const char *show_date_format(date_format format) {
    static const char *const SHOWN[] = {"year-month-day", "year/month/day", "day.month.year",
                                        "day/month/year", "month/day/year"};
    return SHOWN[format];
}
