/* SPDX-License-Identifier: BSD-3-Clause */
/* The epochs of a training as a picture. */
#ifndef NNBLAS_COMMANDS_PLOT_H
#define NNBLAS_COMMANDS_PLOT_H

#include <nnblas.h>

#include <stdbool.h>

/* What the picture says beside the costs; kept is the epoch that is kept, 0 for none. */
typedef struct {
    const char *title;
    bool has_validation; /* rows are held out */
    size_t kept;
} plot_words;

/* Draws the costs over the epochs. False, with a message on stderr, where that fails. */
bool plot_history(const char *command, const nnblas_trainer *trainer, const plot_words *words,
                  const char *path);

#endif
