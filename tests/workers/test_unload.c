/* SPDX-License-Identifier: BSD-3-Clause */
/* Loads the shared library, trains with it on threads, and unloads it, again and again. LIBRARY is
 * its name, in the build that this program is of. */
#include "nnblas.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 50, N = 4000, INPUTS = 20, HIDDEN = 30, OUTPUTS = 2 };

/* POSIX has functions behind pointers to void. */
#define LOAD(library, name) __extension__ __typeof__(&name) load_##name = dlsym(library, #name)

static double X[N * INPUTS], Y[N * OUTPUTS], gradient[INPUTS * HIDDEN + HIDDEN * OUTPUTS];

static void sleep_microseconds(long microseconds) {
    struct timespec pause = {.tv_nsec = microseconds * 1000};
    nanosleep(&pause, NULL);
}

/* Of this process; 0 where /proc does not tell. */
static size_t count_threads(void) {
    DIR *folder = opendir("/proc/self/task");
    size_t count = 0;
    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void *do_nothing(void *argument) {
    return argument;
}

/* A thread that was joined may stay in /proc for a moment. */
static bool falls_to(size_t threads) {
    for (int milliseconds = 0; count_threads() > threads; milliseconds++) {
        if (milliseconds == 1000)
            return false;
        sleep_microseconds(1000);
    }
    return true;
}

/* A sanitizer has a thread of its own, which it makes beside the first of the process. */
static size_t count_threads_at_rest(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        pthread_join(thread, NULL);
    sleep_microseconds(20000);
    return count_threads();
}

static bool train(void *library) {
    LOAD(library, nnblas_set_threads);
    LOAD(library, nnblas_net_create);
    LOAD(library, nnblas_net_init);
    LOAD(library, nnblas_net_gradient);
    LOAD(library, nnblas_net_destroy);
    LOAD(library, nnblas_trainer_create);
    LOAD(library, nnblas_trainer_set_epochs);
    LOAD(library, nnblas_trainer_fit);
    LOAD(library, nnblas_trainer_destroy);
    static const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};
    nnblas_net *net;
    nnblas_trainer *trainer;
    double mse;
    bool works = load_nnblas_set_threads(4) == NNBLAS_OK &&
                 load_nnblas_net_create(SIZES, 3, 0, &net) == NNBLAS_OK &&
                 load_nnblas_net_init(net, 1) == NNBLAS_OK &&
                 load_nnblas_trainer_create(net, &trainer) == NNBLAS_OK;
    if (!works)
        return false;
    works = load_nnblas_trainer_set_epochs(trainer, 3) == NNBLAS_OK &&
            load_nnblas_trainer_fit(trainer, N, X, INPUTS, Y, OUTPUTS) == NNBLAS_OK &&
            load_nnblas_net_gradient(net, N, X, INPUTS, Y, OUTPUTS, gradient, &mse) == NNBLAS_OK;
    load_nnblas_trainer_destroy(trainer);
    load_nnblas_net_destroy(net);
    return works;
}

/* Null, or what went wrong; without the library there are so many threads. The workers are unloaded
 * spinning, falling asleep, and asleep. */
static const char *run_round(const char *path, int round, size_t threads) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return dlerror();
    if (!train(library))
        return "the training failed";
    if (count_threads() == threads)
        return "the training used one thread";
    sleep_microseconds(round % 5 * 25);
    if (dlclose(library) != 0)
        return dlerror();
    if (dlopen(path, RTLD_NOW | RTLD_NOLOAD))
        return "the library is still loaded";
    if (!falls_to(threads))
        return "threads are left";
    return NULL;
}

/* A build may have been copied: what was its path is then that of another library. */
static const char *find_library(void) {
    static char path[PATH_MAX];
    static const char beside[] = "../lib/" LIBRARY;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof beside);
    while (length > 0 && path[length - 1] != '/')
        length--;
    strcpy(path + length, beside);
    return path;
}

int main(void) {
    for (size_t i = 0; i < N * INPUTS; i++)
        X[i] = (double)(i % 97) / 97.0 - 0.5;
    for (size_t i = 0; i < N * OUTPUTS; i++)
        Y[i] = (double)(i % 7) / 7.0;
    size_t threads = count_threads_at_rest();
    for (int round = 0; round < ROUNDS; round++) {
        const char *failure = run_round(find_library(), round, threads);
        if (failure) {
            fprintf(stderr, "round %d: %s\n", round, failure);
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
