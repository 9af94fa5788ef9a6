/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of a network: its parameters as the tensors W1, b1, W2, ..., and everything else as
 * texts under keys that begin with "nnblas.". See doc/file_format.md.
 *
 * A checkpoint is such a file with more in it: tensors whose names begin with "checkpoint.", and
 * texts whose keys begin with "nnblas.checkpoint". A reader that wants only the network ignores
 * them.
 */
#ifndef NN_MODEL_FILE_H
#define NN_MODEL_FILE_H

#include "file/safetensors.h"
#include "network/network.h"

/* ---- writing --------------------------------------------------------------------------------- */

/* What a checkpoint holds beside the network. Names and keys have the prefixes above and are
 * unique; keys and texts are UTF-8. Values may be NaN or infinite. */
typedef struct nn_extras {
    const nn_tensor *tensors; /* name, n_dimensions, rows, columns, values */
    size_t n_tensors;
    const nn_pair *texts;
    size_t n_texts;
} nn_extras;

/* Writes the network and the extras, null for none, as nnblas_net_save does. A parameter that is
 * not finite is refused with NNBLAS_ERROR_NOT_FINITE: no file with one could be loaded. */
nnblas_status nn_model_file_save(const nnblas_net *net, const nn_extras *extras, const char *path);

/* ---- reading --------------------------------------------------------------------------------- */

/* An open file. All of it was checked except the values of the parameters, and whether activations
 * and cost go together: nn_model_file_make_net checks these. */
typedef struct nn_model_file {
    nn_header header;
    size_t n_layer_sizes, *layer_sizes;
    bool has_bias, has_skip;
    const unsigned char *data;
    unsigned char *owned; /* data, where it was read from a file; else null */
} nn_model_file;

/* The caller closes the file. After a failure there is nothing to close. The message of a failure
 * names the path. */
nnblas_status nn_model_file_open(nn_model_file *file, const char *path);

/* bytes belong to the caller, and must stay until the file is closed. */
nnblas_status nn_model_file_open_memory(nn_model_file *file, const void *bytes, size_t size);
void nn_model_file_close(nn_model_file *file);

/* Makes the network, with its texts; *net is written only on success. Messages of this and the
 * functions below do not name the path; nn_name_file in status.h adds it. */
nnblas_status nn_model_file_make_net(const nn_model_file *file, nnblas_net **net);

bool nn_is_extra_tensor(const char *name);
bool nn_is_extra_text(const char *key);

/*
 * The extras are found by nn_find_tensor and nn_find_text in the header. nn_model_file_read copies
 * the values of a tensor, which may be not finite. NNBLAS_ERROR_FORMAT where it is missing or is
 * not rows x columns; a vector of n elements is 1 x n.
 *
 * Check the shape before memory for the values is allocated: a tensor of that shape is in the file
 * whole. Where the number of rows is known only from the file, check that the columns are right,
 * and not 0.
 */
nnblas_status nn_model_file_check_shape(const nn_model_file *file, const char *name, size_t rows,
                                        size_t columns);
nnblas_status nn_model_file_read(const nn_model_file *file, const char *name, size_t rows,
                                 size_t columns, double *values);

#endif
