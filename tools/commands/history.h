/* SPDX-License-Identifier: BSD-3-Clause */
/* The epochs of a training, as a table and as a picture. */
#ifndef NNBLAS_COMMANDS_HISTORY_H
#define NNBLAS_COMMANDS_HISTORY_H

#include <nnblas.h>

#include <stdbool.h>

/* epoch,cost,validation_cost,learning_rate,seconds. Says on stderr what fails. */
bool write_history(const char *command, const nnblas_trainer *trainer, const char *path);

/* The kinds of pictures are told by the name's end: .svg and .png. */
bool is_plot_path(const char *path);
/* Whether gnuplot is there. Says on stderr where it is not. */
bool check_plotter(const char *command);
/* Costs over epochs, drawn by gnuplot. Says on stderr what fails. */
bool draw_history(const char *command, const nnblas_trainer *trainer, const char *path);

#endif
