/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a saved network: what comes back is what was saved. */
#include "file/samples.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- round trips ----------------------------------------------------------------------------- */

static void check_same(nnblas_net *expected, nnblas_net *found) {
    ck_assert_uint_eq(nnblas_net_layer_count(expected), nnblas_net_layer_count(found));
    for (size_t l = 0; l < nnblas_net_layer_count(expected); l++)
        ck_assert_uint_eq(nnblas_net_layer_size(expected, l), nnblas_net_layer_size(found, l));
    ck_assert_uint_eq(nnblas_net_flags(expected), nnblas_net_flags(found));
    for (size_t l = 1; l < nnblas_net_layer_count(expected); l++)
        ck_assert_int_eq(nnblas_net_activation(expected, l), nnblas_net_activation(found, l));
    ck_assert_int_eq(nnblas_net_cost(expected), nnblas_net_cost(found));
    ck_assert_double_eq(nnblas_net_cost_parameter(expected), nnblas_net_cost_parameter(found));
    ck_assert_uint_eq(nnblas_net_parameter_count(expected), nnblas_net_parameter_count(found));
    ck_assert(memcmp(nnblas_net_parameters(expected), nnblas_net_parameters(found),
                     nnblas_net_parameter_count(expected) * sizeof(double)) == 0);
    for (size_t i = 0; i < N_TEXTS; i++)
        ck_assert_pstr_eq(nnblas_net_metadata(expected, TEXTS[i].key),
                          nnblas_net_metadata(found, TEXTS[i].key));
}

/* Saved, loaded and saved again: the second bytes are those of the first. */
static void check_round_trip(nnblas_net *net) {
    void *bytes, *again;
    size_t size, size_again;
    nnblas_net *loaded;
    ck_assert_ok(nnblas_net_save_to_memory(net, &bytes, &size));
    ck_assert_ok(nnblas_net_load_from_memory(bytes, size, &loaded));
    check_same(net, loaded);
    ck_assert_ok(nnblas_net_save_to_memory(loaded, &again, &size_again));
    ck_assert_uint_eq(size, size_again);
    ck_assert(memcmp(bytes, again, size) == 0);
    nnblas_free(again);
    nnblas_free(bytes);
    nnblas_net_destroy(loaded);
}

START_TEST(every_network_comes_back) {
    dice d = {41};
    for (size_t n_sizes = 2; n_sizes <= 4; n_sizes++)
        for (size_t k = 0; k < N_KINDS; k++) {
            nnblas_net *net = make_sample(&d, n_sizes, get_kind(k));
            check_round_trip(net);
            nnblas_net_destroy(net);
        }
}
END_TEST

/* What every library of format 1 reads, unless layers differ. */
START_TEST(equal_activations_are_one_name) {
    static const struct {
        nnblas_activation first, second;
        const char *text;
    } CASES[] = {
        {NNBLAS_RELU, NNBLAS_RELU, "\"nnblas.hidden_activation\":\"relu\""},
        {NNBLAS_RELU, NNBLAS_TANH, "\"nnblas.hidden_activation\":\"relu,tanh\""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        nnblas_net *net;
        void *bytes;
        size_t size;
        ck_assert_ok(nnblas_net_create((size_t[]){2, 3, 3, 1}, 4, 0, &net));
        ck_assert_ok(nnblas_net_set_activation(net, 1, CASES[i].first));
        ck_assert_ok(nnblas_net_set_activation(net, 2, CASES[i].second));
        ck_assert_ok(nnblas_net_save_to_memory(net, &bytes, &size));
        ck_assert_ptr_nonnull(memmem(bytes, size, CASES[i].text, strlen(CASES[i].text)));
        nnblas_free(bytes);
        nnblas_net_destroy(net);
    }
}
END_TEST

START_TEST(a_deep_network_with_a_long_text_comes_back) {
    enum { LAYERS = 300, LENGTH = 200000 };
    size_t sizes[LAYERS];
    for (size_t l = 0; l < LAYERS; l++)
        sizes[l] = 1 + l % 12;
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(sizes, LAYERS, NNBLAS_BIAS, &net));
    char *text = calloc(LENGTH + 1, 1);
    ck_assert_ptr_nonnull(text);
    memset(text, '\n', LENGTH);
    ck_assert_ok(nnblas_net_set_metadata(net, "long", text));
    check_round_trip(net);
    free(text);
    nnblas_net_destroy(net);
}
END_TEST

/* A locale writes and reads numbers in its own way; files do not. */
START_TEST(locales_do_not_change_the_bytes) {
    static const char *const NAMES[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8"};
    dice d = {42};
    nnblas_net *net =
        make_sample(&d, 4, (kind){NNBLAS_TANH, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY, NNBLAS_BIAS});
    void *bytes, *other;
    size_t size, size_other;
    ck_assert_ok(nnblas_net_save_to_memory(net, &bytes, &size));
    const char *found = NULL;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && !found; i++)
        found = setlocale(LC_ALL, NAMES[i]);
    if (!found)
        puts("there is no locale with a decimal comma: nothing to compare with");
    else
        ck_assert_str_eq(localeconv()->decimal_point, ",");
    ck_assert_ok(nnblas_net_save_to_memory(net, &other, &size_other));
    check_round_trip(net);
    setlocale(LC_ALL, "C");
    ck_assert_uint_eq(size, size_other);
    ck_assert(memcmp(bytes, other, size) == 0);
    nnblas_free(bytes);
    nnblas_free(other);
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(the_data_begin_aligned) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SAMPLE_SIZES, 4, NNBLAS_BIAS, &net));
    char text[9] = "";
    for (size_t length = 0; length < 8; length++) {
        void *bytes;
        size_t size;
        text[length] = 'x';
        ck_assert_ok(nnblas_net_set_metadata(net, "text", text));
        ck_assert_ok(nnblas_net_save_to_memory(net, &bytes, &size));
        ck_assert_uint_eq(*(unsigned char *)bytes % 8, 0);
        ck_assert_uint_eq(size % 8, 0);
        nnblas_free(bytes);
    }
    nnblas_net_destroy(net);
}
END_TEST

/* ---- arguments ------------------------------------------------------------------------------- */

START_TEST(null_is_named) {
    nnblas_net *net;
    void *bytes;
    size_t size;
    ck_assert_ok(nnblas_net_create(SAMPLE_SIZES, 2, 0, &net));
    static const char *const WORDS[] = {"net is null",   "bytes is null", "size is null",
                                        "bytes is null", "net is null",   "net is null",
                                        "path is null",  "path is null",  "net is null"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        const nnblas_status statuses[] = {
            i == 0 ? nnblas_net_save_to_memory(NULL, &bytes, &size) : 0,
            i == 1 ? nnblas_net_save_to_memory(net, NULL, &size) : 0,
            i == 2 ? nnblas_net_save_to_memory(net, &bytes, NULL) : 0,
            i == 3 ? nnblas_net_load_from_memory(NULL, 1, &net) : 0,
            i == 4 ? nnblas_net_load_from_memory("", 1, NULL) : 0,
            i == 5 ? nnblas_net_save(NULL, "never") : 0,
            i == 6 ? nnblas_net_save(net, NULL) : 0,
            i == 7 ? nnblas_net_load(NULL, &net) : 0,
            i == 8 ? nnblas_net_load("never", NULL) : 0,
        };
        ck_assert_int_eq(statuses[i], NNBLAS_ERROR_NULL);
        ck_assert_str_eq(nnblas_error_message(), WORDS[i]);
    }
    nnblas_free(NULL);
    nnblas_net_destroy(net);
}
END_TEST

/* No reader accepts a header of over 100 million bytes. */
START_TEST(texts_that_are_too_long_are_not_saved) {
    enum { LENGTH = 17000000 };
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SAMPLE_SIZES, 2, 0, &net));
    char *text = malloc(LENGTH + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, '\x01', LENGTH); /* each takes six bytes */
    text[LENGTH] = '\0';
    ck_assert_ok(nnblas_net_set_metadata(net, "long", text));
    void *bytes = NULL;
    size_t size = 0;
    ck_assert_int_eq(nnblas_net_save_to_memory(net, &bytes, &size), NNBLAS_ERROR_SIZE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "the texts and names take 102000"));
    ck_assert_ptr_null(bytes);
    free(text);
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        equal_activations_are_one_name,
        every_network_comes_back,
        a_deep_network_with_a_long_text_comes_back,
        locales_do_not_change_the_bytes,
        the_data_begin_aligned,
        null_is_named,
        texts_that_are_too_long_are_not_saved,
    };
    return run_tests("format", tests, sizeof tests / sizeof *tests);
}
