/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes that run one command together, on one machine or several, numbered by their ranks:
 * nnblas COMMAND --mpi, started by mpirun. Without --mpi there is one, of rank 0. */
#ifndef NNBLAS_CLI_RANKS_H
#define NNBLAS_CLI_RANKS_H

#include "cli/options.h"
#include "cli/rank_calls.h"

typedef struct {
    bool is_asked;
    double seconds;  /* within which a rank has to answer; 0 where that is not given */
    bool is_ordered; /* of nnblas train: sums in the order of one process */
} rank_options;

/* Behind the help of --mpi. */
#ifdef HAVE_MPI
#define NO_RANKS_HELP ""
#else
#define NO_RANKS_HELP "                        (not in this build: meson's -Dmpi=enabled)\n"
#endif

#define RANK_OPTIONS_HELP                                                                          \
    "  --mpi                 share the trainings with the other processes of mpirun; --threads "   \
    "is\n"                                                                                         \
    "                        that of each\n"                                                       \
    "  --mpi-timeout SECONDS end all where one does not answer for this long (default "            \
    "15)\n" NO_RANKS_HELP

enum { N_RANK_OPTIONS = 2 };
void list_rank_options(rank_options *set, command_option *options);
/* CARRY_ON, with the default of what is not given; or EXIT_USAGE with a message. */
int check_rank_options(const char *command, rank_options *set);

/* Behind a message of a rank that does not answer. */
#define SLOW_RANK_ADVICE "; a slow rank needs a longer --mpi-timeout"

/*
 * To be called first by a command that takes --mpi; where it is not given, it only warns of
 * mpirun. From then on rank 0 alone prints: argv[0], the command in messages, gets the number of
 * another rank, whose messages wait for agree_on(). False after a message.
 */
bool begin_ranks(char **argv);

/* To be called while this one waits for another: where one is silent for longer than the limit, as
 * a process that has stopped, or behind a network that is cut, it says so and ends all. */
void check_ranks(void);

/*
 * Ends all ranks, where one does not answer, after a message. As many seconds later as the limit
 * has: where the network is cut, mpirun has to notice that first, by its keepalive. Asked
 * to end ranks that it cannot reach, it waits for them.
 */
_Noreturn void give_up_ranks(void);

/* The exit status of the process: that of rank 0 is the command's. */
int end_ranks(int status);

bool has_ranks(void);
size_t get_rank(void);
size_t count_ranks(void);
/* The one that prints and writes files. */
bool is_first_rank(void);

/*
 * CARRY_ON where all ranks call it with that, and with the same number, which stands for the table
 * that each has read; else a status to exit with, the same on all of them. Of several messages rank
 * 0's is printed, or else that of the lowest rank that has one.
 */
int agree_on(int status, uint64_t number);

/* The same before agree_on(): whether that is so on all ranks. Where it is not, agree_on() then
 * returns EXIT_FAILURE at once. */
bool is_good_on_all(bool is_good);

/* Gives the bytes of each rank to all of them, in the order of the ranks, which call it together.
 * The others may have another number of bytes, and take gets a copy that is gone behind it. */
typedef void take_bytes(void *user, size_t rank, const void *bytes, size_t count);
void share_bytes(const void *own, size_t bytes, take_bytes *take, void *user);

/* The threads of a rank where each may have that many; 0: its share of the processors. */
size_t count_rank_threads(size_t threads);

/* {rank} in a name is the number of the rank: a file of its own. */
bool names_rank(const char *path);
/* A copy with that number there, to be released by free(); without --mpi a plain copy. */
char *name_file_of_rank(const char *path, size_t rank);

/* Of MPI; null without --mpi. */
const rank_calls *get_rank_calls(void);

#endif
