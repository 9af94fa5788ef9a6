/* SPDX-License-Identifier: BSD-3-Clause */
/* For libFuzzer: whatever the bytes are, they are refused with words or are plans, which are
 * written again as they were read. The first byte is 0 for a whole file; else the head of this
 * process is put in front of the other bytes. */
#include "file/plans_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int condition) {
    if (!condition)
        abort();
}

/* The content of a file without plans. */
static char *get_head(size_t *length) {
    char *head;
    expect(nn_format_plans(NULL, 0, &head, length) == NNBLAS_OK);
    return head;
}

static size_t count_lines(const uint8_t *data, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += data[i] == '\n';
    return count;
}

/* size bytes and a 0. */
static char *make_file(const uint8_t *data, size_t size, size_t *length) {
    size_t head_length = 0;
    char *head = data[0] ? get_head(&head_length) : NULL;
    char *text = malloc(head_length + size + 32);
    *length = 0;
    if (head) {
        memcpy(text, head, head_length);
        *length = head_length - strlen("plans=0\n");
        *length += (size_t)sprintf(text + *length, "plans=%zu\n", count_lines(data + 1, size - 1));
    }
    memcpy(text + *length, data + 1, size - 1);
    *length += size - 1;
    text[*length] = '\0';
    free(head);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    size_t length, count, written_length;
    char *text = make_file(data, size, &length), *copy = malloc(length + 1), *written;
    memcpy(copy, text, length + 1);
    nn_measured_plan *plans = NULL;
    nnblas_status status = nn_parse_plans(copy, length, &plans, &count);
    if (status == NNBLAS_OK) {
        expect(nn_format_plans(plans, count, &written, &written_length) == NNBLAS_OK);
        expect(written_length == length && memcmp(written, text, length) == 0);
        free(written);
    } else {
        expect((status == NNBLAS_ERROR_FORMAT || status == NNBLAS_ERROR_VALUE) && !plans &&
               *nnblas_error_message());
    }
    free(plans);
    free(copy);
    free(text);
    return 0;
}
