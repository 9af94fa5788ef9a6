/* SPDX-License-Identifier: BSD-3-Clause */
/* Dates as texts are read as the calendar of the C library has them. */
#include "table/dates.h"

#include "core/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static size_t failures;

static void fail(const char *text, const char *what) {
    printf("not ok  '%s': %s\n", text, what);
    failures++;
}

static void check_moment(const char *text, date_format format, double seconds,
                         const struct tm *clock) {
    moment read;
    if (!read_date(text, format, &read)) {
        fail(text, "is refused");
        return;
    }
    double day = (clock->tm_hour * 3600.0 + clock->tm_min * 60.0 + clock->tm_sec) / 86400.0;
    if (fabs(read.seconds - seconds) > 1e-6)
        fail(text, "has other seconds");
    if (read.month != clock->tm_mon + 1 || read.weekday != (clock->tm_wday + 6) % 7)
        fail(text, "is in another month, or on another day of the week");
    if (fabs(read.phases[PART_DAY] - day) > 1e-12)
        fail(text, "is at another time of the day");
    if (fabs(read.phases[PART_WEEK] - (clock->tm_wday + 6) % 7 / 7.0) > 1e-12)
        fail(text, "is at another place in the week");
    if (fabs(read.phases[PART_YEAR] - clock->tm_yday / 365.0) > 0.01)
        fail(text, "is at another place in the year");
}

static void write_date(const struct tm *clock, date_format format, char text[64]) {
    int year = clock->tm_year + 1900, month = clock->tm_mon + 1, day = clock->tm_mday;
    switch (format) {
    case DATE_ISO:
        snprintf(text, 64, "%04d-%02d-%02d", year, month, day);
        break;
    case DATE_YEAR:
        snprintf(text, 64, "%04d/%d/%d", year, month, day);
        break;
    case DATE_POINTS:
        snprintf(text, 64, "%d.%02d.%04d", day, month, year);
        break;
    case DATE_DAY:
        snprintf(text, 64, "%02d/%02d/%04d", day, month, year);
        break;
    case DATE_MONTH:
    case N_DATE_FORMATS:
        snprintf(text, 64, "%02d/%02d/%04d", month, day, year);
    }
}

/* A clock that is so many minutes ahead of UTC writes the date and time of these seconds. */
static void check_written(time_t seconds, date_format format, int minutes) {
    time_t shown = seconds + minutes * 60;
    struct tm clock;
    char text[64], offset[16];
    gmtime_r(&shown, &clock);
    write_date(&clock, format, text);
    int ahead = minutes < 0 ? -minutes : minutes;
    snprintf(offset, sizeof offset, "%c%02d:%02d", minutes < 0 ? '-' : '+', ahead / 60, ahead % 60);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%c%02d:%02d:%02d%s",
             format == DATE_ISO ? 'T' : ' ', clock.tm_hour, clock.tm_min, clock.tm_sec, offset);
    check_moment(text, format, (double)seconds, &clock);
    text[strlen(text) - strlen(offset)] = '\0';
    check_moment(text, format, (double)shown, &clock);
}

/* From the year 1 to 9999. */
static void check_many(void) {
    const double first = -62135510400.0, last = 253402214400.0;
    uint64_t random = 7;
    for (int i = 0; i < 20000; i++) {
        double unit = nn_unit_of_bits(nn_splitmix_bits(&random));
        int minutes = (int)(nn_splitmix_bits(&random) % (2 * 24 * 60 - 1)) - 24 * 60 + 1;
        check_written((time_t)(first + unit * (last - first)), (date_format)(i % N_DATE_FORMATS),
                      minutes);
    }
}

/* At noon of each day of four centuries. */
static void check_days(void) {
    for (time_t day = -73000; day < 73100; day++) {
        time_t seconds = day * 86400 + 43200;
        struct tm clock;
        char text[64];
        gmtime_r(&seconds, &clock);
        write_date(&clock, DATE_ISO, text);
        strcat(text, " 12:00");
        check_moment(text, DATE_ISO, (double)seconds, &clock);
    }
}

static void check_forms(void) {
    static const struct {
        const char *text;
        double seconds;
    } FORMS[] = {
        {"1970-01-01", 0.0},
        {"1970-1-2", 86400.0},
        {"1970-01-01 1:00", 3600.0},
        {"1970-01-01T00:00:00.25", 0.25},
        {"1970-01-01T00:00:00,5Z", 0.5},
        {"1970-01-01 02:00 +0130", 1800.0},
        {"1970-01-01  02:00 +01", 3600.0},
        {"1970-01-01 23:59:60", 86400.0},
        {"2000-02-29", 951782400.0},
    };
    static const char *const REFUSED[] = {"",
                                          "1970",
                                          "1970-01",
                                          "1970-13-01",
                                          "1970-00-01",
                                          "1970-01-32",
                                          "1900-02-29",
                                          "1970-01-01x",
                                          "1970-01-01 24:00",
                                          "1970-01-01 12:60",
                                          "0000-01-01",
                                          "1970/01/01",
                                          "1970-01-01 12",
                                          "70-01-01",
                                          "1970-01-01 12:00+24",
                                          "1970-01-01T",
                                          "19700-01-01",
                                          "1970-01-01 12:00:61",
                                          "1970-01-01 12:00+01:60"};
    moment read;
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++)
        if (!read_date(FORMS[i].text, DATE_ISO, &read) ||
            fabs(read.seconds - FORMS[i].seconds) > 1e-9)
            fail(FORMS[i].text, "is not read, or has other seconds");
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++)
        if (read_date(REFUSED[i], DATE_ISO, &read))
            fail(REFUSED[i], "is read");
}

int main(void) {
    check_many();
    check_days();
    check_forms();
    printf(failures == 0 ? "ok      all dates\n" : "%zu not ok\n", failures);
    return failures > 0;
}
