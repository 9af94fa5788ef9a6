/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/processor_name.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The first processor's lines are at the beginning, and its flags, which are long, behind its name.
 */
static void read_beginning(const char *path, char *text, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t length = file < 0 ? 0 : read(file, text, size - 1);
    if (file >= 0)
        close(file);
    text[length > 0 ? length : 0] = '\0';
}

void nn_read_processor_name(char *name, size_t size) {
    static const char KEY[] = "\nmodel name";
    char text[2048] = "\n";
    read_beginning("/proc/cpuinfo", text + 1, sizeof text - 1);
    const char *value = strstr(text, KEY);
    value = value ? value + strlen(KEY) : "";
    value += strspn(value, " \t");
    value = *value == ':' ? value + 1 + strspn(value + 1, " \t") : "";
    int length = (int)strcspn(value, "\n");
    snprintf(name, size, "%.*s", length > 0 ? length : 7, length > 0 ? value : "unknown");
    for (; *name; name++)
        if (*name < ' ' || *name > '~')
            *name = '?';
}
