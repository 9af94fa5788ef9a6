/* SPDX-License-Identifier: BSD-3-Clause */
/* For libFuzzer: any bytes are refused as an array with a message, or are read: twice the same
 * numbers, in blocks of any size. */
#include "arrays/array_file.h"
#include "cli/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition) {
    if (!condition)
        abort();
}

/* False where the file ends before its rows, or goes on behind them. */
static bool read_rows(array_file *array, size_t at_once, double *X) {
    const array_header *h = get_array_header(array);
    table_error error;
    for (size_t r = 0, n; r < h->rows; r += n) {
        n = h->rows - r < at_once ? h->rows - r : at_once;
        if (!read_array(array, n, X + r * h->columns, h->columns, &error)) {
            expect(*error.text);
            return false;
        }
    }
    return check_array_end(array, &error);
}

static void check_array(array_file *array, size_t at_once) {
    enum { MOST_NUMBERS = 1 << 16 };
    const array_header *h = get_array_header(array);
    table_error error;
    expect(h->rows > 0 && h->columns > 0);
    if (h->rows > MOST_NUMBERS / h->columns)
        return;
    size_t bytes = h->rows * h->columns * sizeof(double);
    double *first = resize_array(NULL, bytes, 1), *again = resize_array(NULL, bytes, 1);
    if (read_rows(array, at_once, first)) {
        expect(seek_array(array, 0, &error) && read_rows(array, h->rows, again));
        expect(memcmp(first, again, bytes) == 0);
    }
    free(first);
    free(again);
}

/* The first byte says how many rows are read at a time. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[40];
    table_error error = {.text = ""};
    if (size < 1)
        return 0;
    int file = memfd_create("fuzz", 0);
    expect(file >= 0 && write(file, data + 1, size - 1) == (ssize_t)size - 1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    array_file *array = open_array(path, &error);
    expect(array || *error.text);
    if (array)
        check_array(array, (size_t)data[0] + 1);
    close_array(array);
    close(file);
    return 0;
}
