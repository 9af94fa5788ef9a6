/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores of predictions: how right classes are, and how near numbers. */
#ifndef NNBLAS_TABLE_SCORES_H
#define NNBLAS_TABLE_SCORES_H

#include "table/confusion.h"
#include "table/ranking.h"
#include "table/schema.h"

#include <jansson.h>
#include <stdio.h>

/* Sums over the rows of one target, in long double, where no square of a double overflows. mean and
 * squared_distances of numbers follow B. P. Welford, Technometrics 4 (1962), and with weights
 * D. H. D. West, Communications of the ACM 22 (1979). */
typedef struct {
    const table_column *column;
    size_t first, outputs; /* its place among the outputs */
    size_t classes;        /* 0 of numbers; a label has 2 classes and 1 output */
    long double squared_errors;
    long double absolute_errors, mean, squared_distances; /* of numbers */
    long double log_likelihoods;                          /* of numbers with deviations */
    long double log_losses;                               /* of classes */
    confusion_matrix confusion;                           /* of classes */
} target_score;

typedef struct {
    bool has_classes, has_numbers; /* any of the targets */
    bool has_weights, has_deviations;
    size_t rows, outputs;
    long double weight; /* the sum of the weights of the rows */
    size_t n_targets;
    target_score *targets;
    ranking ranking; /* the outputs of classes of all rows */
} scores;

scores start_scores(const schema *s);
/* To be called before rows are added: auc, for which all outputs are kept and sorted, is NaN. */
void leave_out_auc(scores *s);
void free_scores(scores *s);

/* Adds N rows of targets Y and outputs O_out. Numbers in Y are unscaled, in O_out scaled; classes
 * are 0 and 1 in Y. weights: N weights of the rows, or null where each is 1. */
void add_scores(scores *s, size_t N, const double *Y, const double *O_out, const double *weights);

/* Adds how probable the numbers of the same rows were, by the predicted deviations, which are
 * scaled as O_out is: log_likelihood is then a measure too. */
void add_likelihoods(scores *s, size_t N, const double *Y, const double *O_out,
                     const double *O_deviation, const double *weights);

/* ---- scores of several processes ------------------------------------------------------------- */

/* What another process, with rows of its own, can add to its scores for the same schema; to be
 * released by free(). */
void *pack_score_sums(const scores *s, size_t *bytes);
void join_score_sums(scores *s, const void *packed);

/* ---- measures -------------------------------------------------------------------------------- */

/*
 * Classes have accuracy, balanced_accuracy, precision, recall, f1, auc, log_loss and mse, numbers
 * r2, rmse, mae and mse, a mixture of targets all of them. Numbers with deviations also have
 * log_likelihood, the mean logarithm of the normal density at the target. value is NaN where it is
 * not defined, as r2 is of equal values. They are those of scikit-learn, the ones of classes as its
 * macro averages: the mean over the classes that occur in the rows or the predictions, where 0 / 0
 * is 0. Other than there, auc is the mean over the classes that some of the rows are of, and others
 * not; and mse is half of the mean squared error, as in the cost of the library, for classes summed
 * over the outputs. Where classes are mixed with numbers, their outputs are no probabilities, and
 * log_loss is NaN; as is an mse of numbers that is more than a double holds.
 */
typedef struct {
    char name[20]; /* no pointer, so that another process can be sent it */
    double value;
    bool is_loss; /* the lower, the better */
} measure;

enum { MOST_MEASURES = 11 };

/* Their means over the targets; returns how many. There must be a row. */
size_t list_measures(const scores *s, measure measures[MOST_MEASURES]);
/* Those of one target. */
size_t list_target_measures(const scores *s, size_t target, measure measures[MOST_MEASURES]);

/* The place of a listed measure by its name, or count; and its value, or NaN. */
size_t find_measure(const measure *measures, size_t count, const char *name);
double get_measure(const measure *measures, size_t count, const char *name);

/* The measures of one class of a target; precision and recall are NaN where they are 0 / 0. */
typedef struct {
    double precision, recall, f1, auc, weight;
} class_measures;

class_measures measure_class(const scores *s, size_t target, size_t class);
/* Its name. */
const char *name_class(const target_score *t, size_t class);

/* ---- output ---------------------------------------------------------------------------------- */

/* Whether there is such a measure for a model of the schema, with a message on stderr if not. */
bool check_measure(const char *command, const schema *s, bool has_deviations, const char *name);

/* 0 where four digits behind the point would make it -0.0000. */
double drop_zero_sign(double value);

/* "accuracy 0.9733 mse 0.0123 rows 150", or "r2 0.9733 mae 1.2345 rows 150"; of a mixture of
 * targets "accuracy 0.9733 r2 0.9733 mae 1.2345 rows 150". */
void print_score_line(FILE *stream, const scores *s);
/* The measures of each class and target, and the confusion matrices. */
void print_scores_in_full(FILE *stream, const scores *s);

/* {"rows": ..., "measures": {...}, "targets": [{"name": ..., "measures": {...}, ...}]}; a measure
 * that is not defined is null. */
json_t *pack_scores(const scores *s);

#endif
