/* SPDX-License-Identifier: BSD-3-Clause */
/* OpenBLAS takes an older core for a processor newer than itself, and reads the environment
 * variable that corrects it only once, when it is loaded. */
#ifndef NNBLAS_CLI_CORETYPE_H
#define NNBLAS_CLI_CORETYPE_H

/*
 * Where OpenBLAS took a slower core than the processor has, says so on stderr, unless --quiet is
 * among the arguments, and starts the program again with OPENBLAS_CORETYPE set; to be called before
 * anything else. Returns where there
 * is nothing to gain, where the environment already has OPENBLAS_CORETYPE, where it has
 * NNBLAS_KEEP_CORETYPE=1, or where starting again fails.
 */
void restart_with_better_core(char **argv);

#endif
