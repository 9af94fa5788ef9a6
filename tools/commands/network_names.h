/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of activations and costs, as in files of networks. */
#ifndef NNBLAS_COMMANDS_NETWORK_NAMES_H
#define NNBLAS_COMMANDS_NETWORK_NAMES_H

#include <nnblas.h>

const char *name_units(nnblas_activation activation);
/* One name where all hidden layers have the same, else one a layer, separated by commas. The caller
 * frees it. */
char *name_hidden(const nnblas_net *net);
const char *name_cost(nnblas_cost cost);

#endif
