/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/parts.h"

#include "core/processors.h"
#include "core/sizes.h"

#include <pthread.h>
#include <stdbool.h>

typedef struct {
    part_work work;
    void *context;
    size_t part, begin, end;
    pthread_t thread;
    bool is_thread;
} row_part;

static void *run_part(void *user) {
    const row_part *p = user;
    p->work(p->context, p->part, p->begin, p->end);
    return NULL;
}

/* Where no thread can be created, the part is run here. */
void run_in_parts(size_t rows, part_work work, void *context) {
    enum { LEAST_ROWS = 20000 };
    row_part parts[MOST_PARTS];
    size_t count = nn_min(nn_min((size_t)nn_count_processors(), MOST_PARTS), rows / LEAST_ROWS + 1);
    for (size_t i = count; i-- > 0;) {
        parts[i] = (row_part){work, context, i, rows * i / count, rows * (i + 1) / count, 0, false};
        parts[i].is_thread =
            i > 0 && pthread_create(&parts[i].thread, NULL, run_part, &parts[i]) == 0;
        if (!parts[i].is_thread)
            run_part(&parts[i]);
    }
    for (size_t i = 0; i < count; i++)
        if (parts[i].is_thread)
            pthread_join(parts[i].thread, NULL);
}
