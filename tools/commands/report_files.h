/* SPDX-License-Identifier: BSD-3-Clause */
/* The files in which a command reports on a model and a table: JSON and a picture. */
#ifndef NNBLAS_COMMANDS_REPORT_FILES_H
#define NNBLAS_COMMANDS_REPORT_FILES_H

#include "table/table_options.h"

/* json and plot may be null. CARRY_ON; or a status to end with, and a message on stderr, where they
 * cannot be written or gnuplot cannot be run. */
int check_report_files(const char *command, const model_arguments *arguments, const char *json,
                       const char *plot);

#endif
