/* SPDX-License-Identifier: BSD-3-Clause */
/* Saves that are killed, and saves at once: whoever opens the path finds a whole file. */
#include "file/disk.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- killed in between ----------------------------------------------------------------------- */

static void save_until_killed(nnblas_net *const nets[2]) {
    for (size_t i = 0;; i++)
        if (nnblas_net_save(nets[i % 2], "net"))
            _exit(1);
}

START_TEST(whoever_is_killed_leaves_a_whole_file) {
    enum { KILLS = 200 };
    dice d = {51};
    size_t left = 0;
    nnblas_net *nets[2] = {make_marked_net(1.0), make_marked_net(2.0)};
    ck_assert_ok(nnblas_net_save(nets[0], "net"));
    for (size_t kill_count = 1; kill_count <= KILLS; kill_count++) {
        pid_t child = fork();
        if (child == 0)
            save_until_killed(nets);
        ck_assert_int_gt(child, 0);
        usleep((useconds_t)roll_between(&d, 500, 5000));
        kill(child, SIGKILL);
        int status = wait_for_child(child);
        ck_assert(WIFSIGNALED(status));
        double mark = load_mark("net");
        ck_assert(mark == 1.0 || mark == 2.0);
        /* What one leaves, the next one clears first of all. */
        size_t names = count_names(".tmp");
        ck_assert_uint_le(names, 1);
        left += names > 0;
    }
    /* Some were killed while they wrote, or this test has tested nothing. */
    ck_assert_uint_gt(left, 0);
    save_marked(3.0, "net");
    ck_assert_mark("net", 3.0);
    ck_assert_uint_eq(count_names(""), 1);
    nnblas_net_destroy(nets[0]);
    nnblas_net_destroy(nets[1]);
}
END_TEST

/* ---- many at once ---------------------------------------------------------------------------- */

enum { SAVERS = 4, SAVES = 40 };

static void *save_often(void *mark) {
    nnblas_net *net;
    size_t sizes[] = {100, 50, 3};
    if (nnblas_net_create(sizes, 3, 0, &net))
        return "create";
    fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), *(double *)mark);
    const char *failure = NULL;
    for (int i = 0; i < SAVES && !failure; i++)
        failure = nnblas_net_save(net, "net") ? "save" : NULL;
    nnblas_net_destroy(net);
    return (void *)(uintptr_t)failure;
}

START_TEST(many_threads_save_to_one_path) {
    double marks[SAVERS];
    pthread_t savers[SAVERS];
    save_marked(9.0, "net");
    for (size_t i = 0; i < SAVERS; i++) {
        marks[i] = (double)i;
        ck_assert_int_eq(pthread_create(&savers[i], NULL, save_often, &marks[i]), 0);
    }
    for (int i = 0; i < 5 * SAVES; i++)
        load_mark("net");
    for (size_t i = 0; i < SAVERS; i++) {
        void *failure;
        ck_assert_int_eq(pthread_join(savers[i], &failure), 0);
        ck_assert_ptr_null(failure);
    }
    ck_assert_uint_eq(count_names(""), 1);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        whoever_is_killed_leaves_a_whole_file,
        many_threads_save_to_one_path,
    };
    return run_in_folders("concurrent_saves", tests, sizeof tests / sizeof *tests);
}
