/* SPDX-License-Identifier: BSD-3-Clause */
/* Pictures that gnuplot draws. */
#ifndef NNBLAS_COMMANDS_GNUPLOT_H
#define NNBLAS_COMMANDS_GNUPLOT_H

#include <stdbool.h>
#include <stdio.h>

/* Whether the path ends in .svg or .png. */
bool is_plot_path(const char *path);

/* Whether gnuplot can be run; false with a message on stderr. */
bool check_gnuplot(const char *command);

/* The script of a picture, its size in pixels; null with a message on stderr. */
FILE *start_plot(const char *command, const char *path, int width, int height);

/* Writes a text in quotes, and a number with a blank before it. The label of a tic is a format. */
void write_plot_text(FILE *script, const char *text);
void write_plot_tic(FILE *script, const char *text);
void write_plot_number(FILE *script, double value);

/* Draws the script to path, and closes it. False, with a message on stderr, where that fails. */
bool finish_plot(const char *command, FILE *script, const char *path);

#endif
