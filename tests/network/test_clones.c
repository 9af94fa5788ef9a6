/* SPDX-License-Identifier: BSD-3-Clause */
/* A clone has all that its network has, and nothing of it. */
#include "support/support.h"

#include <string.h>

static const size_t SIZES[] = {3, 5, 4, 2};
enum { N_SIZES = 4 };

static nnblas_net *make_full_net(kind k) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, k.flags, &net));
    set_kind(net, k);
    ck_assert_ok(nnblas_net_init(net, 5));
    ck_assert_ok(nnblas_net_set_metadata(net, "second letter", "b"));
    ck_assert_ok(nnblas_net_set_metadata(net, "first letter", "a"));
    return net;
}

/* The bytes of a file are all that there is to a network. */
static void check_equal(const nnblas_net *a, const nnblas_net *b) {
    void *bytes[2];
    size_t size[2];
    ck_assert_ok(nnblas_net_save_to_memory(a, &bytes[0], &size[0]));
    ck_assert_ok(nnblas_net_save_to_memory(b, &bytes[1], &size[1]));
    ck_assert_uint_eq(size[0], size[1]);
    ck_assert(memcmp(bytes[0], bytes[1], size[0]) == 0);
    nnblas_free(bytes[0]);
    nnblas_free(bytes[1]);
}

START_TEST(a_clone_is_equal) {
    for (size_t i = 0; i < N_KINDS; i++) {
        nnblas_net *net = make_full_net(get_kind(i)), *clone;
        ck_assert_ok(nnblas_net_clone(net, &clone));
        check_equal(net, clone);
        nnblas_net_destroy(net);
        nnblas_net_destroy(clone);
    }
}
END_TEST

START_TEST(a_clone_shares_nothing) {
    const kind k = {NNBLAS_TANH, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY, NNBLAS_BIAS};
    nnblas_net *net = make_full_net(k), *same = make_full_net(k), *clone;
    ck_assert_ok(nnblas_net_clone(net, &clone));
    ck_assert_ok(nnblas_net_set_hidden(net, NNBLAS_RELU));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_SIGMOID, NNBLAS_MSE));
    ck_assert_ok(nnblas_net_init(net, 6));
    ck_assert_ok(nnblas_net_set_metadata(net, "first letter", NULL));
    nnblas_net_destroy(net);
    check_equal(same, clone);
    ck_assert_uint_eq(nnblas_net_layer_size(clone, 2), SIZES[2]);
    ck_assert_str_eq(nnblas_net_metadata_key(clone, 1), "first letter");
    nnblas_net_destroy(same);
    nnblas_net_destroy(clone);
}
END_TEST

START_TEST(null_is_refused) {
    nnblas_net *net = make_full_net(get_kind(0)), *const untouched = net, *clone = untouched;
    ck_assert_int_eq(nnblas_net_clone(NULL, &clone), NNBLAS_ERROR_NULL);
    ck_assert_str_eq(nnblas_error_message(), "net is null");
    ck_assert_int_eq(nnblas_net_clone(net, NULL), NNBLAS_ERROR_NULL);
    ck_assert_str_eq(nnblas_error_message(), "clone is null");
    ck_assert_ptr_eq(clone, untouched);
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {a_clone_is_equal, a_clone_shares_nothing, null_is_refused};
    return run_tests("clones", tests, sizeof tests / sizeof *tests);
}
