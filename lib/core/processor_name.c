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

/* What stands behind the first "key :" at the beginning of a line; its length is 0 where there is
 * none. */
static const char *find_value(const char *text, const char *key, int *length) {
    const char *line = text;
    for (*length = 0; (line = strchr(line, '\n')) != NULL;) {
        line++;
        if (strncmp(line, key, strlen(key)) != 0)
            continue;
        const char *value = line + strlen(key);
        value += strspn(value, " \t");
        if (*value != ':')
            continue;
        value += 1 + strspn(value + 1, " \t");
        *length = (int)strcspn(value, "\n");
        return value;
    }
    return "";
}

void nn_read_processor_name(char *name, size_t size) {
    char text[2048] = "\n";
    int name_length, family_length, model_length;
    read_beginning("/proc/cpuinfo", text + 1, sizeof text - 1);
    const char *model_name = find_value(text, "model name", &name_length);
    const char *family = find_value(text, "cpu family", &family_length);
    const char *model = find_value(text, "model", &model_length);
    if (name_length == 0)
        snprintf(name, size, "unknown");
    else if (family_length == 0 || model_length == 0)
        snprintf(name, size, "%.*s", name_length, model_name);
    else
        snprintf(name, size, "%.*s (family %.*s, model %.*s)", name_length, model_name,
                 family_length, family, model_length, model);
    for (; *name; name++)
        if (*name < ' ' || *name > '~')
            *name = '?';
}
