/* SPDX-License-Identifier: BSD-3-Clause */
/* Ctrl-C as a request to stop a training and save it. */
#ifndef NNBLAS_CLI_STOP_SIGNAL_H
#define NNBLAS_CLI_STOP_SIGNAL_H

#include <stdbool.h>

/* After this SIGHUP and the first SIGINT or SIGTERM are requests to stop; a second SIGINT or
 * SIGTERM ends the program. One that was ignored is ignored still. */
void catch_stop_signals(void);
/* After this each of them does what it did before. */
void release_stop_signals(void);

bool is_stop_requested(void);
/* As if a signal had asked for it. */
void request_stop(void);

#endif
