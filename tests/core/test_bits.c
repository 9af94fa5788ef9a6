/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of numbers in files are little-endian, whatever the machine is. */
#include "core/bits.h"
#include "core/hash.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

static const struct number {
    double value;
    unsigned char bytes[8];
} NUMBERS[] = {
    {1.0, {0, 0, 0, 0, 0, 0, 0xf0, 0x3f}},
    {-2.5, {0, 0, 0, 0, 0, 0, 0x04, 0xc0}},
    {0.1, {0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f}},
    {0x1.23456789abcdep+10, {0xde, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x92, 0x40}},
    {-0.0, {0, 0, 0, 0, 0, 0, 0, 0x80}},
    {0x1p-1074, {1, 0, 0, 0, 0, 0, 0, 0}},
    {(double)INFINITY, {0, 0, 0, 0, 0, 0, 0xf0, 0x7f}},
};

START_TEST(doubles_are_little_endian) {
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        unsigned char bytes[8];
        nn_store_bits(nn_get_bits(NUMBERS[i].value), bytes);
        ck_assert_mem_eq(bytes, NUMBERS[i].bytes, 8);
        double value = nn_from_bits(nn_load_bits(bytes));
        ck_assert_mem_eq(&value, &NUMBERS[i].value, sizeof value);
    }
}
END_TEST

/* Their places need no alignment. */
START_TEST(bytes_lie_anywhere) {
    unsigned char bytes[16] = {0};
    for (size_t at = 0; at < 8; at++) {
        nn_store_bits(0x0102030405060708, bytes + at);
        ck_assert_uint_eq(bytes[at], 8);
        ck_assert_uint_eq(bytes[at + 7], 1);
        ck_assert_uint_eq(nn_load_bits(bytes + at), 0x0102030405060708);
    }
}
END_TEST

/* Values of the reference implementation. */
START_TEST(the_hash_is_fnv_1a) {
    ck_assert_uint_eq(nn_hash_bytes(NN_HASH_START, "", 0), 0xcbf29ce484222325);
    ck_assert_uint_eq(nn_hash_bytes(NN_HASH_START, "a", 1), 0xaf63dc4c8601ec8c);
    ck_assert_uint_eq(nn_hash_bytes(NN_HASH_START, "foobar", 6), 0x85944171f73967e8);
    ck_assert_uint_eq(nn_hash_bytes(nn_hash_bytes(NN_HASH_START, "foo", 3), "bar", 3),
                      0x85944171f73967e8);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        doubles_are_little_endian,
        bytes_lie_anywhere,
        the_hash_is_fnv_1a,
    };
    return run_tests("bits", tests, sizeof tests / sizeof *tests);
}
