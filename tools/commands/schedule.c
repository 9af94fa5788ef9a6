/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/schedule.h"

#include "cli/number.h"

#include <float.h>
#include <limits.h>
#include <string.h>

const char INVERSE_BY_ROWS[] = "inverse";

/* A number from least to most, which is followed by this character. */
static bool read_part(const char **text, char next, double least, double most, double *value) {
    char number[64];
    size_t length = strcspn(*text, ":");
    if (length >= sizeof number || (*text)[length] != next)
        return false;
    memcpy(number, *text, length);
    number[length] = '\0';
    *text += next ? length + 1 : length;
    return read_real(number, value) && *value >= least && *value <= most;
}

/* EPOCHS:FACTOR, which is followed by this character. */
static bool read_decline(const char **text, char next, schedule *read) {
    uint64_t epochs;
    if (!read_whole(text, &epochs) || epochs == 0 || epochs > INT_MAX || *(*text)++ != ':')
        return false;
    read->epochs = (size_t)epochs;
    return read_part(text, next, DBL_TRUE_MIN, 1.0, &read->factor);
}

static bool read_step(const char *text, schedule *read) {
    return read_decline(&text, '\0', read);
}

static bool read_last(const char *text, schedule *read) {
    return read_part(&text, '\0', 0.0, DBL_MAX, &read->last);
}

static bool read_adaptive(const char *text, schedule *read) {
    return read_decline(&text, ':', read) && read_last(text, read);
}

static bool read_inverse(const char *text, schedule *read) {
    return read_part(&text, ':', 0.0, DBL_MAX, &read->scale) &&
           read_part(&text, '\0', 0.0, DBL_MAX, &read->power);
}

static bool read_nothing(const char *text, schedule *read) {
    (void)read;
    return !*text;
}

bool read_schedule(const char *text, schedule *read) {
    static const struct {
        const char *word;
        nnblas_schedule kind;
        bool (*read)(const char *text, schedule *read);
    } FORMS[] = {
        {"constant", NNBLAS_SCHEDULE_CONSTANT, read_nothing},
        {"step:", NNBLAS_SCHEDULE_STEP, read_step},
        {"cosine:", NNBLAS_SCHEDULE_COSINE, read_last},
        {"cosine", NNBLAS_SCHEDULE_COSINE, read_nothing},
        {"plateau:", NNBLAS_SCHEDULE_PLATEAU, read_step},
        {"inverse:", NNBLAS_SCHEDULE_INVERSE, read_inverse},
        {INVERSE_BY_ROWS, NNBLAS_SCHEDULE_INVERSE, read_nothing},
        {"adaptive:", NNBLAS_SCHEDULE_ADAPTIVE, read_adaptive},
    };
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        size_t length = strlen(FORMS[i].word);
        if (strncmp(text, FORMS[i].word, length) == 0) {
            *read = (schedule){.kind = FORMS[i].kind, .text = text};
            return FORMS[i].read(text + length, read);
        }
    }
    return false;
}

nnblas_status set_schedule(const schedule *s, nnblas_trainer *trainer) {
    switch (s->kind) {
    case NNBLAS_SCHEDULE_STEP:
        return nnblas_trainer_set_step_schedule(trainer, s->epochs, s->factor);
    case NNBLAS_SCHEDULE_COSINE:
        return nnblas_trainer_set_cosine_schedule(trainer, s->last);
    case NNBLAS_SCHEDULE_PLATEAU:
        return nnblas_trainer_set_plateau_schedule(trainer, s->epochs, s->factor);
    case NNBLAS_SCHEDULE_INVERSE:
        return nnblas_trainer_set_inverse_schedule(trainer, s->scale, s->power);
    case NNBLAS_SCHEDULE_ADAPTIVE:
        return nnblas_trainer_set_adaptive_schedule(trainer, s->epochs, s->factor, s->last);
    case NNBLAS_SCHEDULE_CONSTANT:
        break;
    }
    return nnblas_trainer_set_constant_schedule(trainer);
}
