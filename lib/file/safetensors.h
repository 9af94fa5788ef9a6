/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The safetensors format (https://huggingface.co/docs/safetensors), as far as networks need it:
 *
 *   8 bytes          the size of the header, little-endian
 *   the header       JSON: {"__metadata__": {"key": "text", ...}, "name": {"dtype": "F64",
 *                    "shape": [rows, columns], "data_offsets": [begin, end]}, ...}, spaces behind
 *   the data         the tensors, row-major and little-endian, one behind the other without a hole;
 *                    data_offsets count from its first byte
 *
 * Tensors are F64 and have one or two dimensions. Reading trusts nothing: what it refuses, with
 * NNBLAS_ERROR_FORMAT and words, is all that the format or this description of it does not allow.
 */
#ifndef NN_SAFETENSORS_H
#define NN_SAFETENSORS_H

#include "core/status.h"

/* NN_LARGEST_HEADER: that of the reference implementation. */
enum { NN_PREFIX_SIZE = 8, NN_LARGEST_HEADER = 100000000 };

typedef struct nn_tensor {
    const char *name;
    size_t n_dimensions;  /* 1 or 2 */
    size_t rows, columns; /* of a vector: 1, its elements; either may be 0 */
    const double *values; /* to write; null where it was read */
    size_t begin, end;    /* bytes of the data, where it was read */
} nn_tensor;

/* A text under a key, both UTF-8. */
typedef struct nn_pair {
    const char *key, *text;
} nn_pair;

/* ---- writing --------------------------------------------------------------------------------- */

/* Encodes a file with the tensors, in this order, and the texts. Names and keys are unique, and no
 * tensor is called "__metadata__". *bytes is released by free(). NNBLAS_ERROR_SIZE where the texts
 * are longer than a header may be. */
nnblas_status nn_encode_safetensors(const nn_tensor *tensors, size_t n_tensors,
                                    const nn_pair *texts, size_t n_texts, unsigned char **bytes,
                                    size_t *size);

/* ---- reading --------------------------------------------------------------------------------- */

/* The content of a header. */
typedef struct nn_header {
    nn_tensor *tensors; /* by name */
    size_t n_tensors;
    nn_pair *texts; /* in the order of the file */
    size_t n_texts;
    const nn_pair **texts_by_key;
    char *strings; /* all names, keys and texts */
} nn_header;

/* prefix: the first NN_PREFIX_SIZE bytes of a file of file_size bytes, or all of a shorter one. On
 * success the header fits in the file. */
nnblas_status nn_measure_header(const unsigned char *prefix, size_t file_size, size_t *header_size);

/*
 * Parses a header of header_size bytes, followed by a byte 0. bytes come from nn_allocate, and
 * belong to the header from then on, even after a failure. In the file they are followed by
 * data_size bytes, which hold exactly the tensors that the header names. Names and keys must be
 * unique. The memory it takes is a small multiple of header_size. After a failure there is nothing
 * to free.
 */
nnblas_status nn_parse_header(char *bytes, size_t header_size, size_t data_size, nn_header *header);
void nn_free_header(nn_header *header);

/* Null where there is no such tensor or text. */
const nn_tensor *nn_find_tensor(const nn_header *header, const char *name);
const char *nn_find_text(const nn_header *header, const char *key);

/* Copies the values of a tensor from the data. They may be not finite. */
void nn_decode_tensor(const nn_tensor *tensor, const unsigned char *data, double *values);

/* A name from a file for a message: its beginning, with '?' for what is not printable ASCII. */
typedef struct nn_quote {
    char text[48];
} nn_quote;
nn_quote nn_quote_name(const char *name);

#endif
