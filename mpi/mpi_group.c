/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls of an nnblas_group by MPI. Sums are made in buffers of the group's own and copied back:
 * after a failure MPI may still write to them, when the caller's arrays are gone.
 */
#pragma GCC visibility push(default)
#include "nnblas_mpi.h"
#pragma GCC visibility pop

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One sum that was begun, or a piece of a long one. */
typedef struct sum {
    double *values, *copy;
    size_t count, room;
} sum;

enum { MOST_SUMS = 64 };

struct nnblas_mpi_group {
    nnblas_group calls;
    MPI_Comm communicator;
    MPI_Comm roll_communicator; /* the caller's, until there is a copy of it */
    double seconds;
    bool has_failed; /* MPI is no longer called */
    char message[256];
    size_t begun; /* sums that are not finished */
    sum sums[MOST_SUMS];
    MPI_Request requests[MOST_SUMS];
};

static _Thread_local char message[256];

const char *nnblas_mpi_error_message(void) {
    return message;
}

static double read_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- failures -------------------------------------------------------------------------------- */

static void describe(char text[256], const char *format, ...) __attribute__((format(printf, 2, 3)));

static void describe(char text[256], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, 256, format, arguments);
    va_end(arguments);
}

static void describe_mpi(char text[256], const char *call, int code) {
    char words[MPI_MAX_ERROR_STRING + 1] = "";
    int length = 0;
    if (MPI_Error_string(code, words, &length) != MPI_SUCCESS)
        length = 0;
    words[length] = '\0';
    describe(text, "%s: %s", call, words);
}

/* ---- who is left ----------------------------------------------------------------------------- */

/* Of the time limit, the part in which those that gave up waiting look for each other. */
static const double ROLL_CALL = 0.2;
/* The largest that every MPI has: the caller's own messages hardly have them. At a roll call those
 * that wait give up too, so that they look for each other at the same time. Of a failure
 * all are told, by the rank that knows why and by those that hear of it: nobody is missed. */
enum { FAILURE_TAG = 32766, ROLL_CALL_TAG = 32767 };

static bool is_told(const nnblas_mpi_group *g, int tag) {
    int is_here = 0;
    int code = MPI_Iprobe(MPI_ANY_SOURCE, tag, g->roll_communicator, &is_here, MPI_STATUS_IGNORE);
    return code == MPI_SUCCESS && is_here;
}

static void rest(void) {
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

static void tell_all(const nnblas_mpi_group *g, int tag) {
    static char nothing;
    MPI_Request request;
    for (size_t r = 0; r < g->calls.ranks; r++)
        if (r != g->calls.rank && MPI_Isend(&nothing, 0, MPI_BYTE, (int)r, tag,
                                            g->roll_communicator, &request) == MPI_SUCCESS)
            MPI_Request_free(&request);
}

/* Lists the ranks that answer, until one tells of a failure. */
static void call_roll(nnblas_mpi_group *g, bool *is_there, double until) {
    char nothing = 0;
    size_t missing = g->calls.ranks - 1;
    is_there[g->calls.rank] = true;
    while (missing > 0 && read_clock() < until && !is_told(g, FAILURE_TAG)) {
        MPI_Status status;
        int is_here = 0;
        if (MPI_Iprobe(MPI_ANY_SOURCE, ROLL_CALL_TAG, g->roll_communicator, &is_here, &status) !=
            MPI_SUCCESS)
            return;
        if (!is_here) {
            rest();
            continue;
        }
        MPI_Recv(&nothing, 0, MPI_BYTE, status.MPI_SOURCE, ROLL_CALL_TAG, g->roll_communicator,
                 MPI_STATUS_IGNORE);
        missing -= !is_there[status.MPI_SOURCE];
        is_there[status.MPI_SOURCE] = true;
    }
}

/* "no answer from rank 3", "no answer from ranks 1, 3 and 5 more"; false where all answer. */
static bool name_missing(const nnblas_mpi_group *g, const bool *is_there, char text[128]) {
    enum { MOST_NAMES = 8 };
    size_t missing = 0, length = 0;
    for (size_t r = 0; r < g->calls.ranks; r++)
        missing += !is_there[r];
    length = (size_t)snprintf(text, 128, "no answer from rank%s", missing > 1 ? "s" : "");
    size_t named = 0;
    for (size_t r = 0; r < g->calls.ranks && named < MOST_NAMES; r++)
        if (!is_there[r])
            length +=
                (size_t)snprintf(text + length, 128 - length, "%s%zu", named++ > 0 ? ", " : " ", r);
    if (missing > named)
        snprintf(text + length, 128 - length, " and %zu more", missing - named);
    return missing > 0;
}

static const char ANOTHER_FAILED[] = "another rank has failed: its message says why";

/* words: what is known beside the ranks that are missing; all_answer: what is said where none is.
 */
static int give_up(nnblas_mpi_group *g, const char *words, const char *all_answer) {
    bool *is_there = calloc(g->calls.ranks, sizeof *is_there);
    char missing[128] = "a rank is lost";
    double seconds = g->seconds > 0.0 ? ROLL_CALL * g->seconds : 1.0;
    bool are_missing = true;
    g->has_failed = true;
    tell_all(g, is_told(g, FAILURE_TAG) ? FAILURE_TAG : ROLL_CALL_TAG);
    if (is_there) {
        call_roll(g, is_there, read_clock() + seconds);
        are_missing = name_missing(g, is_there, missing);
    }
    free(is_there);
    if (is_told(g, FAILURE_TAG))
        describe(g->message, "%s", ANOTHER_FAILED);
    else if (are_missing)
        describe(g->message, "%s%.120s", missing, words);
    else
        describe(g->message, "%s", all_answer);
    return 1;
}

static int give_up_by(nnblas_mpi_group *g, const char *call, int code) {
    char words[256], in_brackets[256];
    describe_mpi(words, call, code);
    describe(in_brackets, " (%.120s)", words);
    return give_up(g, in_brackets, words);
}

/* In time, or called by another rank. */
static int give_up_waiting(nnblas_mpi_group *g, bool is_late) {
    char words[256] = "", all_answer[256];
    if (g->seconds > 0.0)
        describe(words, " within %g s", g->seconds);
    describe(all_answer, "all ranks answer, but the sums are not done%s", words);
    return give_up(g, words, is_late ? all_answer : ANOTHER_FAILED);
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* Waits for the requests. Spins as long as a message within a machine may take, and then leaves the
 * processor to others: ranks may be more than processors. */
static int wait_for(nnblas_mpi_group *g, size_t count, MPI_Request *requests) {
    double began = read_clock(), limit = (1.0 - ROLL_CALL) * g->seconds, waited = 0.0, looked = 0.0;
    for (int is_done = 0;;) {
        int code = MPI_Testall((int)count, requests, &is_done, MPI_STATUSES_IGNORE);
        if (code != MPI_SUCCESS)
            return give_up_by(g, "MPI_Testall", code);
        if (is_done)
            return 0;
        waited = read_clock() - began;
        if (waited > 50e-6)
            sched_yield();
        if (waited > looked + 0.05) {
            bool is_late = g->seconds > 0.0 && waited > limit;
            looked = waited;
            if (is_late || is_told(g, ROLL_CALL_TAG) || is_told(g, FAILURE_TAG))
                return give_up_waiting(g, is_late);
        }
        if (waited > 0.1)
            rest();
    }
}

/* ---- the calls ------------------------------------------------------------------------------- */

static bool make_room(sum *s, size_t count) {
    if (count <= s->room)
        return true;
    double *copy = realloc(s->copy, count * sizeof *copy);
    if (!copy)
        return false;
    s->copy = copy;
    s->room = count;
    return true;
}

/* The others, which wait for this rank, are told. */
static int refuse_memory(nnblas_mpi_group *g, size_t count) {
    tell_all(g, FAILURE_TAG);
    describe(g->message, "out of memory: a buffer of %zu numbers", count);
    g->has_failed = true;
    return 1;
}

static int finish_sums(void *user) {
    nnblas_mpi_group *g = user;
    size_t begun = g->begun;
    if (g->has_failed || wait_for(g, begun, g->requests))
        return 1;
    for (size_t i = 0; i < begun; i++)
        memcpy(g->sums[i].values, g->sums[i].copy, g->sums[i].count * sizeof(double));
    g->begun = 0;
    return 0;
}

static int begin_piece(nnblas_mpi_group *g, double *values, size_t count) {
    if (g->begun == MOST_SUMS && finish_sums(g))
        return 1;
    sum *s = &g->sums[g->begun];
    if (!make_room(s, count))
        return refuse_memory(g, count);
    s->values = values;
    s->count = count;
    memcpy(s->copy, values, count * sizeof *values);
    int code = MPI_Iallreduce(MPI_IN_PLACE, s->copy, (int)count, MPI_DOUBLE, MPI_SUM,
                              g->communicator, &g->requests[g->begun]);
    if (code != MPI_SUCCESS)
        return give_up_by(g, "MPI_Iallreduce", code);
    g->begun++;
    return 0;
}

/* Those that were begun go on meanwhile: many an MPI moves messages only while it is called. */
static int let_go_on(nnblas_mpi_group *g) {
    int is_done;
    int code = MPI_Testall((int)g->begun, g->requests, &is_done, MPI_STATUSES_IGNORE);
    return code == MPI_SUCCESS ? 0 : give_up_by(g, "MPI_Testall", code);
}

static int begin_sum(void *user, double *values, size_t count) {
    nnblas_mpi_group *g = user;
    if (g->has_failed)
        return 1;
    for (size_t first = 0; first < count; first += INT_MAX)
        if (begin_piece(g, values + first, count - first < INT_MAX ? count - first : INT_MAX))
            return 1;
    return let_go_on(g);
}

static int broadcast_piece(nnblas_mpi_group *g, double *values, size_t count, size_t from) {
    sum *s = &g->sums[0];
    MPI_Request request;
    if (!make_room(s, count))
        return refuse_memory(g, count);
    memcpy(s->copy, values, count * sizeof *values);
    int code = MPI_Ibcast(s->copy, (int)count, MPI_DOUBLE, (int)from, g->communicator, &request);
    if (code != MPI_SUCCESS)
        return give_up_by(g, "MPI_Ibcast", code);
    if (wait_for(g, 1, &request))
        return 1;
    memcpy(values, s->copy, count * sizeof *values);
    return 0;
}

static int broadcast(void *user, double *values, size_t count, size_t from) {
    nnblas_mpi_group *g = user;
    if (g->has_failed)
        return 1;
    for (size_t first = 0; first < count; first += INT_MAX)
        if (broadcast_piece(g, values + first, count - first < INT_MAX ? count - first : INT_MAX,
                            from))
            return 1;
    return 0;
}

static const char *describe_failure(void *user) {
    return ((const nnblas_mpi_group *)user)->message;
}

/* ---- the group ------------------------------------------------------------------------------- */

static nnblas_status check_arguments(MPI_Comm communicator, double seconds,
                                     nnblas_mpi_group **group) {
    int is_initialized = 0, is_finalized = 0;
    if (!group) {
        describe(message, "group is null");
        return NNBLAS_ERROR_NULL;
    }
    if (!isfinite(seconds) || seconds < 0.0) {
        describe(message, "seconds is %g; it must be finite and 0 or above", seconds);
        return NNBLAS_ERROR_VALUE;
    }
    MPI_Initialized(&is_initialized);
    MPI_Finalized(&is_finalized);
    if (!is_initialized || is_finalized) {
        describe(message, "%s",
                 is_finalized ? "MPI has been finalized: make groups before that"
                              : "MPI is not initialized: call MPI_Init_thread first");
        return NNBLAS_ERROR_VALUE;
    }
    if (communicator == MPI_COMM_NULL) {
        describe(message, "communicator is MPI_COMM_NULL: this process is in no group");
        return NNBLAS_ERROR_VALUE;
    }
    return NNBLAS_OK;
}

static int find_rank(nnblas_mpi_group *g, MPI_Comm communicator) {
    int rank = 0, ranks = 0;
    int code = MPI_Comm_rank(communicator, &rank);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_size(communicator, &ranks);
    g->calls.rank = (size_t)rank;
    g->calls.ranks = (size_t)ranks;
    g->roll_communicator = communicator;
    return code;
}

/* A rank that does not come is missed as in a sum. */
static int copy_communicator(nnblas_mpi_group *g, MPI_Comm communicator) {
    MPI_Request request;
    int code = find_rank(g, communicator);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_idup(communicator, &g->communicator, &request);
    if (code == MPI_SUCCESS && wait_for(g, 1, &request))
        return 1;
    if (code == MPI_SUCCESS)
        code = MPI_Comm_set_errhandler(g->communicator, MPI_ERRORS_RETURN);
    g->roll_communicator = g->communicator;
    if (code != MPI_SUCCESS)
        describe_mpi(g->message, "MPI_Comm_idup", code);
    return code != MPI_SUCCESS;
}

nnblas_status nnblas_mpi_group_create(MPI_Comm communicator, double seconds,
                                      nnblas_mpi_group **group) {
    nnblas_status status = check_arguments(communicator, seconds, group);
    if (status)
        return status;
    nnblas_mpi_group *g = calloc(1, sizeof *g);
    if (!g) {
        nnblas_mpi_group none = {.calls.user = NULL};
        if (find_rank(&none, communicator) == MPI_SUCCESS)
            tell_all(&none, FAILURE_TAG);
        describe(message, "out of memory");
        return NNBLAS_ERROR_MEMORY;
    }
    g->seconds = seconds;
    g->calls = (nnblas_group){.begin_sum = begin_sum,
                              .finish_sums = finish_sums,
                              .broadcast = broadcast,
                              .describe_failure = describe_failure,
                              .user = g};
    if (copy_communicator(g, communicator)) {
        describe(message, "%s", g->message);
        if (!g->has_failed) /* else MPI may still write to it */
            free(g);
        return NNBLAS_ERROR_GROUP;
    }
    *group = g;
    return NNBLAS_OK;
}

const nnblas_group *nnblas_mpi_group_calls(const nnblas_mpi_group *group) {
    return group ? &group->calls : NULL;
}

void nnblas_mpi_group_destroy(nnblas_mpi_group *g) {
    if (!g || g->has_failed)
        return;
    MPI_Comm_free(&g->communicator);
    for (size_t i = 0; i < MOST_SUMS; i++)
        free(g->sums[i].copy);
    free(g);
}
