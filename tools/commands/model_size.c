/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/model_size.h"

#include "cli/text.h"
#include "core/sizes.h"

/* The head of a file (doc/file_format.md) has the texts of the network, and its other networks. */
enum { MOST_HEAD_BYTES = 100000000 };

/* More than the library's own texts take, and the result in the record: in all, for each layer and
 * for each network. */
enum { OWN_BYTES = 20000, LAYER_BYTES = 300, NETWORK_BYTES = 300 };

/* As a string of JSON. */
static size_t count_escaped(const char *text) {
    size_t bytes = 0;
    for (; *text; text++)
        bytes += *text == '"' || *text == '\\' ? 2 : 1;
    return bytes;
}

static size_t count_text_bytes(const training_run *run) {
    const nnblas_net *net = run->model.net;
    size_t networks = nn_max(run->settings->members, run->settings->restarts);
    size_t bytes = OWN_BYTES + nnblas_net_layer_count(net) * LAYER_BYTES + networks * NETWORK_BYTES;
    for (size_t i = 0; i < nnblas_net_metadata_count(net); i++)
        bytes += count_escaped(nnblas_net_metadata(net, nnblas_net_metadata_key(net, i)));
    return bytes;
}

/* As base64. */
static size_t count_member_bytes(const nnblas_net *net) {
    size_t parameters = nnblas_net_parameter_count(net) * sizeof(double);
    return (parameters + OWN_BYTES / 20 + nnblas_net_layer_count(net) * LAYER_BYTES) / 3 * 4 + 4;
}

bool check_model_size(const training_run *run) {
    const train_settings *set = run->settings;
    size_t bytes = count_text_bytes(run), member = count_member_bytes(run->model.net);
    if (!set->output && !set->training.checkpoint)
        return true;
    if (bytes > MOST_HEAD_BYTES) {
        print_safely(
            stderr,
            "nnblas %s: a model has room for %d bytes of names, and those of the columns and "
            "categories take %zu: use fewer features\n",
            run->command, MOST_HEAD_BYTES, bytes);
        return false;
    }
    size_t most = (MOST_HEAD_BYTES - bytes) / member + 1;
    if (set->members <= most)
        return true;
    print_safely(stderr,
                 "nnblas %s: a model has room for %zu network%s of this size: choose a smaller "
                 "--ensemble or --hidden\n",
                 run->command, most, end_plural(most));
    return false;
}
