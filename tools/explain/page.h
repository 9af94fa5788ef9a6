/* SPDX-License-Identifier: BSD-3-Clause */
/* The page of nnblas explain --html, as tools/make_page joins it from the files of this folder: the
 * data of a network, as JSON, goes between head and tail. */
#ifndef NNBLAS_EXPLAIN_PAGE_H
#define NNBLAS_EXPLAIN_PAGE_H

#include <stddef.h>

extern const unsigned char page_head[], page_tail[];
extern const size_t page_head_size, page_tail_size;

#endif
