/* SPDX-License-Identifier: BSD-3-Clause */
/* What a file holds beside its network. */
#include "file/disk.h"
#include "file/model_file.h"

#include <math.h>
#include <string.h>

START_TEST(a_checkpoint_is_a_network_and_more) {
    static const double MOMENT[] = {1.0, -2.0, 3.0};
    const double HISTORY[] = {1, 2, (double)NAN, 4, 5, 6, 7, (double)-INFINITY, 9, 10};
    const nn_tensor tensors[] = {
        {.name = "checkpoint.moment", .n_dimensions = 1, .rows = 1, .columns = 3, .values = MOMENT},
        {.name = "checkpoint.history",
         .n_dimensions = 2,
         .rows = 2,
         .columns = 5,
         .values = HISTORY},
        {.name = "checkpoint.none", .n_dimensions = 2, .rows = 0, .columns = 5},
    };
    const nn_pair texts[] = {{"nnblas.checkpoint.epoch", "17"},
                             {"nnblas.checkpoint.random", "1 2 3 4"}};
    const nn_extras extras = {tensors, 3, texts, 2};
    nnblas_net *net = make_marked_net(0.5);
    ck_assert_ok(nnblas_net_set_metadata(net, "epoch", "a text of the user"));
    ck_assert_ok(nn_model_file_save(net, &extras, "net"));
    nnblas_net_destroy(net);
    ck_assert_mark("net", 0.5);

    nn_model_file file;
    ck_assert_ok(nn_model_file_open(&file, "net"));
    ck_assert_ok(nn_model_file_make_net(&file, &net));
    ck_assert_str_eq(nnblas_net_metadata(net, "epoch"), "a text of the user");
    ck_assert_ptr_null(nnblas_net_metadata(net, "nnblas.checkpoint.epoch"));
    ck_assert_str_eq(nn_find_text(&file.header, "nnblas.checkpoint.epoch"), "17");
    ck_assert_str_eq(nn_find_text(&file.header, "nnblas.checkpoint.random"), "1 2 3 4");
    ck_assert_ptr_null(nn_find_text(&file.header, "nnblas.checkpoint.missing"));
    double moment[3], history[10];
    ck_assert_ok(nn_model_file_read(&file, "checkpoint.moment", 1, 3, moment));
    ck_assert(memcmp(moment, MOMENT, sizeof moment) == 0);
    ck_assert_ok(nn_model_file_read(&file, "checkpoint.history", 2, 5, history));
    ck_assert(memcmp(history, HISTORY, sizeof history) == 0);
    const nn_tensor *none = nn_find_tensor(&file.header, "checkpoint.none");
    ck_assert_ptr_nonnull(none);
    ck_assert_uint_eq(none->n_dimensions, 2);
    ck_assert_uint_eq(none->rows, 0);
    ck_assert_uint_eq(none->columns, 5);
    ck_assert_ok(nn_model_file_read(&file, "checkpoint.none", 0, 5, moment));
    ck_assert_int_eq(nn_model_file_read(&file, "checkpoint.history", 5, 2, history),
                     NNBLAS_ERROR_FORMAT);
    check_words("tensor 'checkpoint.history' is 2 x 5; it must be 5 x 2");
    ck_assert_int_eq(nn_model_file_read(&file, "checkpoint.missing", 1, 1, history),
                     NNBLAS_ERROR_FORMAT);
    check_words("there is no tensor 'checkpoint.missing'");
    nn_model_file_close(&file);

    /* Saved as a network, it is no checkpoint any more. */
    ck_assert_ok(nnblas_net_save(net, "net"));
    ck_assert_ok(nn_model_file_open(&file, "net"));
    ck_assert_ptr_null(nn_find_tensor(&file.header, "checkpoint.moment"));
    ck_assert_ptr_null(nn_find_text(&file.header, "nnblas.checkpoint.epoch"));
    nn_model_file_close(&file);
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_checkpoint_is_a_network_and_more,
    };
    return run_in_folders("extras", tests, sizeof tests / sizeof *tests);
}
