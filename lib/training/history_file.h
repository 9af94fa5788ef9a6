/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The older epochs of a long training, in a file beside its checkpoint that grows at its end: what
 * is in it is not written again. The checkpoint says how many epochs of the file count, and what
 * hash their bytes have; those behind were being written when the process ended.
 *
 *   16 bytes    "nnblas epochs 1\n"
 *   the epochs  rows of little-endian doubles, as in the checkpoint
 */
#ifndef NN_HISTORY_FILE_H
#define NN_HISTORY_FILE_H

#include "training/epoch_row.h"

typedef struct nn_history_file {
    bool is_open;
    int descriptor;
    size_t count; /* epochs in it */
    size_t last;  /* the number of the last one */
    uint64_t hash;
} nn_history_file;

/* The path of the history file of a checkpoint. Null, with a message, where the system is out of
 * memory. Released by free(). */
char *nn_name_history_file(const char *checkpoint);

/* Creates or replaces the file with these epochs, or appends epochs to it, and flushes it to the
 * disk. False for a failure, without a message, after which file is as it was, and so is what is at
 * the path, with the exception of core/replacement.h. A file of that name that is not a history
 * file is never replaced. */
bool nn_history_file_create(nn_history_file *file, const char *path, const nnblas_epoch *epochs,
                            size_t count);
bool nn_history_file_append(nn_history_file *file, const nnblas_epoch *epochs, size_t count);

/* Whether path still leads to the file, which may have been removed, replaced or moved. */
bool nn_history_file_is_at(const nn_history_file *file, const char *path);

void nn_history_file_close(nn_history_file *file);

/* Removes what nn_history_file_create made at path. */
void nn_history_file_remove(const char *path);

/* Passes the first count epochs to the reader, or none where the file has fewer. A file that is
 * missing is NNBLAS_ERROR_FORMAT: the checkpoint is there, but not whole. The message of a failure
 * names the path. */
nnblas_status nn_history_file_read(const char *path, size_t count, uint64_t hash,
                                   nn_epoch_reader *reader);

#endif
