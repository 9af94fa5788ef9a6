/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/ranks.h"

#include "cli/contacts.h"
#include "cli/memory.h"
#include "cli/stop_signal.h"
#include "cli/text.h"
#include "core/clock.h"
#include "core/processors.h"
#include "core/sizes.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const rank_calls *calls;
static rank_place place = {.ranks = 1, .neighbours = 1};
static const char *running; /* the command, in messages */

bool has_ranks(void) {
    return calls != NULL;
}

size_t get_rank(void) {
    return place.rank;
}

size_t count_ranks(void) {
    return place.ranks;
}

bool is_first_rank(void) {
    return place.rank == 0;
}

const rank_calls *get_rank_calls(void) {
    return calls;
}

void list_rank_options(rank_options *set, command_option *options) {
    const command_option all[N_RANK_OPTIONS] = {
        {"mpi", .flag = &set->is_asked},
        {"mpi-timeout", .real = &set->seconds, .least = 1.0, .most = 1e9,
         .takes = "1 to 1000000000 seconds"},
    };
    memcpy(options, all, sizeof all);
}

int check_rank_options(const char *command, rank_options *set) {
    if (set->seconds > 0.0 && !set->is_asked)
        return refuse_usage(command, "--mpi-timeout needs --mpi");
    if (!(set->seconds > 0.0))
        set->seconds = get_silence_limit();
    limit_silence(set->seconds);
    return CARRY_ON;
}

/* mpirun binds a rank to processors of its own, or the ranks of a machine have all of them in
 * common. */
size_t count_rank_threads(size_t threads) {
    if (threads > 0 || !has_ranks())
        return threads;
    size_t share = (size_t)sysconf(_SC_NPROCESSORS_ONLN) / place.neighbours;
    return nn_max(nn_min((size_t)nn_count_processors(), share), 1);
}

/* ---- files ----------------------------------------------------------------------------------- */

static const char RANK_MARK[] = "{rank}";

bool names_rank(const char *path) {
    return strstr(path, RANK_MARK) != NULL;
}

char *name_file_of_rank(const char *path, size_t rank) {
    char number[24];
    int digits = snprintf(number, sizeof number, "%zu", rank);
    char *name = copy_text(path), *mark;
    while (has_ranks() && (mark = strstr(name, RANK_MARK))) {
        const char *rest = mark + strlen(RANK_MARK);
        size_t before = (size_t)(mark - name);
        char *replaced = resize_array(NULL, before + (size_t)digits + strlen(rest) + 1, 1);
        sprintf(replaced, "%.*s%s%s", (int)before, name, number, rest);
        free(name);
        name = replaced;
    }
    return name;
}

/* ---- messages that wait ---------------------------------------------------------------------- */

static int held_messages = -1, standard_error = -1;

static void hold_messages(void) {
    fflush(stderr);
    held_messages = memfd_create("messages", MFD_CLOEXEC);
    standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (held_messages >= 0 && standard_error >= 0)
        dup2(held_messages, STDERR_FILENO);
}

static void drop_messages(void) {
    if (held_messages < 0 || standard_error < 0)
        return;
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
    close(held_messages);
    held_messages = standard_error = -1;
}

static void print_held_messages(void) {
    char text[4096];
    ssize_t bytes;
    if (held_messages < 0 || standard_error < 0)
        return;
    lseek(held_messages, 0, SEEK_SET);
    while ((bytes = read(held_messages, text, sizeof text)) > 0)
        if (write(standard_error, text, (size_t)bytes) != bytes)
            break;
    drop_messages();
}

/* ---- the module ------------------------------------------------------------------------------ */

#ifdef HAVE_MPI
/* Beside the program where it was built, else where it is installed. */
static void *load_module(void) {
    void *module = dlopen("$ORIGIN/nnblas_ranks.so", RTLD_NOW | RTLD_GLOBAL);
    return module ? module : dlopen(MODULE_FOLDER "/nnblas_ranks.so", RTLD_NOW | RTLD_GLOBAL);
}

/* The loader's message names a place as it was asked for. */
static void report_module(const char *command, const char *problem) {
    static const char PLACE[] = "$ORIGIN";
    char folder[4096];
    ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *name = strrchr(folder, '/');
    const char *found = name ? strstr(problem, PLACE) : NULL;
    if (name)
        *name = '\0';
    print_safely(stderr, "nnblas %s: cannot load what --mpi needs: %.*s%s%s\n", command,
                 found ? (int)(found - problem) : 0, problem, found ? folder : "",
                 found ? found + strlen(PLACE) : problem);
}

static const rank_calls *find_calls(const char *command) {
    void *module = load_module();
    const rank_calls *found = module ? dlsym(module, RANK_CALLS_NAME) : NULL;
    if (!found)
        report_module(command, dlerror());
    return found;
}
#else
static const rank_calls *find_calls(const char *command) {
    print_safely(stderr,
                 "nnblas %s: this build has no --mpi, which needs MPI: build it with meson's "
                 "-Dmpi=enabled\n",
                 command);
    return NULL;
}
#endif

/* ---- beginning and end ----------------------------------------------------------------------- */

static bool is_asked_for(char **argv, const char *option) {
    while (*argv && strcmp(*argv, option) != 0)
        argv++;
    return *argv;
}

static void name_rank(char **argv) {
    static char name[64];
    snprintf(name, sizeof name, "%s: rank %zu", argv[0], place.rank);
    running = argv[0] = name;
}

static void silence_output(void) {
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0)
        return;
    dup2(nothing, STDOUT_FILENO);
    close(nothing);
}

/* Open MPI and those with Hydra or PMI say how many processes they start. */
static void warn_of_separate_processes(char **argv) {
    const char *size = getenv("OMPI_COMM_WORLD_SIZE");
    size = size ? size : getenv("PMI_SIZE");
    if (size && strtol(size, NULL, 10) > 1 && !is_asked_for(argv, "--quiet"))
        print_safely(stderr,
                     "nnblas %s: warning: one of %s processes of mpirun: without --mpi each does "
                     "all of it, and writes the same files\n",
                     argv[0], size);
}

bool begin_ranks(char **argv) {
    if (is_asked_for(argv, "--help"))
        return true;
    if (!is_asked_for(argv, "--mpi")) {
        warn_of_separate_processes(argv);
        return true;
    }
    running = argv[0];
    calls = find_calls(running);
    if (!calls)
        return false;
    if (!calls->begin(&place) || !begin_contacts(calls, place)) {
        print_safely(stderr, "nnblas %s: MPI does not start\n", argv[0]);
        return false;
    }
    if (is_first_rank())
        return true;
    name_rank(argv);
    silence_output();
    hold_messages();
    atexit(print_held_messages);
    return true;
}

/* ---- waiting --------------------------------------------------------------------------------- */

void give_up_ranks(void) {
    const double end = nn_read_clock() + get_silence_limit();
    fflush(NULL);
    while (nn_read_clock() < end && !is_stop_requested())
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    pause_contacts();
    calls->abandon(EXIT_FAILURE);
    _exit(EXIT_FAILURE);
}

/* Of several that miss the same rank, rank 0 tells. */
void check_ranks(void) {
    size_t silent;
    if (!find_silent_rank(&silent))
        return;
    leave_ranks();
    print_held_messages();
    print_safely(stderr,
                 "nnblas %s: rank %zu has not answered for %g seconds: its process has stopped, or "
                 "the network between them%s\n",
                 running, silent, get_silence_limit(), SLOW_RANK_ADVICE);
    give_up_ranks();
}

/* Ranks may be more than processors; began: when the waiting did. */
static void wait_a_moment(double began) {
    check_ranks();
    if (nn_read_clock() - began < 0.1)
        sched_yield();
    else
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void wait_until(bool (*is_done)(void)) {
    const double began = nn_read_clock();
    while (!is_done())
        wait_a_moment(began);
}

/* mpirun ends the others as soon as one exits with another status than 0. Rank 0, which writes the
 * files, leaves first: the others wait for it. */
int end_ranks(int status) {
    if (!has_ranks())
        return status;
    fflush(NULL);
    if (is_first_rank())
        leave_ranks();
    wait_until(have_others_left);
    leave_ranks();
    calls->end();
    return is_first_rank() ? status : EXIT_SUCCESS;
}

/* ---- agreement ------------------------------------------------------------------------------- */

typedef struct {
    int status;
    uint64_t number;
} opinion;

typedef struct {
    int status;
    size_t teller; /* whose message is printed */
} verdict;

static rank_message wait_for_message(void) {
    const double began = nn_read_clock();
    rank_message message;
    while (!calls->receive(&message))
        wait_a_moment(began);
    return message;
}

static opinion *gather(opinion own) {
    opinion *all = resize_array(NULL, place.ranks, sizeof *all);
    all[0] = own;
    for (size_t others = 1; others < place.ranks; others++) {
        rank_message message = wait_for_message();
        memcpy(&all[message.from], message.data, sizeof *all);
        free(message.data);
    }
    return all;
}

static verdict judge(const opinion *all) {
    for (size_t rank = 0; rank < place.ranks; rank++)
        if (all[rank].status != CARRY_ON)
            return (verdict){all[rank].status, rank};
    for (size_t rank = 1; rank < place.ranks; rank++)
        if (all[rank].number != all[0].number) {
            print_safely(
                stderr,
                "nnblas %s: rank %zu has read another table than rank 0: each rank reads the "
                "file itself, and all need the same\n",
                running, rank);
            return (verdict){EXIT_FAILURE, 0};
        }
    return (verdict){CARRY_ON, 0};
}

static verdict agree_as_first(opinion own) {
    opinion *all = gather(own);
    verdict common = judge(all);
    for (size_t rank = 1; rank < place.ranks; rank++)
        calls->send(rank, &common, sizeof common);
    free(all);
    return common;
}

static verdict agree_as_other(opinion own) {
    verdict common;
    calls->send(0, &own, sizeof own);
    rank_message message = wait_for_message();
    memcpy(&common, message.data, sizeof common);
    free(message.data);
    return common;
}

/* Once they have to end, that is settled. */
static verdict agree(opinion own) {
    static verdict common = {CARRY_ON, 0};
    fflush(NULL);
    if (common.status == CARRY_ON)
        common = is_first_rank() ? agree_as_first(own) : agree_as_other(own);
    return common;
}

int agree_on(int status, uint64_t number) {
    if (!has_ranks())
        return status;
    verdict common = agree((opinion){status, number});
    if (common.status != CARRY_ON && common.teller == place.rank)
        print_held_messages();
    else
        drop_messages();
    return common.status;
}

bool is_good_on_all(bool is_good) {
    if (!has_ranks())
        return is_good;
    return agree((opinion){is_good ? CARRY_ON : EXIT_FAILURE, 0}).status == CARRY_ON;
}

static void broadcast(void *bytes, size_t count, size_t from) {
    char *next = bytes;
    for (size_t n; count > 0; count -= n, next += n) {
        n = calls->begin_broadcast(next, count, from);
        wait_until(calls->has_broadcast);
    }
}

void share_bytes(const void *own, size_t bytes, take_bytes *take, void *user) {
    char *shared = NULL;
    size_t capacity = 0;
    if (!has_ranks()) {
        take(user, 0, own, bytes);
        return;
    }
    for (size_t rank = 0; rank < place.ranks; rank++) {
        size_t count = bytes;
        broadcast(&count, sizeof count, rank);
        shared = reserve_array(shared, &capacity, count, 1);
        if (rank == place.rank && bytes > 0)
            memcpy(shared, own, bytes);
        broadcast(shared, count, rank);
        take(user, rank, shared, count);
    }
    free(shared);
}
