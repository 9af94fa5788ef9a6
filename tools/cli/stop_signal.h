/* SPDX-License-Identifier: BSD-3-Clause */
/* Ctrl-C as a request to stop a training and save it. */
#ifndef NNBLAS_CLI_STOP_SIGNAL_H
#define NNBLAS_CLI_STOP_SIGNAL_H

#include <stdbool.h>

/* After this the first SIGINT or SIGTERM is a request to stop; a second one ends the program. */
void catch_stop_signals(void);
/* After this each of them ends the program again. */
void release_stop_signals(void);

bool is_stop_requested(void);

#endif
