/* SPDX-License-Identifier: BSD-3-Clause */
/* For check_layout.py: saves a network that it knows, or prints one that it wrote. Links the shared
 * library, as any program does.
 * usage: exchange save|load PATH */
#include "nnblas.h"

#include <stdio.h>
#include <string.h>

static int fail(void) {
    fprintf(stderr, "exchange: %s\n", nnblas_error_message());
    return 1;
}

/* Parameter i is 1 / (i + 1). */
static int save(const char *path) {
    nnblas_net *net;
    if (nnblas_net_create((size_t[]){4, 2, 3}, 3, NNBLAS_BIAS, &net))
        return fail();
    for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
        nnblas_net_parameters(net)[i] = 1.0 / (double)(i + 1);
    if (nnblas_net_set_hidden(net, NNBLAS_TANH) ||
        nnblas_net_set_output(net, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY) ||
        nnblas_net_set_metadata(net, "labels", "\"rosé\", \\ and \n, \x1f") ||
        nnblas_net_save(net, path))
        return fail();
    nnblas_net_destroy(net);
    return 0;
}

static int load(const char *path) {
    nnblas_net *net;
    if (nnblas_net_load(path, &net))
        return fail();
    printf("%s\n%d %d %d\n", nnblas_net_metadata(net, "labels"), nnblas_net_hidden_activation(net),
           nnblas_net_output_activation(net), nnblas_net_cost(net));
    for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
        printf("%.17g\n", nnblas_net_parameters(net)[i]);
    nnblas_net_destroy(net);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    return strcmp(argv[1], "save") == 0 ? save(argv[2]) : load(argv[2]);
}
