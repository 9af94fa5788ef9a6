/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/progress.h"

#include "core/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const double SECONDS_BETWEEN = 0.1;

progress start_progress(const nnblas_trainer *trainer, size_t epochs, size_t rows,
                        bool has_validation, double time_limit) {
    return (progress){.trainer = trainer,
                      .epochs = epochs,
                      .rows = rows,
                      .has_validation = has_validation,
                      .time_limit = time_limit,
                      .is_terminal = isatty(STDERR_FILENO),
                      .start = nn_read_clock()};
}

nnblas_epoch get_epoch(const nnblas_trainer *trainer, size_t index) {
    nnblas_epoch epoch = {.epoch = 0};
    nnblas_trainer_history_epoch(trainer, index, &epoch, sizeof epoch);
    return epoch;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Of the validation rows, as of the last epoch. */
static double get_validation_cost(const progress *p) {
    size_t count = nnblas_trainer_history_count(p->trainer);
    return count > 0 ? get_epoch(p->trainer, count - 1).validation_cost : (double)NAN;
}

static double get_score(const progress *p) {
    size_t count = nnblas_trainer_history_count(p->trainer);
    return count > 0 ? get_epoch(p->trainer, count - 1).score : (double)NAN;
}

/* In this run: a resumed training does not begin with epoch 1. */
static double count_epochs_done(const progress *p, size_t epoch) {
    return (double)(epoch - p->first_epoch + 1);
}

static double estimate_seconds_left(const progress *p, size_t epoch, double elapsed) {
    double left = elapsed / count_epochs_done(p, epoch) * (double)(p->epochs - epoch);
    return p->time_limit > 0.0 ? fmin(left, fmax(p->time_limit - elapsed, 0.0)) : left;
}

/* ---- text ------------------------------------------------------------------------------------ */

typedef struct {
    char text[32];
} short_text;

static short_text write_rate(double rows_a_second) {
    static const char *const UNITS[] = {"", "k", "M", "G"};
    short_text written;
    size_t unit = 0;
    for (; rows_a_second >= 999.5 && unit < 3; unit++)
        rows_a_second /= 1000.0;
    snprintf(written.text, sizeof written.text, "%.3g%s rows/s", rows_a_second, UNITS[unit]);
    return written;
}

static short_text write_time(double seconds) {
    short_text written;
    unsigned long whole = seconds < 1e9 ? (unsigned long)ceil(seconds) : 1000000000;
    unsigned long hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours > 0)
        snprintf(written.text, sizeof written.text, "%lu:%02lu:%02lu", hours, minutes, whole % 60);
    else
        snprintf(written.text, sizeof written.text, "%lu:%02lu", minutes, whole % 60);
    return written;
}

static short_text write_bar(double share) {
    enum { CELLS = 20 };
    short_text bar;
    size_t full = (size_t)(share * CELLS);
    memset(bar.text, '-', CELLS);
    memset(bar.text, '#', full < CELLS ? full : CELLS);
    bar.text[CELLS] = '\0';
    return bar;
}

typedef struct {
    char text[64];
} long_text;

static long_text write_validation(const progress *p) {
    long_text written = {""};
    if (!p->has_validation)
        return written;
    double cost = get_validation_cost(p), score = get_score(p);
    if (!isnan(score))
        snprintf(written.text, sizeof written.text, "  validation %.4g  score %.4g", cost, score);
    else if (!isnan(cost))
        snprintf(written.text, sizeof written.text, "  validation %.4g", cost);
    return written;
}

/* ---- screen ---------------------------------------------------------------------------------- */

static size_t get_terminal_width(void) {
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* Cut to the width of the terminal: a longer line would not be overwritten by the next. */
static void show_line(const progress *p, size_t epoch, double cost, double elapsed) {
    char line[256];
    double share = (double)epoch / (double)p->epochs;
    double rate = count_epochs_done(p, epoch) * (double)p->rows / fmax(elapsed, 1e-9);
    snprintf(line, sizeof line, "[%s] epoch %zu/%zu  cost %.4g%s  %s  %s left",
             write_bar(share).text, epoch, p->epochs, cost, write_validation(p).text,
             write_rate(rate).text, write_time(estimate_seconds_left(p, epoch, elapsed)).text);
    fprintf(stderr, "\r%.*s\033[K", (int)get_terminal_width() - 1, line);
    fflush(stderr);
}

bool is_round_number(size_t number) {
    while (number % 10 == 0)
        number /= 10;
    return number == 1 || number == 2 || number == 5;
}

void show_progress(progress *p, size_t epoch, double cost) {
    double now = nn_read_clock();
    bool is_first = p->first_epoch == 0, is_last = epoch == p->epochs;
    if (is_first)
        p->first_epoch = epoch;
    if (!p->is_terminal) {
        if (is_first || is_last || is_round_number(epoch))
            fprintf(stderr, "epoch %9zu   cost %.6g%s\n", epoch, cost, write_validation(p).text);
    } else if (is_first || is_last || now - p->last_shown >= SECONDS_BETWEEN) {
        show_line(p, epoch, cost, now - p->start);
        p->last_shown = now;
        p->is_line_open = true;
    }
}

void end_progress(progress *p) {
    if (p->is_line_open)
        fputc('\n', stderr);
    p->is_line_open = false;
}
