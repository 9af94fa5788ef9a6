/* SPDX-License-Identifier: BSD-3-Clause */
/* Callers that wait too long for workers do without them for a while. */
#ifndef NN_WAITS_H
#define NN_WAITS_H

#include <stdbool.h>

/*
 * Where more threads want processors than there are, a worker that loses its own makes the caller
 * wait for the scheduler's turns of some milliseconds, again and again: two threads are then slower
 * than one. So after two long waits in a moment all calls run alone for many times as long. The
 * waits then take a small share of the time, and where the processors are free again, the workers
 * soon are back. A single wait may be that of a worker whose memory is new to it.
 */

/* A call has waited so many seconds for its workers, behind its own parts of part_seconds each. */
void nn_note_wait(double seconds, double part_seconds);

/* Whether a call should run alone now. */
bool nn_runs_alone(void);

/* false: never, for tests whose parts wait for one another. True from the start. */
void nn_avoid_waits(bool avoids);

#endif
