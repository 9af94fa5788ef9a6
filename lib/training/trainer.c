/* SPDX-License-Identifier: BSD-3-Clause */
/* Creates and destroys a trainer; its state, history and checkpoints. Settings: setters.c. */
#include "core/arguments.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "training/checkpoint.h"
#include "training/online.h"
#include "training/training.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

nnblas_status nnblas_trainer_create(nnblas_net *net, nnblas_trainer **trainer) {
    if (nn_check_pointer("net", net) || nn_check_pointer("trainer", trainer))
        return NNBLAS_ERROR_NULL;
    nnblas_trainer *created = nn_allocate(1, sizeof *created);
    if (!created)
        return NNBLAS_ERROR_MEMORY;
    *created = (nnblas_trainer){
        .net = net,
        .settings = {.learning_rate = 1.0,
                     .momentum = 0.9,
                     .beta1 = 0.9,
                     .beta2 = 0.999,
                     .epsilon = 1e-8,
                     .lbfgs_memory = 20,
                     .lbfgs_tolerance = 1e-12,
                     .scg_tolerance = 1e-12,
                     .damping = 1e-3,
                     .damping_tolerance = 1e-12,
                     .shuffle = true,
                     .epochs = 1000,
                     .history_limit = SIZE_MAX},
    };
    *trainer = created;
    return NNBLAS_OK;
}

void nnblas_trainer_destroy(nnblas_trainer *trainer) {
    if (!trainer)
        return;
    nn_checkpoint_free(trainer->resumed);
    nn_drop_step_optimizer(trainer);
    free(trainer->settings.checkpoint_path);
    free(trainer->settings.mask);
    nn_history_clear(&trainer->history);
    free(trainer);
}

static nnblas_status repeat_failure(const nn_failure *failure) {
    return failure->status < 0 ? nn_fail(failure->status, "%s", failure->words) : failure->status;
}

nnblas_status nnblas_trainer_checkpoint_status(const nnblas_trainer *trainer) {
    nnblas_status status = nn_check_pointer("trainer", trainer);
    return status ? status : repeat_failure(&trainer->checkpoint_failure);
}

nnblas_status nnblas_trainer_fit_status(const nnblas_trainer *trainer) {
    nnblas_status status = nn_check_pointer("trainer", trainer);
    return status ? status : repeat_failure(&trainer->fit_failure);
}

nnblas_status nnblas_trainer_resume(nnblas_trainer *trainer, const char *path) {
    nnblas_status status = nn_check_pointer("trainer", trainer);
    nn_checkpoint *checkpoint = NULL;
    if (!status && path)
        status = nn_checkpoint_read(path, trainer, &checkpoint);
    if (status)
        return status;
    nn_checkpoint_free(trainer->resumed);
    trainer->resumed = checkpoint;
    return NNBLAS_OK;
}

/* The store is all that a signal handler may do. */
nnblas_status nnblas_trainer_cancel(nnblas_trainer *trainer) {
    nnblas_status status = nn_check_pointer("trainer", trainer);
    if (!status)
        atomic_store_explicit(&trainer->is_cancelled, true, memory_order_relaxed);
    return status;
}

/* ---- history --------------------------------------------------------------------------------- */

size_t nnblas_trainer_history_count(const nnblas_trainer *trainer) {
    return nn_check_pointer("trainer", trainer) ? 0 : trainer->history.count;
}

/* The caller's struct may be of an older or a newer header. */
nnblas_status nnblas_trainer_history_epoch(const nnblas_trainer *trainer, size_t index,
                                           nnblas_epoch *epoch, size_t size) {
    if (nn_check_pointer("trainer", trainer) || nn_check_pointer("epoch", epoch))
        return NNBLAS_ERROR_NULL;
    if (size < offsetof(nnblas_epoch, cost))
        return nn_fail(NNBLAS_ERROR_SIZE, "size is %zu; it must be %zu, that of an epoch", size,
                       sizeof *epoch);
    if (index >= trainer->history.count)
        return nn_fail(NNBLAS_ERROR_VALUE, "index is %zu; the history has %zu epochs", index,
                       trainer->history.count);
    size_t known = nn_min(size, sizeof *epoch);
    memcpy(epoch, nn_history_get(&trainer->history) + index, known);
    memset((char *)epoch + known, 0, size - known);
    return NNBLAS_OK;
}
