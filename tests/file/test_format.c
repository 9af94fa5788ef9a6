/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a saved network: what comes back is what was saved, and what is anything else is
 * refused by its name. */
#include "support/support.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- round trips ----------------------------------------------------------------------------- */

static const size_t SIZES[] = {3, 4, 5, 2};

static const struct output_kind {
    nnblas_activation output;
    nnblas_cost cost;
} OUTPUT_KINDS[] = {
    {NNBLAS_SIGMOID, NNBLAS_MSE},           {NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY},
    {NNBLAS_IDENTITY, NNBLAS_MSE},          {NNBLAS_SOFTMAX, NNBLAS_MSE},
    {NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY},
};
enum { N_OUTPUT_KINDS = sizeof OUTPUT_KINDS / sizeof *OUTPUT_KINDS };

static const struct text {
    const char *key, *value;
} TEXTS[] = {
    {"licence", "BSD-3-Clause"},
    {"empty", ""},
    {"nnblas", "a key that only looks like one of the library's"},
    {"~ \"quoted\" \\ {key}: [1, 2] ", "\"quotes\", a \\ and a /"},
    {"control", "a tab\t, a line\n, a return\r, \b, \f, \x01 and \x1f, \x7f"},
    {"UTF-8", "\xc3\xa9, \xdf\xbf, \xe2\x82\xac, \xef\xbf\xbf, \xf0\x9f\x98\x80, \xf4\x8f\xbf\xbf"},
    {"escapes", "\\u0041 \\n"},
};
enum { N_TEXTS = sizeof TEXTS / sizeof *TEXTS };

/* Numbers that a text would spoil, among others. */
static void fill_parameters(dice *d, nnblas_net *net) {
    static const double SPECIAL[] = {-0.0,    0x1p-1074, DBL_MAX,           -DBL_MAX,
                                     DBL_MIN, 0.1,       1.0 + DBL_EPSILON, -1e-300};
    double *W = nnblas_net_parameters(net);
    for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
        W[i] = i % 3 == 0 ? SPECIAL[i / 3 % 8] : roll_uniform(d, -2.0, 2.0);
}

static nnblas_net *make_any_net(dice *d, size_t n_sizes, unsigned flags, nnblas_activation hidden,
                                struct output_kind output_kind) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SIZES, n_sizes, flags, &net));
    ck_assert_ok(nnblas_net_set_hidden(net, hidden));
    ck_assert_ok(nnblas_net_set_output(net, output_kind.output, output_kind.cost));
    fill_parameters(d, net);
    for (size_t i = 0; i < N_TEXTS; i++)
        ck_assert_ok(nnblas_net_set_metadata(net, TEXTS[i].key, TEXTS[i].value));
    return net;
}

static void check_same(nnblas_net *expected, nnblas_net *found) {
    ck_assert_uint_eq(nnblas_net_layer_count(expected), nnblas_net_layer_count(found));
    for (size_t l = 0; l < nnblas_net_layer_count(expected); l++)
        ck_assert_uint_eq(nnblas_net_layer_size(expected, l), nnblas_net_layer_size(found, l));
    ck_assert_uint_eq(nnblas_net_flags(expected), nnblas_net_flags(found));
    ck_assert_int_eq(nnblas_net_hidden_activation(expected), nnblas_net_hidden_activation(found));
    ck_assert_int_eq(nnblas_net_output_activation(expected), nnblas_net_output_activation(found));
    ck_assert_int_eq(nnblas_net_cost(expected), nnblas_net_cost(found));
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
        for (unsigned flags = 0; flags <= NNBLAS_BIAS; flags++)
            for (size_t k = 0; k < N_OUTPUT_KINDS; k++)
                for (int hidden = NNBLAS_SIGMOID; hidden <= NNBLAS_RELU; hidden++) {
                    nnblas_net *net = make_any_net(&d, n_sizes, flags, (nnblas_activation)hidden,
                                                   OUTPUT_KINDS[k]);
                    check_round_trip(net);
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
    nnblas_net *net = make_any_net(&d, 4, NNBLAS_BIAS, NNBLAS_TANH, OUTPUT_KINDS[1]);
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
    ck_assert_ok(nnblas_net_create(SIZES, 4, NNBLAS_BIAS, &net));
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

/* ---- files made by hand ---------------------------------------------------------------------- */

/* A network 2-1, whose W1 is 16 bytes. */
static const char HEADER[] =
    "{\"__metadata__\":{\"nnblas.format\":\"1\",\"nnblas.layer_sizes\":\"2,1\","
    "\"nnblas.hidden_activation\":\"sigmoid\","
    "\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"mse\"},"
    "\"W1\":{\"dtype\":\"F64\",\"shape\":[2,1],\"data_offsets\":[0,16]}}";
static const double W1[] = {0.5, -0.25};

typedef struct file_bytes {
    unsigned char *data;
    size_t size;
} file_bytes;

/* In a block of just this size, so that a sanitizer sees a byte read behind it. */
static file_bytes join(const void *first, size_t first_size, const void *second,
                       size_t second_size) {
    file_bytes b = {malloc(first_size + second_size + (first_size + second_size == 0)),
                    first_size + second_size};
    ck_assert_ptr_nonnull(b.data);
    if (first_size)
        memcpy(b.data, first, first_size);
    if (second_size)
        memcpy(b.data + first_size, second, second_size);
    return b;
}

static file_bytes make_file(const char *header, size_t header_size, const void *data,
                            size_t data_size) {
    unsigned char prefix[8];
    for (size_t i = 0; i < 8; i++)
        prefix[i] = (unsigned char)((uint64_t)header_size >> 8 * i);
    file_bytes head = join(prefix, 8, header, header_size);
    file_bytes file = join(head.data, head.size, data, data_size);
    free(head.data);
    return file;
}

static void check_refused(file_bytes file, const char *words) {
    nnblas_net *const untouched = (nnblas_net *)&file, *net = untouched;
    nnblas_status status = nnblas_net_load_from_memory(file.data, file.size, &net);
    ck_assert_msg(status == NNBLAS_ERROR_FORMAT, "%s instead of a refusal with '%s'",
                  nnblas_status_string(status), words);
    ck_assert_msg(strstr(nnblas_error_message(), words), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), words);
    ck_assert_ptr_eq(net, untouched);
}

/* The header with the first `old` in it replaced. The caller frees it. */
static char *edit_header(const char *old, const char *new) {
    const char *place = strstr(HEADER, old);
    ck_assert_msg(place, "the header has no %s", old);
    size_t before = (size_t)(place - HEADER), size = sizeof HEADER + strlen(new) - strlen(old);
    char *header = malloc(size);
    ck_assert_ptr_nonnull(header);
    snprintf(header, size, "%.*s%s%s", (int)before, HEADER, new, place + strlen(old));
    return header;
}

typedef struct edit {
    const char *old, *new, *words; /* words: null where it is accepted */
} edit;

/* With the data of W1; words are null where it is accepted. */
static void check_header(const char *header, size_t size, const char *words) {
    file_bytes file = make_file(header, size, W1, sizeof W1);
    if (words) {
        check_refused(file, words);
    } else {
        nnblas_net *net;
        ck_assert_msg(nnblas_net_load_from_memory(file.data, file.size, &net) == NNBLAS_OK,
                      "%s: %s", header, nnblas_error_message());
        ck_assert(memcmp(nnblas_net_parameters(net), W1, sizeof W1) == 0);
        nnblas_net_destroy(net);
    }
    free(file.data);
}

static void check_edits(const edit *edits, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *header = edit_header(edits[i].old, edits[i].new);
        check_header(header, strlen(header), edits[i].words);
        free(header);
    }
}

#define check_all_edits(edits) check_edits(edits, sizeof edits / sizeof *edits)

START_TEST(what_means_the_same_is_accepted) {
    static const edit EDITS[] = {
        {"{", "{", NULL},
        {"{\"__metadata__\":{", "{ \t\r\n\"__metadata__\" : { ", NULL},
        {"[2,1]", " [ 2\n,\t1 ] ", NULL},
        {"[0,16]}}", "[0,16]}}   ", NULL},
        {"[0,16]}}", "[0,16]}\n}\r\n\t ", NULL},
        {"\"W1\"", "\"\\u0057\\u0031\"", NULL},
        {"\"sigmoid\"", "\"\\u0073\\u0069gmoid\"", NULL},
        {"\"dtype\":\"F64\",\"shape\":[2,1]", "\"shape\":[2,1],\"dtype\":\"F64\"", NULL},
        {"\"mse\"}", "\"mse\",\"a\":\"b\",\"format\":\"pt\"}", NULL},
        {"\"mse\"}", "\"mse\",\"nnblas.checkpoint.epoch\":\"17\"}", NULL},
        {"\"W1\"",
         "\"checkpoint.none\":{\"dtype\":\"F64\",\"shape\":[0,5],\"data_offsets\":[0,0]},\"W1\"",
         NULL},
        {"\"W1\"",
         "\"checkpoint.none\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[16,16]},\"W1\"",
         NULL},
        {"\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"mse\"",
         "\"nnblas.cost\":\"cross_entropy\",\"nnblas.output_activation\":\"softmax\"", NULL},
    };
    check_all_edits(EDITS);
}
END_TEST

/* Other programs write escapes that this library does not. */
START_TEST(escapes_are_read) {
    char *header = edit_header(
        "\"mse\"}", "\"mse\",\"\\u0061\":\"\\u00e9\\u20AC\\uFfFd\\uD83D\\ude00\\udbff\\udfff"
                    "\\\"\\\\\\/\\b\\f\\n\\r\\t\\u007f\\u0001|\"}");
    file_bytes file = make_file(header, strlen(header), W1, sizeof W1);
    nnblas_net *net;
    ck_assert_ok(nnblas_net_load_from_memory(file.data, file.size, &net));
    ck_assert_pstr_eq(
        nnblas_net_metadata(net, "a"),
        "\xc3\xa9\xe2\x82\xac\xef\xbf\xbd\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\"\\/\b\f\n\r\t\x7f\x01|");
    nnblas_net_destroy(net);
    free(file.data);
    free(header);
}
END_TEST

START_TEST(headers_that_are_no_json_are_refused) {
    static const edit EDITS[] = {
        {"{", " {", "does not begin with '{'"},
        {"{", "[", "does not begin with '{'"},
        {"[0,16]}}", "[0,16]}", "'}' expected"},
        {"[0,16]}}", "[0,16]}}}", "nothing more expected"},
        {"[0,16]}}", "[0,16]}} {}", "nothing more expected"},
        {"[0,16]}}", "[0,16]},}", "a string expected"},
        {"[0,16]}}", "[0,16],}}", "a string expected"},
        {"[0,16]}}", "[0,16]} /* */}", "'}' expected"},
        {"\"mse\"}", "\"mse\",}", "a string expected"},
        {"\"mse\"}", "\"mse\" \"more\"}", "'}' expected"},
        {"\"W1\":", "\"W1\" ", "':' expected"},
        {"\"W1\"", "W1", "a string expected"},
        {"\"W1\"", "'W1'", "a string expected"},
        {"\"mse\"", "\"mse", "'}' expected"},
        {"\"mse\"", "\"m\nse\"", "a character in UTF-8 expected"},
        {"\"mse\"", "\"m\\qse\"", "an escape of a character expected"},
        {"\"mse\"", "\"m\\u00g1\"", "an escape of a character expected"},
        {"\"mse\"", "\"\\u0000mse\"", "an escape of a character expected"},
        {"\"mse\"", "\"\\ud83d\"", "an escape of a character expected"},
        {"\"mse\"", "\"\\ud83d\\n\"", "an escape of a character expected"},
        {"\"mse\"", "\"\\ud83d\\u0041\"", "an escape of a character expected"},
        {"\"mse\"", "\"\\ud83d\\ud83d\"", "an escape of a character expected"},
        {"\"mse\"", "\"\\ude00\\ude00\"", "an escape of a character expected"},
        {"\"mse\"", "\"\\ude00\"", "an escape of a character expected"},
        {"\"mse\"", "\"\xff\"", "a character in UTF-8 expected"},
        {"\"mse\"", "\"\xc0\x80\"", "a character in UTF-8 expected"},
        {"\"mse\"", "\"\xed\xa0\x80\"", "a character in UTF-8 expected"},
        {"\"mse\"", "\"\xe2\x82\"", "a character in UTF-8 expected"},
        {"[2,1]", "[[2,1]]", "a whole number expected"},
        {"[2,1]", "{}", "'[' expected"},
        {"[2,1]", "null", "'[' expected"},
        {"[2,1]", "[-2,1]", "a whole number expected"},
        {"[2,1]", "[+2,1]", "a whole number expected"},
        {"[2,1]", "[02,1]", "a whole number expected"},
        {"[2,1]", "[2.0,1]", "']' expected"},
        {"[2,1]", "[2e0,1]", "']' expected"},
        {"[2,1]", "[\"2\",1]", "a whole number expected"},
        {"[2,1]", "[18446744073709551618,1]", "a smaller number expected"},
        {"[2,1]", "[184467440737095516150,1]", "a smaller number expected"},
        {"\"mse\"", "1", "a string expected"},
        {"\"mse\"", "null", "a string expected"},
        {"\"mse\"", "{\"mse\":\"mse\"}", "a string expected"},
    };
    check_all_edits(EDITS);
}
END_TEST

START_TEST(tensors_that_cannot_be_are_refused) {
    static const edit EDITS[] = {
        {"\"F64\"", "\"F32\"", "tensor 'W1' has the dtype 'F32'; only F64 is read"},
        {"\"F64\"", "64", "a string expected"},
        {"\"dtype\":\"F64\",", "", "tensor 'W1' has no dtype"},
        {"\"shape\":[2,1],", "", "tensor 'W1' has no shape"},
        {",\"data_offsets\":[0,16]", "", "tensor 'W1' has no data_offsets"},
        {"\"dtype\":\"F64\"", "\"dtype\":\"F64\",\"dtype\":\"F64\"", "the member 'dtype' twice"},
        {"\"shape\":[2,1]", "\"shape\":[2,1],\"shape\":[2,1]", "the member 'shape' twice"},
        {"\"dtype\"", "\"data_offsets\":[0,16],\"dtype\"", "the member 'data_offsets' twice"},
        {"\"dtype\"", "\"strides\":[1],\"dtype\"", "tensor 'W1' has an unknown member 'strides'"},
        {"\"W1\"", "\"\\u0007\xc3\xa9\"", "there is no tensor 'W1'"},
        {"\"W1\":{", "\"\\u001b\xc3\xa9\":{\"x\":", "tensor '?\?\?' has an unknown member 'x'"},
        {"[2,1]", "[]", "a whole number expected"},
        {"[2,1]", "[2,1,1]", "']' expected"},
        {"[2,1]", "[2,2]", "tensor 'W1' has 16 bytes of data, which its shape does not take"},
        {"[2,1]", "[0,1]", "tensor 'W1' has 16 bytes of data, which its shape does not take"},
        /* 8 (2^61 + 2) is 16, were it not for the bits that are lost. */
        {"[2,1]", "[2305843009213693954,1]", "which its shape does not take"},
        {"[2,1]", "[4611686018427387904,9223372036854775810]", "which its shape does not take"},
        {"[0,16]", "[0,15]", "tensor 'W1' has 15 bytes of data, which its shape does not take"},
        {"[0,16]", "[16,0]", "the data_offsets of tensor 'W1' are no begin and end"},
        {"[0,16]", "[16]", "the data_offsets of tensor 'W1' are no begin and end"},
        {"[0,16]", "[0,16,16]", "']' expected"},
        {"\"W1\"", "\"checkpoint.a\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0]},\"W1\"",
         "the data_offsets of tensor 'checkpoint.a' are no begin and end"},
        {"[0,16]", "[8,24]", "tensor 'W1' begins at byte 8 of the data, where byte 0 is next"},
        {"[0,16]", "[18446744073709551608,18446744073709551615]", "which its shape does not take"},
        {"\"W1\"", "\"W1\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},\"W1\"",
         "there are two tensors 'W1'"},
        {"\"W1\"",
         "\"checkpoint.a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]},\"W1\"",
         "tensor 'checkpoint.a' begins at byte 8 of the data, where byte 16 is next"},
        {"\"W1\"",
         "\"checkpoint.a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[16,24]},\"W1\"",
         "the tensors take 24 bytes of data; there are 16"},
        {"\"W1\"",
         "\"checkpoint.a\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[8,8]},\"W1\"",
         "tensor 'checkpoint.a' begins at byte 8 of the data, where byte 16 is next"},
    };
    check_all_edits(EDITS);
}
END_TEST

START_TEST(tensors_that_are_no_network_are_refused) {
    static const edit EDITS[] = {
        {"\"W1\"", "\"W2\"", "there is no tensor 'W1'"},
        {"\"W1\"", "\"w1\"", "there is no tensor 'W1'"},
        {"\"W1\"", "\"checkpoint.W1\"", "there is no tensor 'W1'"},
        {"[2,1]", "[1,2]", "tensor 'W1' is 1 x 2 of 2 dimensions; the layer sizes make it 2 x 1"},
        {"[2,1]", "[2]", "tensor 'W1' is 1 x 2 of 1 dimensions; the layer sizes make it 2 x 1"},
        {"\"W1\"", "\"b1\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},\"W1\"",
         "tensor 'b1' is 1 x 0 of 1 dimensions; the layer sizes make it 1 x 1"},
        {"\"W1\"", "\"b2\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},\"W1\"",
         "there is an unknown tensor 'b2'"},
        {"\"W1\"", "\"W01\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},\"W1\"",
         "there is an unknown tensor 'W01'"},
        {"\"W1\"", "\"W2\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},\"W1\"",
         "there is an unknown tensor 'W2'"},
        {"\"W1\"", "\"\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},\"W1\"",
         "there is an unknown tensor ''"},
        {"\"W1\"", "\"checkpoint\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},\"W1\"",
         "there is an unknown tensor 'checkpoint'"},
        {"2,1", "2,1,1", "there is no tensor 'W2'"},
        {"2,1", "3,1", "the layer sizes make it 3 x 1"},
    };
    check_all_edits(EDITS);
}
END_TEST

/* Networks of 16 bytes, all of them. */
START_TEST(shapes_are_those_of_the_layers) {
    static const char FIRST[] = "{\"__metadata__\":{\"nnblas.format\":\"1\",\"nnblas.layer_sizes\":"
                                "\"%s\",\"nnblas.hidden_activation\":\"relu\",\"nnblas.output_"
                                "activation\":\"identity\",\"nnblas.cost\":\"mse\"}%s}";
#define TENSOR(name, shape, begin, end)                                                            \
    ",\"" name "\":{\"dtype\":\"F64\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"
    static const struct shapes {
        const char *layer_sizes, *tensors, *words;
    } SHAPES_OF[] = {
        {"1,1", TENSOR("W1", "[1,1]", 0, 8) TENSOR("b1", "[1]", 8, 16), NULL},
        {"1,1", TENSOR("W1", "[1]", 0, 8) TENSOR("b1", "[1]", 8, 16),
         "tensor 'W1' is 1 x 1 of 1 dimensions; the layer sizes make it 1 x 1 of 2"},
        {"1,1", TENSOR("W1", "[1,1]", 0, 8) TENSOR("b1", "[1,1]", 8, 16),
         "tensor 'b1' is 1 x 1 of 2 dimensions; the layer sizes make it 1 x 1 of 1"},
        {"1,2", TENSOR("W1", "[2]", 0, 16), "tensor 'W1' is 1 x 2 of 1 dimensions"},
        {"1,2", TENSOR("W1", "[1,2]", 0, 16), NULL},
        {"1,1,1", TENSOR("W1", "[1,1]", 0, 8) TENSOR("W2", "[1,1]", 8, 16), NULL},
        {"1,1,1",
         TENSOR("W1", "[1,1]", 0, 8) TENSOR("W2", "[1,1]", 8, 16) TENSOR("b2", "[0]", 16, 16),
         "there is an unknown tensor 'b2'"},
        {"1,1,1",
         TENSOR("W1", "[1,1]", 0, 8) TENSOR("W2", "[1,1]", 8, 16) TENSOR("b1", "[0]", 16, 16),
         "tensor 'b1' is 1 x 0 of 1 dimensions"},
    };
#undef TENSOR
    for (size_t i = 0; i < sizeof SHAPES_OF / sizeof *SHAPES_OF; i++) {
        char header[1000];
        int size =
            snprintf(header, sizeof header, FIRST, SHAPES_OF[i].layer_sizes, SHAPES_OF[i].tensors);
        check_header(header, (size_t)size, SHAPES_OF[i].words);
    }
}
END_TEST

START_TEST(texts_that_are_no_network_are_refused) {
    static const edit EDITS[] = {
        {"\"nnblas.format\":\"1\",", "", "there is no text 'nnblas.format'"},
        {"\"nnblas.format\":\"1\"", "\"nnblas.format\":\"2\"",
         "the text 'nnblas.format' is '2'; this library reads '1'"},
        {"\"nnblas.layer_sizes\":\"2,1\",", "", "there is no text 'nnblas.layer_sizes'"},
        {"\"nnblas.hidden_activation\":\"sigmoid\",", "", "no text 'nnblas.hidden_activation'"},
        {"\"nnblas.output_activation\":\"sigmoid\",", "", "no text 'nnblas.output_activation'"},
        {",\"nnblas.cost\":\"mse\"", "", "there is no text 'nnblas.cost'"},
        {"\"mse\"", "\"\"", "the text 'nnblas.cost' is '', which"},
        {"\"mse\"", "\"hinge\"", "the text 'nnblas.cost' is 'hinge', which"},
        {"\"mse\"}", "\"mse\",\"nnblas.colour\":\"red\"}", "an unknown text 'nnblas.colour'"},
        {"\"mse\"}", "\"mse\",\"nnblas.cost\":\"mse\"}", "there are two texts 'nnblas.cost'"},
        {"\"mse\"}", "\"mse\",\"a\":\"\",\"b\":\"\",\"\\u0061\":\"\"}", "there are two texts 'a'"},
        {"\"mse\"}", "\"mse\"},\"__metadata__\":{}", "the header has '__metadata__' twice"},
        {"\"mse\"}", "\"mse\",\"\":\"\"}", "key is empty"},
        {"\"mse\"}", "\"mse\",\"\xc3\xa9\":\"\"}", "key is to be 1 to 100 printable ASCII"},
        {"2,1", "", "must be sizes"},
        {"2,1", "2", "must be sizes"},
        {"2,1", "2,", "must be sizes"},
        {"2,1", ",2,1", "must be sizes"},
        {"2,1", "2,1,", "must be sizes"},
        {"2,1", "2,,1", "must be sizes"},
        {"2,1", "2,0", "must be sizes"},
        {"2,1", "02,1", "must be sizes"},
        {"2,1", "2, 1", "must be sizes"},
        {"2,1", "-2,1", "must be sizes"},
        {"2,1", "2;1", "must be sizes"},
        {"2,1", "2147483648,1", "must be sizes"},
        {"2,1", "18446744073709551618,1", "must be sizes"},
        {"\"sigmoid\"", "\"swish\"", "the text 'nnblas.hidden_activation' is 'swish', which"},
        {"\"sigmoid\"", "\"softmax\"", "the hidden activation is 4"},
        {"\"nnblas.output_activation\":\"sigmoid\"", "\"nnblas.output_activation\":\"tanh\"",
         "the output activation is 1"},
        {"\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"mse\"",
         "\"nnblas.output_activation\":\"identity\",\"nnblas.cost\":\"cross_entropy\"",
         "the cross-entropy is of probabilities"},
    };
    check_all_edits(EDITS);
}
END_TEST

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
        char header[sizeof HEADER];
        memcpy(header, HEADER, sizeof header);
        header[i] = '\0';
        file_bytes file = make_file(header, strlen(HEADER), W1, sizeof W1);
        check_refused(file, "");
        free(file.data);
    }
    file_bytes file = make_file(HEADER, sizeof HEADER, W1, sizeof W1);
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
    char header[sizeof HEADER + 16];
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

/* ---- what chance makes of a file ------------------------------------------------------------- */

static file_bytes save_net(const nnblas_net *net) {
    void *saved;
    size_t size;
    ck_assert_ok(nnblas_net_save_to_memory(net, &saved, &size));
    file_bytes file = join(saved, size, NULL, 0);
    nnblas_free(saved);
    return file;
}

START_TEST(no_part_of_a_file_is_a_network) {
    dice d = {43};
    nnblas_net *net = make_any_net(&d, 3, NNBLAS_BIAS, NNBLAS_TANH, OUTPUT_KINDS[0]);
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
    nnblas_net *net = make_any_net(&d, 3, NNBLAS_BIAS, NNBLAS_RELU, OUTPUT_KINDS[4]);
    file_bytes file = save_net(net);
    for (size_t i = 0; i < file.size; i++)
        for (int bit = 0; bit < 8; bit++) {
            file.data[i] ^= (unsigned char)(1 << bit);
            check_finite_or_refused(file);
            file.data[i] ^= (unsigned char)(1 << bit);
        }
    /* And many bytes at once. */
    file_bytes spoilt = join(file.data, file.size, NULL, 0);
    for (size_t round = 0; round < 5000; round++) {
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
    nnblas_net *net = make_any_net(&d, 3, NNBLAS_BIAS, NNBLAS_TANH, OUTPUT_KINDS[0]);
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
        memcpy(file.data + data + place->parameter * sizeof(double), &place->value, sizeof(double));
        check_refused(file, place->words);
        memcpy(file.data + data + place->parameter * sizeof(double), &kept, sizeof(double));
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

/* ---- arguments ------------------------------------------------------------------------------- */

START_TEST(null_is_named) {
    nnblas_net *net;
    void *bytes;
    size_t size;
    ck_assert_ok(nnblas_net_create(SIZES, 2, 0, &net));
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

/* A header of over 100 million bytes would be one that nobody reads. */
START_TEST(texts_that_are_too_long_are_not_saved) {
    enum { LENGTH = 17000000 };
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SIZES, 2, 0, &net));
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
        every_network_comes_back,
        a_deep_network_with_a_long_text_comes_back,
        locales_do_not_change_the_bytes,
        the_data_begin_aligned,
        what_means_the_same_is_accepted,
        escapes_are_read,
        headers_that_are_no_json_are_refused,
        tensors_that_cannot_be_are_refused,
        tensors_that_are_no_network_are_refused,
        shapes_are_those_of_the_layers,
        texts_that_are_no_network_are_refused,
        sizes_that_do_not_fit_are_refused,
        headers_that_are_too_large_are_refused,
        zero_bytes_are_refused,
        deep_nesting_is_refused,
        data_of_any_alignment_are_read,
        no_part_of_a_file_is_a_network,
        no_flipped_bit_does_harm,
        weights_that_are_not_finite_are_not_loaded,
        null_is_named,
        texts_that_are_too_long_are_not_saved,
    };
    return run_tests("format", tests, sizeof tests / sizeof *tests);
}
