/* SPDX-License-Identifier: BSD-3-Clause */
/* For libFuzzer: whatever the bytes are, they are refused with words or are a network, which is
 * finite and comes back from its own bytes. */
#include "nnblas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int condition) {
    if (!condition)
        abort();
}

static void check_loaded(nnblas_net *net) {
    size_t count = nnblas_net_parameter_count(net), size, size_again;
    const double *W = nnblas_net_parameters(net);
    for (size_t i = 0; i < count; i++)
        expect(isfinite(W[i]));
    void *bytes, *again;
    nnblas_net *loaded;
    expect(nnblas_net_save_to_memory(net, &bytes, &size) == NNBLAS_OK);
    expect(nnblas_net_load_from_memory(bytes, size, &loaded) == NNBLAS_OK);
    expect(nnblas_net_save_to_memory(loaded, &again, &size_again) == NNBLAS_OK);
    expect(size == size_again && memcmp(bytes, again, size) == 0);
    nnblas_net_destroy(loaded);
    nnblas_free(again);
    nnblas_free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nnblas_net *net = NULL;
    nnblas_status status = nnblas_net_load_from_memory(data, size, &net);
    if (status == NNBLAS_OK) {
        check_loaded(net);
        nnblas_net_destroy(net);
    } else {
        expect(status == NNBLAS_ERROR_FORMAT && !net && *nnblas_error_message());
    }
    return 0;
}
