/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes JSON values; where there is no memory, or a text is not UTF-8, ends the program with a
 * message. */
#ifndef NNBLAS_TABLE_JSON_H
#define NNBLAS_TABLE_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Has Jansson end the program with a message where there is no memory. Without this its parser
 * crashes (2.14), and some of its writers leave out what they have no memory for. To be called
 * first. */
void guard_json_memory(void);

/* The value, which is not null. */
json_t *check_json(json_t *value);

/* NaN and the infinities are null. */
json_t *pack_real(double value);
json_t *pack_size(size_t value);
/* A number above INT64_MAX as a text. */
json_t *pack_whole(uint64_t value);

/* Each takes ownership of the value. */
void set_member(json_t *object, const char *key, json_t *value);
void append_element(json_t *array, json_t *value);

/* The value as text, with flags of Jansson; released by free(). */
char *dump_json(const json_t *value, size_t flags);

/* Writes the value, indented, and the end of a line. */
void write_json(FILE *stream, const json_t *value);

#endif
