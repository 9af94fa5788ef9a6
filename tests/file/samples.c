/* SPDX-License-Identifier: BSD-3-Clause */
#include "file/samples.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/* ---- networks -------------------------------------------------------------------------------- */

const size_t SAMPLE_SIZES[4] = {3, 4, 5, 2};

const sample_text TEXTS[N_TEXTS] = {
    {"licence", "BSD-3-Clause"},
    {"empty", ""},
    {"nnblas", "a key that only looks like one of the library's"},
    {"~ \"quoted\" \\ {key}: [1, 2] ", "\"quotes\", a \\ and a /"},
    {"control", "a tab\t, a line\n, a return\r, \b, \f, \x01 and \x1f, \x7f"},
    {"UTF-8", "\xc3\xa9, \xdf\xbf, \xe2\x82\xac, \xef\xbf\xbf, \xf0\x9f\x98\x80, \xf4\x8f\xbf\xbf"},
    {"escapes", "\\u0041 \\n"},
};

static void fill_parameters(dice *d, nnblas_net *net) {
    static const double SPECIAL[] = {-0.0,    0x1p-1074, DBL_MAX,           -DBL_MAX,
                                     DBL_MIN, 0.1,       1.0 + DBL_EPSILON, -1e-300};
    double *W = nnblas_net_parameters(net);
    for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
        W[i] = i % 3 == 0 ? SPECIAL[i / 3 % 8] : roll_uniform(d, -2.0, 2.0);
}

nnblas_net *make_sample(dice *d, size_t n_sizes, kind k) {
    nnblas_net *net;
    size_t sizes[4];
    memcpy(sizes, SAMPLE_SIZES, sizeof sizes);
    if (k.cost == NNBLAS_GAUSSIAN)
        sizes[n_sizes - 1] += sizes[n_sizes - 1] % 2;
    ck_assert_ok(nnblas_net_create(sizes, n_sizes, get_flags(k, n_sizes), &net));
    set_kind(net, k);
    fill_parameters(d, net);
    for (size_t i = 0; i < N_TEXTS; i++)
        ck_assert_ok(nnblas_net_set_metadata(net, TEXTS[i].key, TEXTS[i].value));
    return net;
}

/* ---- files ----------------------------------------------------------------------------------- */

const char HEADER[] = "{\"__metadata__\":{\"nnblas.format\":\"1\",\"nnblas.layer_sizes\":\"2,1\","
                      "\"nnblas.hidden_activation\":\"sigmoid\","
                      "\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"mse\"},"
                      "\"W1\":{\"dtype\":\"F64\",\"shape\":[2,1],\"data_offsets\":[0,16]}}";
const double W1[2] = {0.5, -0.25};

file_bytes join(const void *first, size_t first_size, const void *second, size_t second_size) {
    file_bytes b = {malloc(first_size + second_size + (first_size + second_size == 0)),
                    first_size + second_size};
    ck_assert_ptr_nonnull(b.data);
    if (first_size)
        memcpy(b.data, first, first_size);
    if (second_size)
        memcpy(b.data + first_size, second, second_size);
    return b;
}

void store_little(double value, unsigned char bytes[8]) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i);
}

file_bytes make_file(const char *header, size_t header_size, const void *data, size_t data_size) {
    unsigned char prefix[8];
    for (size_t i = 0; i < 8; i++)
        prefix[i] = (unsigned char)((uint64_t)header_size >> 8 * i);
    file_bytes head = join(prefix, 8, header, header_size);
    file_bytes file = join(head.data, head.size, data, data_size);
    for (size_t at = 0; at + 8 <= data_size; at += 8) {
        double value;
        memcpy(&value, (const char *)data + at, sizeof value);
        store_little(value, file.data + head.size + at);
    }
    free(head.data);
    return file;
}

void check_refused(file_bytes file, const char *words) {
    nnblas_net *const untouched = (nnblas_net *)&file, *net = untouched;
    nnblas_status status = nnblas_net_load_from_memory(file.data, file.size, &net);
    ck_assert_msg(status == NNBLAS_ERROR_FORMAT, "%s instead of a refusal with '%s'",
                  nnblas_status_string(status), words);
    ck_assert_msg(strstr(nnblas_error_message(), words), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), words);
    ck_assert_ptr_eq(net, untouched);
}

file_bytes save_net(const nnblas_net *net) {
    void *saved;
    size_t size;
    ck_assert_ok(nnblas_net_save_to_memory(net, &saved, &size));
    file_bytes file = join(saved, size, NULL, 0);
    nnblas_free(saved);
    return file;
}
