/* SPDX-License-Identifier: BSD-3-Clause */
/* A source of rows, as nnblas.h has it: the caller's functions and the settings. */
#ifndef NN_SOURCE_H
#define NN_SOURCE_H

#include "network/network.h"

#include <stdatomic.h>

struct nnblas_source {
    size_t inputs, labels; /* columns */
    nnblas_next_block *next;
    nnblas_restart *restart;
    nnblas_seek *seek; /* may be null */
    void *user;
    size_t block_rows; /* 0: the default */
    size_t rows;       /* how many there are; SIZE_MAX where that is not known */
    bool is_weighted, reads_ahead;
    atomic_bool is_used; /* by a call */
};

/* Refuses a null source, and one with other columns than the network. name: of the argument. */
nnblas_status nn_check_source(const char *name, const nnblas_source *source, const nnblas_net *net);

/* How many rows a block has, by the setting or by default. */
size_t nn_count_block_rows(const nnblas_source *source);

#endif
