/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rows of arrays are those of this rank. */
#ifndef NNBLAS_ARRAYS_RANK_SHARES_H
#define NNBLAS_ARRAYS_RANK_SHARES_H

#include "arrays/row_files.h"

/* are_own: each rank has files of its own, whose rows are behind one another in the order of the
 * ranks; else each takes a range of the same files. All ranks call it together. */
bool share_files(array_rows *a, bool are_own, row_stream *rows, table_error *error);

/* Whether it is good on all ranks, which call it together. Where only others fail, there is no
 * error to tell. */
bool is_good_on_others(bool is_good, table_error *error);

#endif
