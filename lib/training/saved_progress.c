/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/saved_progress.h"
#include "training/schedule.h"

#include <math.h>
#include <string.h>

/* ---- as a text ------------------------------------------------------------------------------- */

typedef enum kind { COUNT, BITS } kind;

typedef struct field {
    const char *name;
    kind kind; /* size_t, or what has 64 bits */
    size_t offset;
} field;

static const field FIELDS[] = {
    {"epoch", COUNT, offsetof(nn_saved_progress, progress.epoch)},
    {"steps", BITS, offsetof(nn_saved_progress, steps)},
    {"random0", BITS, offsetof(nn_saved_progress, progress.random.state[0])},
    {"random1", BITS, offsetof(nn_saved_progress, progress.random.state[1])},
    {"random2", BITS, offsetof(nn_saved_progress, progress.random.state[2])},
    {"random3", BITS, offsetof(nn_saved_progress, progress.random.state[3])},
    {"rate_factor", BITS, offsetof(nn_saved_progress, progress.rate_factor)},
    {"lowest", BITS, offsetof(nn_saved_progress, progress.lowest)},
    {"unimproved", COUNT, offsetof(nn_saved_progress, progress.unimproved)},
    {"on_plateau", COUNT, offsetof(nn_saved_progress, progress.on_plateau)},
    {"seconds", BITS, offsetof(nn_saved_progress, progress.seconds)},
    {"file_epochs", COUNT, offsetof(nn_saved_progress, file_epochs)},
    {"file_hash", BITS, offsetof(nn_saved_progress, file_hash)},
    {"cost", BITS, offsetof(nn_saved_progress, progress.cost)},
    {"unit", BITS, offsetof(nn_saved_progress, progress.unit)},
    {"scale", BITS, offsetof(nn_saved_progress, progress.scale)},
    {"goal", BITS, offsetof(nn_saved_progress, progress.goal)},
    {"damping", BITS, offsetof(nn_saved_progress, progress.damping)},
    {"conjugate", COUNT, offsetof(nn_saved_progress, progress.conjugate)},
    {"least_norm", BITS, offsetof(nn_saved_progress, progress.least_norm)},
    {"stalled", COUNT, offsetof(nn_saved_progress, progress.stalled)},
    {"decay", BITS, offsetof(nn_saved_progress, progress.evidence.decay)},
    {"noise", BITS, offsetof(nn_saved_progress, progress.evidence.noise)},
    {"effective", BITS, offsetof(nn_saved_progress, progress.evidence.effective)},
    {"log_evidence", BITS, offsetof(nn_saved_progress, progress.evidence.log_evidence)},
};
enum { N_FIELDS = sizeof FIELDS / sizeof *FIELDS };

static uint64_t get_field(const nn_saved_progress *p, const field *f) {
    size_t count;
    uint64_t bits;
    if (f->kind == BITS) {
        memcpy(&bits, (const char *)p + f->offset, sizeof bits);
        return bits;
    }
    memcpy(&count, (const char *)p + f->offset, sizeof count);
    return count;
}

/* False for a count that this machine cannot hold. */
static bool set_field(nn_saved_progress *p, const field *f, uint64_t bits) {
    size_t count = (size_t)bits;
    if (f->kind == BITS)
        memcpy((char *)p + f->offset, &bits, sizeof bits);
    else
        memcpy((char *)p + f->offset, &count, sizeof count);
    return f->kind == BITS || count == bits;
}

nn_named_numbers nn_list_progress(const nn_saved_progress *p) {
    nn_named_numbers numbers = {.count = N_FIELDS};
    for (size_t i = 0; i < N_FIELDS; i++)
        numbers.number[i] = (nn_named_number){FIELDS[i].name, get_field(p, &FIELDS[i])};
    return numbers;
}

/* ---- checks ---------------------------------------------------------------------------------- */

static nnblas_status refuse_count(const char *name, size_t count, const char *words) {
    return nn_fail(NNBLAS_ERROR_FORMAT, "%s of the checkpoint is %zu; it must be %s", name, count,
                   words);
}

static nnblas_status check_real(const nn_range *range, double value) {
    return nn_check_range(range, value) ? NNBLAS_ERROR_FORMAT : NNBLAS_OK;
}

static nnblas_status check_reals(const nn_progress *p, bool has_plateau) {
    static const nn_range FACTOR = {"rate_factor of the checkpoint", 0, 1, false, false, "0 to 1"};
    static const nn_range ONE = {"rate_factor of the checkpoint",        1, 1, false, false,
                                 "1, as the schedule is not by plateaus"};
    static const nn_range LOWEST = {
        "lowest of the checkpoint", -HUGE_VAL, HUGE_VAL, false, false, "finite"};
    static const nn_range COST = {
        "cost of the checkpoint", -HUGE_VAL, HUGE_VAL, false, false, "finite"};
    static const nn_range SECONDS = {"seconds of the checkpoint", 0, HUGE_VAL, false, false,
                                     "finite and 0 or above"};
    nnblas_status status = check_real(has_plateau ? &FACTOR : &ONE, p->rate_factor);
    if (!status)
        status = check_real(&LOWEST, p->lowest);
    if (!status)
        status = check_real(&COST, p->cost);
    if (!status)
        status = check_real(&SECONDS, p->seconds);
    return status;
}

static bool has_search(const nn_progress *p) {
    const nn_evidence *e = &p->evidence;
    return p->unit != 0.0 || p->scale != 0.0 || p->goal != 0.0 || p->damping != 0.0 ||
           p->conjugate != 0 || p->least_norm != 0.0 || p->stalled != 0 || e->decay != 0.0 ||
           e->noise != 0.0 || e->effective != 0.0 || e->log_evidence != 0.0;
}

typedef struct checked_real {
    nn_range range;
    double value;
} checked_real;

static nnblas_status check_all(const checked_real *reals, size_t count) {
    nnblas_status status = NNBLAS_OK;
    for (size_t i = 0; i < count && !status; i++)
        status = check_real(&reals[i].range, reals[i].value);
    return status;
}

static const char ABOVE[] = "finite and above 0", FROM[] = "finite and 0 or above";

static nnblas_status check_damped(const nn_progress *p) {
    const nn_evidence *e = &p->evidence;
    const checked_real reals[] = {
        {{"unit of the checkpoint", 0, HUGE_VAL, true, false, ABOVE}, p->unit},
        {{"goal of the checkpoint", 0, HUGE_VAL, false, false, FROM}, p->goal},
        {{"damping of the checkpoint", 0, HUGE_VAL, true, false, ABOVE}, p->damping},
        {{"decay of the checkpoint", 0, HUGE_VAL, false, false, FROM}, e->decay},
        {{"noise of the checkpoint", 0, HUGE_VAL, false, false, FROM}, e->noise},
        {{"effective of the checkpoint", 0, HUGE_VAL, false, false, FROM}, e->effective},
        {{"log_evidence of the checkpoint", -HUGE_VAL, HUGE_VAL, false, false, "finite"},
         e->log_evidence},
    };
    if (p->scale != 0.0 || p->conjugate != 0 || p->least_norm != 0.0 || p->stalled != 0)
        return nn_fail(NNBLAS_ERROR_FORMAT, "scale, conjugate, least_norm and stalled of the "
                                            "checkpoint must be 0 with this optimizer");
    return check_all(reals, sizeof reals / sizeof *reals);
}

static nnblas_status check_conjugate(const nn_progress *p) {
    const checked_real reals[] = {
        {{"unit of the checkpoint", 0, HUGE_VAL, true, false, ABOVE}, p->unit},
        {{"scale of the checkpoint", 0, HUGE_VAL, true, false, ABOVE}, p->scale},
        {{"goal of the checkpoint", 0, HUGE_VAL, false, false, FROM}, p->goal},
        {{"damping of the checkpoint", 0, HUGE_VAL, false, false, FROM}, p->damping},
        {{"least_norm of the checkpoint", 0, HUGE_VAL, false, false, FROM}, p->least_norm},
        {{"decay of the checkpoint", 0, 0, false, false, "0"}, p->evidence.decay},
        {{"noise of the checkpoint", 0, 0, false, false, "0"}, p->evidence.noise},
        {{"effective of the checkpoint", 0, 0, false, false, "0"}, p->evidence.effective},
        {{"log_evidence of the checkpoint", 0, 0, false, false, "0"}, p->evidence.log_evidence},
    };
    nnblas_status status = check_all(reals, sizeof reals / sizeof *reals);
    if (!status && p->conjugate > p->epoch)
        status = refuse_count("conjugate", p->conjugate, "at most that of the epochs");
    if (!status && p->stalled > p->epoch)
        status = refuse_count("stalled", p->stalled, "at most that of the epochs");
    return status;
}

/* Of a search for the lowest cost, which other optimizers do not have. */
static nnblas_status check_search(const nn_progress *p, nnblas_optimizer optimizer) {
    if (optimizer == NNBLAS_LEVENBERG_MARQUARDT)
        return check_damped(p);
    if (optimizer == NNBLAS_SCALED_CONJUGATE_GRADIENT)
        return check_conjugate(p);
    return has_search(p) ? nn_fail(NNBLAS_ERROR_FORMAT,
                                   "unit to log_evidence of the checkpoint must be 0 with this "
                                   "optimizer")
                         : NNBLAS_OK;
}

/* In a state of zeros the generator gives only zeros. */
static nnblas_status check_random(const nn_random *random) {
    for (size_t i = 0; i < sizeof random->state / sizeof *random->state; i++)
        if (random->state[i] != 0)
            return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_FORMAT,
                   "random0 to random3 of the checkpoint are 0; one of them must not be");
}

/* The first epoch always improves. An improvement sets both counts to 0; a full plateau sets the
 * second to 0, where the schedule has a lower rate. */
static nnblas_status check_counts(const nn_saved_progress *saved, const nn_settings *s) {
    const nn_progress *p = &saved->progress;
    const uint64_t most = (uint64_t)1 << 53; /* epochs are doubles in the history */
    if (p->epoch < 1 || p->epoch > most)
        return refuse_count("epoch", p->epoch, "1 to 2^53");
    if (p->unimproved >= p->epoch)
        return refuse_count("unimproved", p->unimproved, "under that of the epochs");
    size_t on_plateau =
        nn_has_plateaus(&s->schedule) ? p->unimproved % s->schedule.epochs : p->unimproved;
    bool has_ended = on_plateau == 0 && p->unimproved > 0 && nn_has_used_up_rates(s, p);
    if (p->on_plateau != on_plateau && !has_ended)
        return refuse_count("on_plateau", p->on_plateau,
                            "what unimproved and the schedule make it");
    if (saved->file_epochs > p->epoch)
        return refuse_count("file_epochs", saved->file_epochs, "at most that of the epochs");
    return NNBLAS_OK;
}

nnblas_status nn_read_progress(const char *text, const nn_settings *settings,
                               nn_saved_progress *progress) {
    nn_named_numbers numbers = nn_list_progress(&(nn_saved_progress){.steps = 0});
    if (!nn_read_numbers(text, &numbers))
        return nn_fail(NNBLAS_ERROR_FORMAT, "the progress of the checkpoint is not what this "
                                            "version of the library writes");
    for (size_t i = 0; i < N_FIELDS; i++)
        if (!set_field(progress, &FIELDS[i], numbers.number[i].bits))
            return nn_fail(NNBLAS_ERROR_FORMAT, "%s of the checkpoint is over what size_t holds",
                           FIELDS[i].name);
    nnblas_status status = check_counts(progress, settings);
    if (!status)
        status = check_reals(&progress->progress, nn_has_plateaus(&settings->schedule));
    if (!status)
        status = check_search(&progress->progress, settings->optimizer);
    return status ? status : check_random(&progress->progress.random);
}
