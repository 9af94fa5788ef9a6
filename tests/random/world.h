/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random calls of the public functions, each checked: networks of the library beside plain copies
 * of what they have to hold, and the rules of nnblas.h for what is refused.
 */
#ifndef WORLD_H
#define WORLD_H

#include "support/support.h"

enum { SLOTS = 5, KEYS = 4 };

/* A network, and what it has to hold: p without rows. */
typedef struct slot {
    nnblas_net *net;
    problem p;
    char *texts[KEYS]; /* null: the key has none */
} slot;

typedef struct world {
    dice d;
    slot slots[SLOTS];
} world;

extern const char *const KEY_NAMES[KEYS];

/* Ends the program, with the words, the call's name and number and the seed, unless it holds. */
void expect(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
void expect_status(nnblas_status found, nnblas_status expected);
/* That no element differs by more than tolerance, 1e-12 in expect_close, of the largest one and
 * 0.01. */
void expect_within(double tolerance, const char *what, size_t n, const double *expected,
                   const double *found);
void expect_close(const char *what, size_t n, const double *expected, const double *found);
/* The statuses that the calls of this name gave are counted. */
void begin_call(const char *name);

/* Puts a network of the library's default parameters into the slot, which is empty. */
void fill_slot(world *w, slot *s);
void empty_slot(slot *s);
/* That the network is what the slot says, to the last bit. */
void check_slot(const slot *s);
/* Parameters of moderate size, in the network and beside it. */
void draw_parameters(world *w, slot *s);
/* Rows for the network, and its parameters; released by free_problem. */
problem draw_rows(world *w, const slot *s);

slot *roll_slot(world *w);
bool roll_chance(world *w, size_t one_in);

/* ---- one random call each -------------------------------------------------------------------- */

void call_create(world *w);
void call_clone(world *w);
void call_set_kind(world *w);
void call_init(world *w);
void call_accessors(world *w);
void call_metadata(world *w);

void call_predict(world *w);
void call_evaluate(world *w);
void call_gradient(world *w);
void call_array_functions(world *w);
void call_derivatives(world *w);

void call_save_and_load(world *w);
void call_load_damaged(world *w);

void call_fit(world *w);
void call_fit_refused(world *w);
void call_step(world *w);
void call_resume(world *w);
void call_setters(world *w);

#endif
