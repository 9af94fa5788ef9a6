/* SPDX-License-Identifier: BSD-3-Clause */
/* Hexadecimal digits in names and files. */
#include "core/hexadecimal.h"
#include "support/support.h"

START_TEST(digits_are_read_to_their_end) {
    static const char *const LOWER = NN_LOWER_CASE, *const ANY = NN_ANY_CASE;
    const struct {
        const char *text, *digits;
        size_t most, count;
        uint64_t number;
    } CASES[] = {
        {"", LOWER, 16, 0, 0},
        {"-1", LOWER, 16, 0, 0},
        {"g", LOWER, 16, 0, 0},
        {" 1", LOWER, 16, 0, 0},
        {"0x1", LOWER, 16, 1, 0},
        {"0", LOWER, 16, 1, 0},
        {"9a-", LOWER, 16, 2, 0x9a},
        {"0123456789abcdef", LOWER, 16, 16, 0x0123456789abcdef},
        {"FEDCBA9876543210.", ANY, 16, 16, 0xfedcba9876543210},
        {"aA", LOWER, 16, 1, 0xa},
        {"aA", ANY, 16, 2, 0xaa},
        {"ffffffffffffffff0", LOWER, 16, 16, UINT64_MAX},
        {"00e9f", LOWER, 4, 4, 0xe9},
        {"00e", LOWER, 4, 3, 0xe},
        {"1/:@G`", ANY, 16, 1, 1},
        {"\xb1", LOWER, 16, 0, 0},
        {"12", LOWER, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        uint64_t number = 77;
        const char *end =
            nn_read_hexadecimal(CASES[i].text, CASES[i].digits, CASES[i].most, &number);
        ck_assert_msg(end == CASES[i].text + CASES[i].count, "'%s'", CASES[i].text);
        ck_assert_uint_eq(number, CASES[i].number);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {digits_are_read_to_their_end};
    return run_tests("hexadecimal", tests, sizeof tests / sizeof *tests);
}
