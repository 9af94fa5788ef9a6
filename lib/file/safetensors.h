/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The safetensors format (https://huggingface.co/docs/safetensors), as far as networks need it:
 *
 *   8 bytes          the size of the header, little-endian
 *   the header       JSON: {"__metadata__": {"key": "text", ...}, "name": {"dtype": "F64",
 *                    "shape": [rows, columns], "data_offsets": [begin, end]}, ...}, then spaces
 *   the data         the tensors, row-major and little-endian, one after the other without a gap;
 *                    data_offsets count from its first byte
 *
 * Tensors are F64 and have one or two dimensions. Reading trusts nothing: all that the format or
 * this description does not allow is refused with NNBLAS_ERROR_FORMAT and a message.
 */
#ifndef NN_SAFETENSORS_H
#define NN_SAFETENSORS_H

#include "core/status.h"

/* The reference implementation reads no header above NN_LARGEST_HEADER bytes either. */
enum { NN_PREFIX_SIZE = 8, NN_LARGEST_HEADER = 100000000 };

typedef struct nn_tensor {
    const char *name;
    size_t n_dimensions;  /* 1 or 2 */
    size_t rows, columns; /* of a vector: 1 and its length; either may be 0 */
    const double *values; /* to write; null in a header that was read */
    size_t begin, end;    /* its bytes in the data; only in a header that was read */
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

/* Reads the size of the header. prefix holds the first NN_PREFIX_SIZE bytes of the file; it is not
 * read if the file is shorter. A header that does not fit in the file is refused. */
nnblas_status nn_measure_header(const unsigned char *prefix, size_t file_size, size_t *header_size);

/*
 * Parses a header of header_size bytes, which a byte 0 follows. bytes come from nn_allocate, and
 * belong to the header from then on; after a failure there is nothing to free. The tensors that the
 * header names must cover the data_size bytes of data exactly. Names and keys must be unique. The
 * memory it takes is a small multiple of header_size.
 */
nnblas_status nn_parse_header(char *bytes, size_t header_size, size_t data_size, nn_header *header);
void nn_free_header(nn_header *header);

/* Null where there is no such tensor or text. */
const nn_tensor *nn_find_tensor(const nn_header *header, const char *name);
const char *nn_find_text(const nn_header *header, const char *key);

/* Copies the values of a tensor from the data. They may be NaN or infinite. */
void nn_decode_tensor(const nn_tensor *tensor, const unsigned char *data, double *values);

/* A name from a file for a message: its beginning, with '?' for what is not printable ASCII. */
typedef struct nn_quote {
    char text[48];
} nn_quote;
nn_quote nn_quote_name(const char *name);

#endif
