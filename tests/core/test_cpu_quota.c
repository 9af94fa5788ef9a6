/* SPDX-License-Identifier: BSD-3-Clause */
/* The quotas of control groups: of made-up trees, and of a real group where one can be made. */
#include "core/cpu_quota.h"
#include "core/processors.h"
#include "support/support.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/nnblas_quota_XXXXXX";

static void remove_tree(void) {
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

static bool write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    bool good = file && fputs(text, file) >= 0;
    return file && fclose(file) == 0 && good;
}

/* A file below root, with its folders. */
static void place(const char *name, const char *text) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *slash = strchr(path + sizeof root, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    ck_assert(write_file(path, text));
}

static void begin_tree(const char *cgroup) {
    strcpy(root + sizeof root - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    place("proc/self/cgroup", cgroup);
}

static void expect_quota(double expected) {
    double quota = nn_read_cpu_quota(root);
    remove_tree();
    ck_assert_msg(quota == expected, "the quota is %g and not %g", quota, expected);
}

START_TEST(version_2_has_one_file) {
    begin_tree("0::/box/job\n");
    place("sys/fs/cgroup/box/job/cpu.max", "250000 100000\n");
    expect_quota(2.5);
    begin_tree("0::/box/job\n");
    place("sys/fs/cgroup/box/job/cpu.max", "max 100000\n");
    expect_quota(HUGE_VAL);
}
END_TEST

START_TEST(the_smallest_quota_around_counts) {
    begin_tree("0::/box/job/step\n");
    place("sys/fs/cgroup/box/job/step/cpu.max", "max 100000\n");
    place("sys/fs/cgroup/box/job/cpu.max", "400000 100000\n");
    place("sys/fs/cgroup/box/cpu.max", "150000 50000\n");
    expect_quota(3.0);
}
END_TEST

/* A container sees its own group at the top, and its path as the host has it. */
START_TEST(the_top_of_the_tree_counts) {
    begin_tree("0::/host/containers/7\n");
    place("sys/fs/cgroup/cpu.max", "100000 100000\n");
    expect_quota(1.0);
    begin_tree("4:cpu,cpuacct:/host/containers/7\n");
    place("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
    place("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    expect_quota(1.5);
}
END_TEST

START_TEST(version_1_has_two_files) {
    begin_tree("9:memory:/m\n5:cpuacct,cpu:/box\n0::/\n");
    place("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "70000\n");
    place("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "20000\n");
    expect_quota(3.5);
    begin_tree("5:cpu:/box\n");
    place("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
    place("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
    expect_quota(HUGE_VAL);
}
END_TEST

START_TEST(other_controllers_do_not_count) {
    begin_tree("3:cpuset:/box\n2:cpuacct:/box\n7:xcpu:/box\n");
    place("sys/fs/cgroup/cpuset/box/cpu.cfs_quota_us", "10000\n");
    place("sys/fs/cgroup/cpuset/box/cpu.cfs_period_us", "100000\n");
    place("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "10000\n");
    place("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
    expect_quota(HUGE_VAL);
}
END_TEST

START_TEST(what_is_no_quota_is_none) {
    static const char *const TEXTS[] = {
        "", "\n", "max", "0 100000\n", "-5 100000", "100000", "100000 0", "100000 -100", "a b c"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        begin_tree("0::/box\n");
        place("sys/fs/cgroup/box/cpu.max", TEXTS[i]);
        expect_quota(HUGE_VAL);
    }
    static const char *const GROUPS[] = {"", "\n\n", "0", "0:", "0::", "::::", "no colon at all\n"};
    for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS; i++) {
        begin_tree(GROUPS[i]);
        expect_quota(HUGE_VAL);
    }
    ck_assert(nn_read_cpu_quota("/nowhere/at/all") == HUGE_VAL);
}
END_TEST

/* In a child, which the group holds. */
static int count_in_group(const char *group) {
    pid_t child = fork();
    if (child == 0) {
        char path[PATH_MAX], number[32];
        limit_child();
        snprintf(path, sizeof path, "%s/cgroup.procs", group);
        snprintf(number, sizeof number, "%d", (int)getpid());
        _exit(write_file(path, number) ? nn_count_processors() : 0);
    }
    return WEXITSTATUS(wait_for_child(child));
}

/* Where this process may make a control group of version 1. */
START_TEST(a_real_group_bounds_the_processors) {
    static const char GROUP[] = "/sys/fs/cgroup/cpu/nnblas_test";
    if (mkdir(GROUP, 0755)) {
        puts("skipped: the quota of a real control group (needs to be root, and version 1)");
        return;
    }
    static const struct {
        const char *quota; /* of 100000 */
        int bound;
    } CASES[] = {{"40000", 1}, {"140000", 2}, {"-1", INT_MAX}};
    int found[sizeof CASES / sizeof *CASES], processors = nn_count_processors();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        found[i] = write_file("/sys/fs/cgroup/cpu/nnblas_test/cpu.cfs_quota_us", CASES[i].quota)
                       ? count_in_group(GROUP)
                       : -1;
    rmdir(GROUP);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        ck_assert_int_eq(found[i], processors < CASES[i].bound ? processors : CASES[i].bound);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        version_2_has_one_file,
        the_smallest_quota_around_counts,
        the_top_of_the_tree_counts,
        version_1_has_two_files,
        other_controllers_do_not_count,
        what_is_no_quota_is_none,
        a_real_group_bounds_the_processors,
    };
    return run_tests("cpu_quota", tests, sizeof tests / sizeof *tests);
}
