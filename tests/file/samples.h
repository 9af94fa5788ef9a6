/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks to save, and files to spoil. */
#ifndef FILE_SAMPLES_H
#define FILE_SAMPLES_H

#include "support/support.h"

/* ---- networks -------------------------------------------------------------------------------- */

extern const size_t SAMPLE_SIZES[4];

/* Texts that a file may spoil. */
typedef struct sample_text {
    const char *key, *value;
} sample_text;

enum { N_TEXTS = 7 };
extern const sample_text TEXTS[N_TEXTS];

/* Of the first so many of the sizes, with these texts and with parameters that a decimal number
 * would spoil. */
nnblas_net *make_sample(dice *d, size_t n_sizes, kind k);

/* ---- files ----------------------------------------------------------------------------------- */

/* A network 2-1, whose W1 is 16 bytes. */
extern const char HEADER[];
extern const double W1[2];

typedef struct file_bytes {
    unsigned char *data; /* in a block of just this size: a sanitizer sees a byte read behind it */
    size_t size;
} file_bytes;

/* The bytes of a double in a file, on any machine. */
void store_little(double value, unsigned char bytes[8]);

file_bytes join(const void *first, size_t first_size, const void *second, size_t second_size);
file_bytes make_file(const char *header, size_t header_size, const void *data, size_t data_size);
file_bytes save_net(const nnblas_net *net);

/* The file is refused with NNBLAS_ERROR_FORMAT and these words. */
void check_refused(file_bytes file, const char *words);

#endif
