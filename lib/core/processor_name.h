/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_PROCESSOR_NAME_H
#define NN_PROCESSOR_NAME_H

#include <stddef.h>

/* The first "model name" of /proc/cpuinfo in printable characters, with the family and the model,
 * because makers and hosts give one name to many: "AMD EPYC (family 25, model 17)". Shortened to
 * size; "unknown" where there is none. */
void nn_read_processor_name(char *name, size_t size);

#endif
