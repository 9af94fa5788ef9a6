/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the page that explains backpropagation on one network and a few rows. */
#ifndef NNBLAS_COMMANDS_EXPLAIN_PAGE_H
#define NNBLAS_COMMANDS_EXPLAIN_PAGE_H

#include <nnblas.h>

#include <stdbool.h>

/* All of it is released by free_explained. */
typedef struct {
    nnblas_net *net;
    size_t N;
    double *X, *Y;                      /* as the network takes them */
    double *weights;                    /* N, those of the training; null where it had none */
    bool lacks_weights;                 /* of a column of weights, which the table has not */
    char **input_names, **output_names; /* inputs and outputs of them */
    double learning_rate;
    char *model, *table;    /* their files; null for the iris flowers */
    size_t member, members; /* which of how many networks of the model */
    size_t *rows;           /* N, the numbers of the rows among those that were read, from 1 */
    size_t n_read;          /* rows of the table */
    bool is_whole;          /* that is the whole table */
    nnblas_net *whole;      /* the network of the model where net is cut from it, else null */
} explained;

/* False after a message on stderr. path "-" is standard output. */
bool write_page(const char *command, const explained *e, const char *path);

void free_explained(explained *e);

#endif
