/* SPDX-License-Identifier: BSD-3-Clause */
/* Classes that a warning names, as "'a', 'b' and 12 more". */
#ifndef NNBLAS_COMMANDS_CLASS_LIST_H
#define NNBLAS_COMMANDS_CLASS_LIST_H

#include <stddef.h>

typedef struct {
    char names[480];
    size_t count, n_named;
} class_list;

void add_class(class_list *list, const char *name);
/* After the last class: how many more there are than the list has room for. */
void end_classes(class_list *list);

/* The end of "class" before them. */
const char *end_class(const class_list *list);

#endif
