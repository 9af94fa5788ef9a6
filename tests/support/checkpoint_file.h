/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a checkpoint, read and altered without the library. */
#ifndef CHECKPOINT_FILE_H
#define CHECKPOINT_FILE_H

#include "support/support.h"

/* A whole file; freed by free(). */
typedef struct file_contents {
    unsigned char *bytes;
    size_t size;
} file_contents;

file_contents read_whole(const char *path);
void write_whole(const char *path, const file_contents *contents);

/* A number of the settings or the progress, by its name. */
uint64_t get_saved_number(const char *path, const char *name);
void set_saved_number(const char *path, const char *name, uint64_t bits);

/* The header with the first `old` in it replaced. */
void edit_saved_header(const char *path, const char *old, const char *new);

/* An element of a tensor. */
double get_saved_element(const char *path, const char *tensor, size_t element);
void set_saved_element(const char *path, const char *tensor, size_t element, double value);

/* How many elements a tensor has; 0 where there is none. */
size_t count_saved_elements(const char *path, const char *tensor);

uint64_t to_bits(double value);

#endif
