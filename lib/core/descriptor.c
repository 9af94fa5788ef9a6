/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/descriptor.h"

#include <errno.h>
#include <unistd.h>

bool nn_write_all(int descriptor, const void *bytes, size_t size) {
    const char *rest = bytes;
    while (size > 0) {
        ssize_t count = write(descriptor, rest, size);
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            rest += count;
            size -= (size_t)count;
        }
    }
    return true;
}

bool nn_flush(int descriptor) {
    int result;
    do
        result = fsync(descriptor);
    while (result && errno == EINTR);
    return result == 0;
}
