/* SPDX-License-Identifier: BSD-3-Clause */
/* The name of the processor is that of /proc/cpuinfo, in one printable line. */
#include "core/processor_name.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

/* "unknown" where there is none. */
static void read_again(char name[320]) {
    char line[512], model_name[256] = "";
    int family = -1, model = -1;
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file) && line[0] != '\n') {
        sscanf(line, "model name : %255[^\n]", model_name);
        sscanf(line, "cpu family : %d", &family);
        sscanf(line, "model : %d", &model);
    }
    if (file)
        fclose(file);
    if (model_name[0] == '\0')
        strcpy(name, "unknown");
    else if (family < 0 || model < 0)
        strcpy(name, model_name);
    else
        snprintf(name, 320, "%s (family %d, model %d)", model_name, family, model);
}

START_TEST(it_is_the_first_model_name) {
    char expected[320], name[320];
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
