/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/similar_text.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST_COMPARED = 64 };

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static int lower(char c) {
    return tolower((unsigned char)c);
}

/* How many bytes must be added, left out or changed (Levenshtein), upper or lower case being the
 * same. Row by row: distances[j] is that of the bytes of a so far from the first j bytes of b. */
static size_t measure_distance(const char *a, const char *b) {
    size_t distances[LONGEST_COMPARED + 1], length = strlen(b);
    for (size_t j = 0; j <= length; j++)
        distances[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = distances[0];
        distances[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t changed = diagonal + (lower(a[i]) != lower(b[j]));
            diagonal = distances[j + 1];
            distances[j + 1] = least(changed, least(diagonal, distances[j]) + 1);
        }
    }
    return distances[length];
}

const char *find_similar_text(const char *const *texts, size_t count, const char *text) {
    const char *similar = NULL;
    size_t length = strlen(text), nearest = length / 3 + 1;
    if (length > LONGEST_COMPARED)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *other = texts[i];
        if (*other == '\0' || strlen(other) > LONGEST_COMPARED)
            continue;
        size_t distance = measure_distance(text, other);
        if (distance > nearest || (similar && distance == nearest) || distance >= strlen(other))
            continue;
        nearest = distance;
        similar = other;
    }
    return similar;
}
