/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts that look like dates or numbers, in a form that is not read. */
#ifndef NNBLAS_TABLE_LOOKALIKES_H
#define NNBLAS_TABLE_LOOKALIKES_H

#include "table/notes.h"
#include "table/schema.h"

/* Warns where all texts of a column look alike: as dates (31.03.24, 3/31/2024 5:00 PM, 1-Mar-2024,
 * 2024-03), times (12:30), negative numbers in another form ((1,234.50), 12-), or numbers with the
 * same unit (3.5 kg). */
void warn_of_lookalikes(const table_column *column, bool is_target, note_list *notes);

#endif
