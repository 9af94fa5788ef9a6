/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/npy_writer.h"

#include "arrays/element_type.h"

#include <string.h>

static bool ends_with(const char *text, const char *ending) {
    size_t length = strlen(text), part = strlen(ending);
    return length > part && strcmp(text + length - part, ending) == 0;
}

bool is_npy_name(const char *path) {
    return ends_with(path, ".npy") || ends_with(path, ".npy.gz");
}

/* The header is filled up with blanks to a multiple of 64 bytes and ends in a newline. */
void write_npy_header(FILE *stream, size_t rows, size_t columns) {
    enum { MARK_BYTES = 10, MULTIPLE = 64 };
    char text[160];
    int used = snprintf(text, sizeof text,
                        "{'descr': '%cf8', 'fortran_order': False, 'shape': (%zu, %zu), }",
                        is_little_endian() ? '<' : '>', rows, columns);
    size_t length = (size_t)used + 1;
    length += (MULTIPLE - (MARK_BYTES + length) % MULTIPLE) % MULTIPLE;
    const unsigned char mark[MARK_BYTES] = {0x93,
                                            'N',
                                            'U',
                                            'M',
                                            'P',
                                            'Y',
                                            1,
                                            0,
                                            (unsigned char)(length & 255),
                                            (unsigned char)(length >> 8)};
    fwrite(mark, 1, sizeof mark, stream);
    fprintf(stream, "%-*s\n", (int)length - 1, text);
}
