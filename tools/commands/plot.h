/* SPDX-License-Identifier: BSD-3-Clause */
/* The epochs of a training as a picture, drawn by gnuplot. */
#ifndef NNBLAS_COMMANDS_PLOT_H
#define NNBLAS_COMMANDS_PLOT_H

#include <nnblas.h>

#include <stdbool.h>

/* Whether the path ends in .svg or .png. */
bool is_plot_path(const char *path);

/* Each returns false, with a message on stderr, where it fails. */

/* Whether gnuplot can be run. */
bool check_gnuplot(const char *command);

/* Draws the costs over the epochs. has_validation: rows are held out. */
bool plot_history(const char *command, const nnblas_trainer *trainer, bool has_validation,
                  const char *path);

#endif
