/* SPDX-License-Identifier: BSD-3-Clause */
/* In the place of libFuzzer: runs a fuzz target on the files that are its arguments. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argument_count, char ***arguments);

/* Returns whether the file could be read; what the target finds ends the process. */
static int replay(const char *path) {
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    printf("%s: %zu bytes\n", path, size);
    fflush(stdout);
    /* In a block of just this size, so that a sanitizer sees a byte read behind it. */
    uint8_t *exact = malloc(size + (size == 0));
    for (size_t i = 0; exact && i < size; i++)
        exact[i] = bytes[i];
    if (exact)
        LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return exact != NULL;
}

int main(int argument_count, char **arguments) {
    int is_good = argument_count > 1;
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argument_count, &arguments);
    for (int i = 1; i < argument_count; i++)
        is_good &= replay(arguments[i]);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
