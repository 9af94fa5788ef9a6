/* SPDX-License-Identifier: BSD-3-Clause */
/* OpenBLAS uses an older core type on a processor that is newer than itself, and reads the
 * environment variable that corrects this only once, when it is loaded. */
#ifndef NNBLAS_CLI_CORE_TYPE_H
#define NNBLAS_CLI_CORE_TYPE_H

/*
 * To be called before anything else. If the library advises a faster core type, sets
 * OPENBLAS_CORETYPE to it and starts the program again, with a message on stderr unless --quiet is
 * among the arguments. Returns if there is no such advice, if the environment already has
 * OPENBLAS_CORETYPE or has NNBLAS_KEEP_CORETYPE=1, or if the restart fails.
 */
void restart_with_better_core(char **argv);

#endif
