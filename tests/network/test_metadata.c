/* SPDX-License-Identifier: BSD-3-Clause */
/* The texts that a network carries. */
#include "support/counting_allocator.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

static nnblas_net *make_small_net(void) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){2, 1}, 2, 0, &net));
    return net;
}

START_TEST(texts_are_set_and_taken_away) {
    nnblas_net *net = make_small_net();
    ck_assert_ptr_null(nnblas_net_metadata(net, "a"));
    ck_assert_ok(nnblas_net_set_metadata(net, "a", NULL));
    char text[] = "first";
    ck_assert_ok(nnblas_net_set_metadata(net, "a", text));
    ck_assert_ok(nnblas_net_set_metadata(net, "b", "second"));
    ck_assert_ok(nnblas_net_set_metadata(net, "c", ""));
    text[0] = 'x'; /* it was copied */
    ck_assert_str_eq(nnblas_net_metadata(net, "a"), "first");
    ck_assert_str_eq(nnblas_net_metadata(net, "b"), "second");
    ck_assert_str_eq(nnblas_net_metadata(net, "c"), "");
    /* A text may be set to itself. */
    ck_assert_ok(nnblas_net_set_metadata(net, "b", nnblas_net_metadata(net, "b")));
    ck_assert_ok(nnblas_net_set_metadata(net, "a", "a longer one than before"));
    ck_assert_ok(nnblas_net_set_metadata(net, "c", NULL));
    ck_assert_str_eq(nnblas_net_metadata(net, "a"), "a longer one than before");
    ck_assert_str_eq(nnblas_net_metadata(net, "b"), "second");
    ck_assert_ptr_null(nnblas_net_metadata(net, "c"));
    ck_assert_ok(nnblas_net_set_metadata(net, "a", NULL));
    ck_assert_ptr_null(nnblas_net_metadata(net, "a"));
    ck_assert_str_eq(nnblas_net_metadata(net, "b"), "second");
    ck_assert_ptr_null(nnblas_net_metadata(NULL, "b"));
    ck_assert_str_eq(nnblas_error_message(), "net is null");
    ck_assert_ptr_null(nnblas_net_metadata(net, NULL));
    ck_assert_str_eq(nnblas_error_message(), "key is null");
    ck_assert_int_eq(nnblas_net_set_metadata(NULL, "a", "b"), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_net_set_metadata(net, NULL, "b"), NNBLAS_ERROR_NULL);
    nnblas_net_destroy(net);
}
END_TEST

/* So many that the first, the last and one between are replaced and taken away. */
START_TEST(texts_are_released) {
    static const char *const KEYS[] = {"a", "b", "c", "d"};
    nnblas_net *net = make_small_net();
    size_t live = get_heap_count().live;
    for (size_t i = 0; i < 4; i++)
        ck_assert_ok(nnblas_net_set_metadata(net, KEYS[i], "first"));
    for (size_t i = 0; i < 4; i++)
        ck_assert_ok(nnblas_net_set_metadata(net, KEYS[i], "second"));
    ck_assert_uint_eq(get_heap_count().live, live + 4);
    for (size_t i = 4; i-- > 2;)
        ck_assert_ok(nnblas_net_set_metadata(net, KEYS[i], NULL));
    ck_assert_uint_eq(get_heap_count().live, live + 2);
    nnblas_net_destroy(net);
    ck_assert_uint_eq(get_heap_count().live, 0);
}
END_TEST

/* In the order in which they were set, whatever is replaced or taken away meanwhile. */
START_TEST(keys_are_listed) {
    nnblas_net *net = make_small_net();
    ck_assert_uint_eq(nnblas_net_metadata_count(net), 0);
    ck_assert_ptr_null(nnblas_net_metadata_key(net, 0));
    ck_assert_str_eq(nnblas_error_message(), "index is 0; the network has 0 keys");
    ck_assert_ok(nnblas_net_set_metadata(net, "c", "1"));
    ck_assert_ok(nnblas_net_set_metadata(net, "a", "2"));
    ck_assert_ok(nnblas_net_set_metadata(net, "b", "3"));
    ck_assert_ok(nnblas_net_set_metadata(net, "c", "4"));
    ck_assert_ok(nnblas_net_set_metadata(net, "a", NULL));
    ck_assert_uint_eq(nnblas_net_metadata_count(net), 2);
    ck_assert_str_eq(nnblas_net_metadata_key(net, 0), "c");
    ck_assert_str_eq(nnblas_net_metadata_key(net, 1), "b");
    ck_assert_ptr_null(nnblas_net_metadata_key(net, 2));
    ck_assert_ptr_null(nnblas_net_metadata_key(net, SIZE_MAX));
    ck_assert_uint_eq(nnblas_net_metadata_count(NULL), 0);
    ck_assert_str_eq(nnblas_error_message(), "net is null");
    ck_assert_ptr_null(nnblas_net_metadata_key(NULL, 0));
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(keys_have_rules) {
    char longest[101], too_long[102];
    memset(longest, 'k', 100);
    longest[100] = '\0';
    memset(too_long, 'k', 101);
    too_long[101] = '\0';
    const char *const good[] = {"k",      " ",       "~",         "two words",
                                "nnblas", "Nnblas.", "x.nnblas.", longest};
    const char *const bad[] = {"",      too_long, "nnblas.",     "nnblas.format", "a\nb",
                               "a\x7f", "\x1f",   "caf\xc3\xa9", "\xff",          "nnblas.new"};
    nnblas_net *net = make_small_net();
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_ok(nnblas_net_set_metadata(net, good[i], "text"));
        ck_assert_str_eq(nnblas_net_metadata(net, good[i]), "text");
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(nnblas_net_set_metadata(net, bad[i], "text"), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "key "));
        ck_assert_int_eq(nnblas_net_set_metadata(net, bad[i], NULL), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_null(nnblas_net_metadata(net, bad[i]));
    }
    nnblas_net_destroy(net);
}
END_TEST

/* The borders of RFC 3629, and what lies behind them. */
START_TEST(texts_are_utf8) {
    static const char *const GOOD[] = {
        "",
        "\x01\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xec\xbf\xbf",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf3\xbf\xbf\xbf",
        "\xf4\x8f\xbf\xbf",
    };
    static const struct text {
        const char *value;
        size_t byte;
    } BAD[] = {
        {"\x80", 0},
        {"ab\xbf", 2},
        {"a\xc0\x80", 1},
        {"\xc1\xbf", 0},
        {"\xc1\x80\x80\x80", 0},
        {"\xc2", 0},
        {"\xc2g", 0},
        {"\xc2\xc0", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xe1\x80", 0},
        {"\xe1\x80g", 0},
        {"\xe1\x7f\x80", 0},
        {"\xed\xa0\x80", 0},
        {"\xed\xbf\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf1\x80\x80", 0},
        {"\xf1\x80\x80\xc0", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"\xc2\x80\x80", 2},
    };
    nnblas_net *net = make_small_net();
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        ck_assert_ok(nnblas_net_set_metadata(net, "text", GOOD[i]));
        ck_assert_str_eq(nnblas_net_metadata(net, "text"), GOOD[i]);
    }
    ck_assert_ok(nnblas_net_set_metadata(net, "text", "kept"));
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char words[64];
        snprintf(words, sizeof words, "value is not UTF-8 at byte %zu", BAD[i].byte);
        ck_assert_int_eq(nnblas_net_set_metadata(net, "text", BAD[i].value), NNBLAS_ERROR_VALUE);
        ck_assert_str_eq(nnblas_error_message(), words);
        ck_assert_str_eq(nnblas_net_metadata(net, "text"), "kept");
    }
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        texts_are_set_and_taken_away,
        texts_are_released,
        keys_are_listed,
        keys_have_rules,
        texts_are_utf8,
    };
    return run_tests("metadata", tests, sizeof tests / sizeof *tests);
}
