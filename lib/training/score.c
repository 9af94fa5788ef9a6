/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/score.h"
#include "core/memory.h"
#include "core/sizes.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The predictions are those of a block of rows at a time: a megabyte, or of wide outputs as many
 * rows as keep several threads busy. Neither depends on the number of threads. */
enum { MOST_OUTPUTS = 1 << 17, LEAST_ROWS = 1024 };

/* How the labels of one output are spread. */
typedef struct nn_spread {
    double scale; /* a power of 2 that brings the largest label near 1: no square overflows */
    double total; /* the weight of the rows; 0 for none */
    double mean;  /* scaled */
    /* The weighted sum of (scale (y - mean))^2; 0 for labels that are all the same. */
    double squares;
} nn_spread;

static double get_weight(const nn_rows *rows, size_t e) {
    return rows->weights ? rows->weight_scale * rows->weights[nn_get_row(rows, e)] : 1.0;
}

static const double *get_label(const nn_rows *rows, size_t e) {
    return rows->Y + nn_get_row(rows, e) * rows->ldy;
}

/* ---- the spread of the labels ---------------------------------------------------------------- */

/* Of label k. The mean is that of the labels above the lowest one: where they lie close together
 * and far from 0, it would else be less exact than they are spread, and labels that are all the
 * same would have a spread. */
static nn_spread measure_spread(const nn_rows *rows, size_t k) {
    double lowest = HUGE_VAL, highest = -HUGE_VAL, total = 0.0, sum = 0.0, squares = 0.0;
    for (size_t e = 0; e < rows->N; e++) {
        lowest = fmin(lowest, get_label(rows, e)[k]);
        highest = fmax(highest, get_label(rows, e)[k]);
        total += get_weight(rows, e);
    }
    double largest = fmax(fabs(lowest), fabs(highest));
    double scale = largest > 0.0 ? ldexp(1.0, -(int)fmax(ilogb(largest), -DBL_MAX_EXP + 2)) : 1.0;
    lowest *= scale;
    for (size_t e = 0; e < rows->N; e++)
        sum += get_weight(rows, e) * (scale * get_label(rows, e)[k] - lowest);
    double mean = sum / total;
    for (size_t e = 0; e < rows->N; e++) {
        double deviation = scale * get_label(rows, e)[k] - lowest - mean;
        squares += get_weight(rows, e) * (deviation * deviation);
    }
    return (nn_spread){scale, total, lowest + mean, squares};
}

static void rescale(nn_spread *s, double scale) {
    double factor = scale / s->scale;
    *s = (nn_spread){scale, s->total, factor * s->mean, factor * factor * s->squares};
}

/* T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance", The
 * American Statistician 37 (1983). */
static void join_spreads(nn_spread *s, nn_spread other) {
    if (other.total == 0.0)
        return;
    if (s->total == 0.0) {
        *s = other;
        return;
    }
    double scale = fmin(s->scale, other.scale);
    rescale(s, scale);
    rescale(&other, scale);
    double total = s->total + other.total, distance = other.mean - s->mean;
    s->squares += other.squares + distance * distance * (s->total / total) * other.total;
    s->mean += distance * (other.total / total);
    s->total = total;
}

void nn_scorer_learn(nn_scorer *s, const nn_rows *rows) {
    for (size_t k = 0; s->spreads && k < s->labels; k++)
        join_spreads(&s->spreads[k], measure_spread(rows, k));
}

void nn_scorer_join(nn_scorer *s) {
    enum { NUMBERS = 4 };
    nn_group *g = s->group;
    for (size_t k = 0; s->spreads && !nn_is_alone(g) && k < s->labels; k++) {
        const nn_spread own = s->spreads[k];
        const double numbers[NUMBERS] = {own.scale, own.total, own.mean, own.squares};
        nn_group_gather(g, numbers, NUMBERS);
        s->spreads[k] = (nn_spread){.scale = 1.0};
        for (size_t r = 0; r < g->calls.ranks; r++) {
            const double *of = g->gathered + r * NUMBERS;
            join_spreads(&s->spreads[k], (nn_spread){of[0], of[1], of[2], of[3]});
        }
    }
}

nnblas_status nn_scorer_open(nn_scorer *scorer, nnblas_score score, const nn_model *model, size_t N,
                             nn_group *group) {
    size_t outputs = model->layers[model->n_layers - 1].outputs, labels = nn_count_labels(model);
    *scorer = (nn_scorer){.score = score,
                          .group = group,
                          .outputs = outputs,
                          .labels = labels,
                          .threshold = model->cost == NNBLAS_HINGE ? 0.0 : 0.5};
    if (score == NNBLAS_SCORE_NONE)
        return NNBLAS_OK;
    scorer->block_rows = nn_min(N, nn_max(MOST_OUTPUTS / outputs, LEAST_ROWS));
    scorer->O_out = nn_allocate(nn_multiply_sizes(scorer->block_rows, outputs), sizeof(double));
    if (!scorer->O_out)
        return NNBLAS_ERROR_MEMORY;
    if (score != NNBLAS_SCORE_R2)
        return NNBLAS_OK;
    scorer->spreads = nn_allocate(labels, sizeof *scorer->spreads);
    scorer->squared_errors = nn_allocate(labels, sizeof *scorer->squared_errors);
    if (!scorer->spreads || !scorer->squared_errors)
        return NNBLAS_ERROR_MEMORY;
    for (size_t k = 0; k < labels; k++)
        scorer->spreads[k] = (nn_spread){.scale = 1.0};
    return NNBLAS_OK;
}

void nn_scorer_close(nn_scorer *scorer) {
    free(scorer->O_out);
    free(scorer->spreads);
    free(scorer->squared_errors);
}

/* ---- rows that are right --------------------------------------------------------------------- */

/* The first of the largest. */
static size_t find_largest(size_t n, const double *a) {
    size_t largest = 0;
    for (size_t k = 1; k < n; k++)
        if (a[k] > a[largest])
            largest = k;
    return largest;
}

static bool are_on_same_sides(const nn_scorer *s, const double *o, const double *y) {
    for (size_t k = 0; k < s->labels; k++)
        if ((o[k] > s->threshold) != (y[k] > 0.5))
            return false;
    return true;
}

static bool is_right(const nn_scorer *s, const double *o, const double *y) {
    if (s->score == NNBLAS_SCORE_ACCURACY && s->labels > 1)
        return find_largest(s->labels, o) == find_largest(s->labels, y);
    return are_on_same_sides(s, o, y);
}

/* ---- R2 -------------------------------------------------------------------------------------- */

/* Of labels that are all the same it only counts whether each output is equal: a square may
 * underflow. */
static void add_squared_errors(const nn_scorer *s, double weight, const double *o,
                               const double *y) {
    for (size_t k = 0; k < s->labels; k++) {
        double scale = s->spreads[k].scale, error = scale * y[k] - scale * o[k];
        if (s->spreads[k].squares > 0.0)
            s->squared_errors[k] += weight * (error * error);
        else if (o[k] != y[k])
            s->squared_errors[k] = 1.0;
    }
}

/* The mean over the labels. What is too low for a double is the lowest one. */
static double get_determination(const nn_scorer *s) {
    double sum = 0.0;
    for (size_t k = 0; k < s->labels; k++) {
        double errors = s->squared_errors[k], squares = s->spreads[k].squares;
        sum += squares > 0.0 ? 1.0 - errors / squares : errors == 0.0;
    }
    return sum >= -DBL_MAX ? sum / (double)s->labels : -DBL_MAX;
}

/* ---- all rows -------------------------------------------------------------------------------- */

/* The inputs of a block of rows. */
static nn_rows take_inputs(const nn_rows *rows, size_t first, size_t count) {
    nn_rows block = {.N = count, .X = rows->X, .ldx = rows->ldx};
    if (rows->order)
        block.order = rows->order + first;
    else
        block.X += first * rows->ldx;
    return block;
}

static void add_block(nn_scorer *s, const nn_rows *rows, size_t first, size_t count) {
    for (size_t e = 0; e < count; e++) {
        const double *o = s->O_out + e * s->outputs, *y = get_label(rows, first + e);
        double weight = get_weight(rows, first + e);
        if (s->score == NNBLAS_SCORE_R2)
            add_squared_errors(s, weight, o, y);
        else if (is_right(s, o, y))
            s->right += weight;
    }
}

void nn_scorer_begin(nn_scorer *s) {
    s->right = 0.0;
    if (s->squared_errors)
        memset(s->squared_errors, 0, s->labels * sizeof *s->squared_errors);
}

void nn_scorer_add(nn_scorer *s, nn_engine *engine, const nn_model *model, const nn_rows *rows) {
    for (size_t first = 0; first < rows->N; first += s->block_rows) {
        size_t count = nn_min(s->block_rows, rows->N - first);
        const nn_rows block = take_inputs(rows, first, count);
        nn_engine_run(
            engine,
            &(nn_call){.model = model, .rows = &block, .O_out = s->O_out, .ldo = s->outputs});
        add_block(s, rows, first, count);
    }
}

double nn_scorer_end(nn_scorer *s, double total_weight) {
    if (s->score != NNBLAS_SCORE_R2) {
        nn_group_sum(s->group, &s->right, 1);
        return s->right / total_weight;
    }
    nn_group_sum(s->group, s->squared_errors, s->labels);
    return get_determination(s);
}
