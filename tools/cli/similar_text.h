/* SPDX-License-Identifier: BSD-3-Clause */
/* What may have been meant by a name that does not exist. */
#ifndef NNBLAS_CLI_SIMILAR_TEXT_H
#define NNBLAS_CLI_SIMILAR_TEXT_H

#include <stddef.h>

/* The one of the texts that is most like this one, for "did you mean"; null if none is alike. */
const char *find_similar_text(const char *const *texts, size_t count, const char *text);

#endif
