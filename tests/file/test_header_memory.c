/* SPDX-License-Identifier: BSD-3-Clause */
/* A hostile header costs no more memory than a small multiple of its size. */
#include "support/counting_allocator.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "%zx" stands for the number of the part. */
static size_t write_part(char *out, const char *part, size_t number) {
    const char *place = strstr(part, "%zx");
    if (!place)
        return strlen(strcpy(out, part));
    return (size_t)sprintf(out, "%.*s%zx%s", (int)(place - part), part, number, place + 3);
}

/* A file of header and no data, which is refused, and all that was allocated for it. */
static size_t count_refusal_bytes(const char *header, size_t header_size, const char *words) {
    char *file = malloc(8 + header_size);
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < 8; i++)
        file[i] = (char)((uint64_t)header_size >> 8 * i);
    memcpy(file + 8, header, header_size);
    nnblas_net *net = NULL;
    start_counting(0);
    ck_assert_int_eq(nnblas_net_load_from_memory(file, 8 + header_size, &net), NNBLAS_ERROR_FORMAT);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), words));
    free(file);
    return get_heap_count().bytes;
}

/* Each header repeats a part until it has a million bytes: the worst that we know. */
START_TEST(a_header_takes_a_small_multiple_of_its_size) {
    enum { SIZE = 1000000 };
    static const struct repeated {
        const char *begin, *part, *end, *words;
    } HEADERS[] = {
        {"{\"__metadata__\":{", "\"%zx\":\"\",", "\"\":\"\"}}", "no text 'nnblas.format'"},
        {"{", "\"%zx\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},",
         "\"__metadata__\":{}}", "no text 'nnblas.format'"},
        {"{\"__metadata__\":{\"nnblas.format\":\"1\",\"nnblas.layer_sizes\":\"", "1,", "1\"}}",
         "no tensor 'W1'"},
        {"{\"a\":", "[", "", "'{' expected"},
        {"{\"a\":{\"shape\":[", "0,", "0]}}", "']' expected"},
    };
    char *header = malloc(SIZE + 200);
    ck_assert_ptr_nonnull(header);
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++) {
        const struct repeated *h = &HEADERS[i];
        size_t size = strlen(strcpy(header, h->begin));
        for (size_t n = 0; size < SIZE; n++)
            size += write_part(header + size, h->part, n);
        size += strlen(strcpy(header + size, h->end));
        ck_assert_uint_le(count_refusal_bytes(header, size, h->words), 12 * size);
    }
    free(header);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_header_takes_a_small_multiple_of_its_size,
    };
    return run_tests("header_memory", tests, sizeof tests / sizeof *tests);
}
