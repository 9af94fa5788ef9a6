/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/prices.h"
#include "blas/blas.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Whether the list, with blanks between its words, has the word, in any case. */
static bool has_word(const char *list, const char *word) {
    size_t length = strlen(word);
    for (; *list; list += strspn(list, " ")) {
        size_t next = strcspn(list, " ");
        if (next == length && strncasecmp(list, word, length) == 0)
            return true;
        list += next;
    }
    return false;
}

const nn_prices *nn_find_prices(const char *core) {
    static const nn_prices *const MEASURED[] = {&nn_cooperlake_prices, &nn_haswell_prices,
                                                &nn_skylakex_prices};
    for (size_t i = 0; core && i < sizeof MEASURED / sizeof *MEASURED; i++)
        if (has_word(MEASURED[i]->cores, core))
            return MEASURED[i];
    return &nn_neutral_prices;
}

/* The core type stays the same while the process runs. */
const nn_prices *nn_get_prices(void) {
    static _Atomic(const nn_prices *) found;
    const nn_prices *prices = atomic_load_explicit(&found, memory_order_relaxed);
    if (!prices) {
        prices = nn_find_prices(nn_blas_core());
        atomic_store_explicit(&found, prices, memory_order_relaxed);
    }
    return prices;
}
