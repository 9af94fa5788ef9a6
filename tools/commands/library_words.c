/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/library_words.h"

#include <stdio.h>
#include <string.h>

/* ---- words for others ------------------------------------------------------------------------ */

static void replace_text(failure_text *shown, const char *from, const char *to) {
    const failure_text before = *shown;
    const char *found = strstr(before.text, from);
    if (found)
        snprintf(shown->text, sizeof shown->text, "%.*s%s%s", (int)(found - before.text),
                 before.text, to, found + strlen(from));
}

void use_words_of_files(const char *file, failure_text *shown) {
    static const char *const WORDS[][3] = {
        {"rows in a block of the source", "no source in this training",
         "the rows stayed in their file in the training of the checkpoint: add --stream"},
        {"rows in a block of the source", "no source in the checkpoint",
         "the rows were in memory in the training of the checkpoint: leave out --stream"},
        {"seek of the source", "none in this training",
         "the file was not compressed by gzip in the training of the checkpoint, and is now"},
        {"seek of the source", "none in the checkpoint",
         "the file was compressed by gzip in the training of the checkpoint, and is not now"},
    };
    for (size_t w = 0; w < sizeof WORDS / sizeof *WORDS; w++)
        if (strstr(shown->text, WORDS[w][0]) && strstr(shown->text, WORDS[w][1])) {
            size_t before = (size_t)(strstr(shown->text, WORDS[w][0]) - shown->text);
            snprintf(shown->text + before, sizeof shown->text - before, "%s", WORDS[w][2]);
        }
    if (file && strstr(shown->text, "the source") == shown->text)
        replace_text(shown, "the source", file);
}

void use_words_of_all_rows(failure_text *shown) {
    replace_text(shown, "validation cost of epoch", "cost after epoch");
    replace_text(shown, "the validation rows", "the rows");
}

/* ---- lost ranks ------------------------------------------------------------------------------ */

/* "no answer from rank 3", "no answer from ranks 0, 2": the ranks ascend. */
group_failure read_group_failure(const char *text) {
    static const char MISSING[] = "no answer from rank", BUFFER[] = "out of memory: a buffer of";
    const char *missing = strstr(text, MISSING);
    size_t first = 1;
    group_failure found = {.misses_ranks = missing, .lacks_memory = strstr(text, BUFFER)};
    found.misses_first =
        missing && sscanf(missing + strlen(MISSING), "%*[s ]%zu", &first) == 1 && first == 0;
    return found;
}
