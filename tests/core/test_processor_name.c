/* SPDX-License-Identifier: BSD-3-Clause */
/* The name of the processor is that of /proc/cpuinfo, in one printable line. */
#include "core/processor_name.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

/* "unknown" where there is none. */
static void read_again(char name[256]) {
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "r");
    strcpy(name, "unknown");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "model name : %255[^\n]", name) == 1)
            break;
    if (file)
        fclose(file);
}

START_TEST(it_is_the_first_model_name) {
    char expected[256], name[256];
    read_again(expected);
    nn_read_processor_name(name, sizeof name);
    ck_assert_str_eq(name, expected);
    ck_assert_uint_gt(strlen(name), 0);
    for (const char *c = name; *c; c++)
        ck_assert(*c >= ' ' && *c <= '~');
}
END_TEST

START_TEST(it_is_shortened) {
    char name[256], shorter[5];
    nn_read_processor_name(name, sizeof name);
    nn_read_processor_name(shorter, sizeof shorter);
    ck_assert_uint_le(strlen(shorter), 4);
    ck_assert_int_eq(strncmp(shorter, name, 4), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {it_is_the_first_model_name, it_is_shortened};
    return run_tests("processor_name", tests, sizeof tests / sizeof *tests);
}
