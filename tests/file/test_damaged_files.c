/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that were cut, altered or made large: they are refused, or are networks. */
#include "file/samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

START_TEST(sizes_that_do_not_fit_are_refused) {
    double more[3] = {0};
    file_bytes file = make_file(HEADER, strlen(HEADER), more, sizeof more);
    check_refused(file, "the tensors take 16 bytes of data; there are 24");
    free(file.data);
    file = make_file(HEADER, strlen(HEADER), more, 8);
    check_refused(file, "the tensors take 16 bytes of data; there are 8");
    free(file.data);
    file = make_file(HEADER, 0, W1, sizeof W1);
    check_refused(file, "does not begin with '{'");
    free(file.data);
    /* The last of these is as much over the end as the sum of it and the 8 bytes before wraps. */
    static const uint64_t HEADER_SIZES[] = {17,        100000000,  100000001,
                                            INT64_MAX, UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof HEADER_SIZES / sizeof *HEADER_SIZES; i++) {
        file = make_file("", 0, W1, sizeof W1);
        for (size_t b = 0; b < 8; b++)
            file.data[b] = (unsigned char)(HEADER_SIZES[i] >> 8 * b);
        check_refused(file, "the header's size is");
        free(file.data);
    }
}
END_TEST

/* The reference implementation would refuse it too. */
START_TEST(headers_that_are_too_large_are_refused) {
    file_bytes file = {calloc(1, 8 + 100000001), 8 + 100000001};
    ck_assert_ptr_nonnull(file.data);
    memcpy(file.data, "\x01\xe1\xf5\x05", 4);
    check_refused(file, "the header's size is 100000001; it is at most 100000000");
    free(file.data);
}
END_TEST

/* A byte 0 would end a text early: the rest of it, and of the header, must not go unread. */
START_TEST(zero_bytes_are_refused) {
    for (size_t i = 0; i < strlen(HEADER); i++) {
        char header[512];
        strcpy(header, HEADER);
        header[i] = '\0';
        file_bytes file = make_file(header, strlen(HEADER), W1, sizeof W1);
        check_refused(file, "");
        free(file.data);
    }
    file_bytes file = make_file(HEADER, strlen(HEADER) + 1, W1, sizeof W1);
    check_refused(file, "nothing more expected");
    free(file.data);
}
END_TEST

START_TEST(deep_nesting_is_refused) {
    enum { DEPTH = 4000000 };
    static const char *const OPENERS[] = {"[", "{\"a\":"};
    for (size_t i = 0; i < sizeof OPENERS / sizeof *OPENERS; i++) {
        size_t length = strlen(OPENERS[i]), size = DEPTH * length;
        char *header = malloc(size + 6);
        ck_assert_ptr_nonnull(header);
        memcpy(header, "{\"a\":", 6);
        for (size_t at = 5; at + length <= size + 5; at += length)
            memcpy(header + at, OPENERS[i], length);
        file_bytes file = make_file(header, size + 5, NULL, 0);
        check_refused(file, "");
        free(file.data);
        free(header);
    }
}
END_TEST

/* The data begin wherever the header ends, and the bytes wherever the caller has them. */
START_TEST(data_of_any_alignment_are_read) {
    char header[512];
    for (size_t space = 0; space < 16; space++) {
        memset(header, ' ', sizeof header);
        memcpy(header, HEADER, strlen(HEADER));
        file_bytes file = make_file(header, strlen(HEADER) + space, W1, sizeof W1);
        nnblas_net *net;
        ck_assert_ok(nnblas_net_load_from_memory(file.data, file.size, &net));
        ck_assert(memcmp(nnblas_net_parameters(net), W1, sizeof W1) == 0);
        nnblas_net_destroy(net);
        free(file.data);
    }
}
END_TEST

START_TEST(no_part_of_a_file_is_a_network) {
    dice d = {43};
    nnblas_net *net =
        make_sample(&d, 3, (kind){NNBLAS_TANH, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_BIAS});
    file_bytes whole = save_net(net);
    for (size_t size = 0; size < whole.size; size++) {
        file_bytes part = join(whole.data, size, NULL, 0);
        check_refused(part, "");
        free(part.data);
    }
    file_bytes more = join(whole.data, whole.size, "", 1);
    check_refused(more, "bytes of data; there are");
    free(more.data);
    free(whole.data);
    nnblas_net_destroy(net);
}
END_TEST

static void check_finite_or_refused(file_bytes file) {
    nnblas_net *net = NULL;
    nnblas_status status = nnblas_net_load_from_memory(file.data, file.size, &net);
    if (status) {
        ck_assert_int_eq(status, NNBLAS_ERROR_FORMAT);
        ck_assert_ptr_null(net);
        return;
    }
    const double *W = nnblas_net_parameters(net);
    for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
        ck_assert(isfinite(W[i]));
    nnblas_net_destroy(net);
}

START_TEST(no_flipped_bit_does_harm) {
    dice d = {44};
    nnblas_net *net =
        make_sample(&d, 3, (kind){NNBLAS_RELU, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY, NNBLAS_BIAS});
    file_bytes file = save_net(net);
    for (size_t i = 0; i < file.size; i++)
        for (int bit = 0; bit < 8; bit++) {
            file.data[i] ^= (unsigned char)(1 << bit);
            check_finite_or_refused(file);
            file.data[i] ^= (unsigned char)(1 << bit);
        }
    /* And many bytes at once. */
    file_bytes spoilt = join(file.data, file.size, NULL, 0);
    for (size_t round = 0; round < count_trials(5000); round++) {
        memcpy(spoilt.data, file.data, file.size);
        for (size_t n = roll_between(&d, 1, 8); n > 0; n--)
            spoilt.data[roll_between(&d, 0, file.size - 1)] = (unsigned char)roll(&d);
        check_finite_or_refused(spoilt);
    }
    free(spoilt.data);
    free(file.data);
    nnblas_net_destroy(net);
}
END_TEST

/* ---- NaN and infinity ------------------------------------------------------------------------ */

START_TEST(weights_that_are_not_finite_are_not_loaded) {
    dice d = {45};
    nnblas_net *net =
        make_sample(&d, 3, (kind){NNBLAS_TANH, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_BIAS});
    file_bytes file = save_net(net);
    static const struct place {
        size_t parameter;
        double value;
        const char *words;
    } PLACES[] = {
        {4 * 1 + 2, (double)NAN, "W1 holds a NaN at row 1, column 2"},
        {3 * 4 + 3, (double)INFINITY, "b1 holds an infinity at row 0, column 3"},
        {3 * 4 + 4 + 5 * 3, -(double)INFINITY, "W2 holds an infinity at row 3, column 0"},
        {3 * 4 + 4 + 4 * 5 + 4, (double)NAN, "b2 holds a NaN at row 0, column 4"},
    };
    size_t data = file.size - nnblas_net_parameter_count(net) * sizeof(double);
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        const struct place *place = &PLACES[i];
        double *parameter = &nnblas_net_parameters(net)[place->parameter], kept = *parameter;
        store_little(place->value, file.data + data + place->parameter * sizeof(double));
        check_refused(file, place->words);
        store_little(kept, file.data + data + place->parameter * sizeof(double));
        /* Nor saved. */
        *parameter = place->value;
        void *bytes = &d;
        size_t size = 17;
        ck_assert_int_eq(nnblas_net_save_to_memory(net, &bytes, &size), NNBLAS_ERROR_NOT_FINITE);
        ck_assert_str_eq(nnblas_error_message(), place->words);
        ck_assert_ptr_eq(bytes, &d);
        ck_assert_uint_eq(size, 17);
        *parameter = kept;
    }
    free(file.data);
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        sizes_that_do_not_fit_are_refused,
        headers_that_are_too_large_are_refused,
        zero_bytes_are_refused,
        deep_nesting_is_refused,
        data_of_any_alignment_are_read,
        no_part_of_a_file_is_a_network,
        no_flipped_bit_does_harm,
        weights_that_are_not_finite_are_not_loaded,
    };
    return run_tests("damaged_files", tests, sizeof tests / sizeof *tests);
}
