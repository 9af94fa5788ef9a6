/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/shape.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads a number and the comma behind it; 0 where there is none. */
static size_t read_size(const char **text) {
    if (!isdigit((unsigned char)**text))
        return 0;
    char *end;
    errno = 0;
    unsigned long size = strtoul(*text, &end, 10);
    if (errno || size > INT_MAX || (*end != ',' && *end != '\0'))
        return 0;
    *text = *end == ',' ? end + 1 : end;
    return size;
}

bool read_network_shape(const char *command, const char *text, network_shape *shape) {
    const char *next = text;
    *shape = (network_shape){.N = read_size(&next)};
    size_t inputs = read_size(&next);
    bool is_good = shape->N > 0 && inputs > 0 && *next;
    while (is_good && *next && shape->n_layers < MOST_SHAPE_LAYERS) {
        size_t outputs = read_size(&next);
        shape->layers[shape->n_layers++] =
            (nn_layer){.inputs = inputs, .outputs = outputs, .block = inputs};
        is_good = outputs > 0;
        inputs = outputs;
    }
    if (is_good && !*next)
        return true;
    fprintf(stderr, "nnblas %s: '%s' is no shape N,INPUTS,HIDDEN...,OUTPUTS of at most %d layers\n",
            command, text, MOST_SHAPE_LAYERS + 1);
    return false;
}
