/* SPDX-License-Identifier: BSD-3-Clause */
/* Ctrl-C as a wish to stop, and not as an end. */
#ifndef NNBLAS_CLI_STOP_SIGNAL_H
#define NNBLAS_CLI_STOP_SIGNAL_H

#include <stdbool.h>

/* From here on the first SIGINT or SIGTERM is only noted; a second ends the program. */
void catch_stop_signals(void);
/* From here on each ends it. */
void release_stop_signals(void);

bool is_stop_wanted(void);

#endif
