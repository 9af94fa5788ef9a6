/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks to bytes and back, and bytes that were damaged on the way. */
#include "random/world.h"

#include <stdlib.h>
#include <string.h>

static unsigned char *save(const slot *s, size_t *size) {
    void *saved = NULL;
    expect_status(nnblas_net_save_to_memory(s->net, &saved, size), NNBLAS_OK);
    return saved;
}

/* The network comes back as it was, and takes the place of the old one. */
void call_save_and_load(world *w) {
    begin_call("nnblas_net_save_to_memory");
    slot *s = roll_slot(w);
    size_t size = 0;
    unsigned char *saved = save(s, &size);
    nnblas_net *loaded = NULL;
    expect_status(nnblas_net_load_from_memory(saved, size, &loaded), NNBLAS_OK);
    nnblas_free(saved);
    nnblas_net_destroy(s->net);
    s->net = loaded;
    check_slot(s);
}

static size_t damage(world *w, unsigned char *bytes, size_t size) {
    if (roll_chance(w, 3))
        return roll_between(&w->d, 0, size - 1);
    for (size_t changes = roll_between(&w->d, 1, 4); changes > 0; changes--) {
        /* Half of them in the header, which is short. */
        size_t reach = roll_chance(w, 2) && size > 400 ? 400 : size;
        bytes[roll_between(&w->d, 0, reach - 1)] ^= (unsigned char)(1 << roll_between(&w->d, 0, 7));
    }
    return size;
}

/* Refused with the network untouched, or, where a number or a text changed, another network. */
void call_load_damaged(world *w) {
    begin_call("nnblas_net_load_from_memory");
    static nnblas_net *const UNTOUCHED = (nnblas_net *)KEY_NAMES;
    size_t size = 0;
    unsigned char *saved = save(roll_slot(w), &size);
    nnblas_net *net = UNTOUCHED;
    nnblas_status status = nnblas_net_load_from_memory(saved, damage(w, saved, size), &net);
    if (status == NNBLAS_OK) {
        expect(nnblas_net_parameter_count(net) > 0, "a network without parameters");
        nnblas_net_destroy(net);
    } else {
        expect_status(status, NNBLAS_ERROR_FORMAT);
        expect(net == UNTOUCHED, "the network was written");
    }
    nnblas_free(saved);
}
