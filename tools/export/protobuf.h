/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages in the wire format of protocol buffers
 * (https://protobuf.dev/programming-guides/encoding): fields one behind the other, each with its
 * number. */
#ifndef NNBLAS_EXPORT_PROTOBUF_H
#define NNBLAS_EXPORT_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

/* Begins as {0}; bytes is released by free(). */
typedef struct {
    unsigned char *bytes;
    size_t size, capacity;
} message;

/* Each appends a field to m. */
void put_integer(message *m, unsigned field, int64_t value);
void put_bytes(message *m, unsigned field, const void *bytes, size_t size);
void put_text(message *m, unsigned field, const char *text);
/* Numbers of 8 bytes each, in little-endian order whatever that of the machine. */
void put_words(message *m, unsigned field, const void *numbers, size_t count);
/* Releases part. */
void put_message(message *m, unsigned field, message *part);

#endif
