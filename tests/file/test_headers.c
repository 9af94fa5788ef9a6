/* SPDX-License-Identifier: BSD-3-Clause */
/* Headers made by hand: what is no header of a network is refused by its name. */
#include "file/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The header with the first `old` in it replaced. The caller frees it. */
static char *edit_header(const char *old, const char *new) {
    const char *place = strstr(HEADER, old);
    ck_assert_msg(place, "the header has no %s", old);
    size_t before = (size_t)(place - HEADER), size = strlen(HEADER) + 1 + strlen(new) - strlen(old);
    char *header = malloc(size);
    ck_assert_ptr_nonnull(header);
    snprintf(header, size, "%.*s%s%s", (int)before, HEADER, new, place + strlen(old));
    return header;
}

typedef struct edit {
    const char *old, *new, *words; /* words: null where it is accepted */
} edit;

/* With the data of W1; words are null where it is accepted. */
/* A header and the parameters of its network. */
static void check_bytes(const char *header, size_t size, const double *W, size_t W_size,
                        const char *words) {
    file_bytes file = make_file(header, size, W, W_size);
    if (words) {
        check_refused(file, words);
    } else {
        nnblas_net *net;
        ck_assert_msg(nnblas_net_load_from_memory(file.data, file.size, &net) == NNBLAS_OK,
                      "%s: %s", header, nnblas_error_message());
        ck_assert(memcmp(nnblas_net_parameters(net), W, W_size) == 0);
        nnblas_net_destroy(net);
    }
    free(file.data);
}

static void check_header(const char *header, size_t size, const char *words) {
    check_bytes(header, size, W1, sizeof W1, words);
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

/* What is said of numbers that only a size_t of 64 bits holds. */
static const char *if_held(const char *words) {
    return SIZE_MAX == UINT64_MAX ? words : "a smaller number expected";
}

START_TEST(tensors_that_cannot_be_are_refused) {
    const edit EDITS[] = {
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
        {"[2,1]", "[2,2]", "tensor 'W1' has 16 bytes of data, which does not fit its shape"},
        {"[2,1]", "[0,1]", "tensor 'W1' has 16 bytes of data, which does not fit its shape"},
        /* 8 (2^61 + 2) is 16, were it not for the bits that are lost, and so is 8 (2^29 + 2). */
        {"[2,1]", "[2305843009213693954,1]", if_held("which does not fit its shape")},
        {"[2,1]", "[4611686018427387904,9223372036854775810]",
         if_held("which does not fit its shape")},
        {"[2,1]", "[536870914,1]", "which does not fit its shape"},
        {"[0,16]", "[0,15]", "tensor 'W1' has 15 bytes of data, which does not fit its shape"},
        {"[0,16]", "[16,0]", "the data_offsets of tensor 'W1' are not a begin and an end"},
        {"[0,16]", "[16]", "the data_offsets of tensor 'W1' are not a begin and an end"},
        {"[0,16]", "[0,16,16]", "']' expected"},
        {"\"W1\"", "\"checkpoint.a\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0]},\"W1\"",
         "the data_offsets of tensor 'checkpoint.a' are not a begin and an end"},
        {"[0,16]", "[8,24]", "tensor 'W1' begins at byte 8 of the data, where byte 0 is next"},
        {"[0,16]", "[18446744073709551608,18446744073709551615]",
         if_held("which does not fit its shape")},
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
/* Behind the layer sizes one more text. */
#define SKIP(word) "\",\"nnblas.skip_connections\":\"" word
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
        {"1,1,1" SKIP("inputs_to_outputs"),
         TENSOR("W1", "[1,1]", 0, 8) TENSOR("W2", "[1,1]", 8, 16),
         "tensor 'W2' is 1 x 1 of 2 dimensions; the layer sizes make it 2 x 1 of 2"},
        {"1,1,1" SKIP("all"), TENSOR("W1", "[1,1]", 0, 8) TENSOR("W2", "[1,1]", 8, 16),
         "the text 'nnblas.skip_connections' is 'all'; it must be 'inputs_to_outputs'"},
        {"1,1" SKIP("inputs_to_outputs"), TENSOR("W1", "[1,1]", 0, 8) TENSOR("b1", "[1]", 8, 16),
         "it must be 'inputs_to_outputs', and the network have a hidden layer"},
    };
#undef SKIP
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
        {"\"mse\"", "\"mae\"", "the text 'nnblas.cost' is 'mae', which"},
        {"\"mse\"}", "\"mse\",\"nnblas.colour\":\"red\"}", "an unknown text 'nnblas.colour'"},
        {"\"mse\"}", "\"mse\",\"nnblas.cost\":\"mse\"}", "there are two texts 'nnblas.cost'"},
        {"\"mse\"}", "\"mse\",\"a\":\"\",\"b\":\"\",\"\\u0061\":\"\"}", "there are two texts 'a'"},
        {"\"mse\"}", "\"mse\"},\"__metadata__\":{}", "the header has '__metadata__' twice"},
        {"\"mse\"}", "\"mse\",\"\":\"\"}", "key is empty"},
        {"\"mse\"}", "\"mse\",\"\xc3\xa9\":\"\"}", "key must be 1 to 100 printable ASCII"},
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
        {"\"sigmoid\"", "\"sigmoid,tanh\"",
         "is 'sigmoid,tanh'; it must be one activation, or one for each of the 0 hidden layers"},
        {"\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"mse\"",
         "\"nnblas.output_activation\":\"tanh\",\"nnblas.cost\":\"cross_entropy\"",
         "the cross-entropy goes with sigmoid or softmax outputs"},
        {"\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"mse\"",
         "\"nnblas.output_activation\":\"identity\",\"nnblas.cost\":\"cross_entropy\"",
         "the cross-entropy goes with sigmoid or softmax"},
        {"\"mse\"", "\"huber\"", "there is no tensor 'cost_parameter'"},
        {"\"mse\"", "\"gaussian\"", "the Gaussian likelihood goes with identity outputs"},
        {"\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"mse\"",
         "\"nnblas.output_activation\":\"identity\",\"nnblas.cost\":\"gaussian\"",
         "an odd number of outputs, 1"},
        {"\"W1\":{\"dtype\":\"F64\",\"shape\":[2,1]",
         "\"cost_parameter\":{\"dtype\":\"F64\","
         "\"shape\":[0],\"data_offsets\":[0,0]},\"W1\":{\"dtype\":\"F64\",\"shape\":[2,1]",
         "tensor 'cost_parameter' is 1 x 0; it must be 1 x 1"},
        {"\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"mse\"",
         "\"nnblas.output_activation\":\"sigmoid\",\"nnblas.cost\":\"poisson\"",
         "the Poisson deviance goes with exponential outputs"},
    };
    check_all_edits(EDITS);
}
END_TEST

/* Of a network with two hidden layers. */
START_TEST(hidden_activations_are_one_or_one_a_layer) {
    static const char FIRST[] =
        "{\"__metadata__\":{\"nnblas.format\":\"1\",\"nnblas.layer_sizes\":\"1,1,1,1\","
        "\"nnblas.hidden_activation\":\"%s\",\"nnblas.output_activation\":\"identity\","
        "\"nnblas.cost\":\"mse\"},\"W1\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[0,8]}"
        ","
        "\"W2\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[8,16]},"
        "\"W3\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[16,24]}}";
    static const double W[] = {0.5, -0.25, 2.0};
    static const struct {
        const char *text, *words;
    } CASES[] = {
        {"tanh", NULL},
        {"tanh,relu", NULL},
        {"relu,relu", NULL},
        {"tanh,", "'nnblas.hidden_activation' is 'tanh,', which this library does not know"},
        {",tanh", "is ',tanh', which this library does not know"},
        {"tanh, relu", "is 'tanh, relu', which this library does not know"},
        {"tanh,relux", "is 'tanh,relux', which this library does not know"},
        {"tan,relu", "is 'tan,relu', which this library does not know"},
        {"tanh,softmax", "the hidden activation is 4"},
        {"tanh,relu,relu", "one for each of the 2 hidden layers"},
        {"tanh,relu,", "one for each of the 2 hidden layers"},
        {"", "is '', which this library does not know"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char header[1000];
        int size = snprintf(header, sizeof header, FIRST, CASES[i].text);
        check_bytes(header, (size_t)size, W, sizeof W, CASES[i].words);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        hidden_activations_are_one_or_one_a_layer,
        what_means_the_same_is_accepted,
        escapes_are_read,
        headers_that_are_no_json_are_refused,
        tensors_that_cannot_be_are_refused,
        tensors_that_are_no_network_are_refused,
        shapes_are_those_of_the_layers,
        texts_that_are_no_network_are_refused,
    };
    return run_tests("headers", tests, sizeof tests / sizeof *tests);
}
