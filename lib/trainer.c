/* SPDX-License-Identifier: BSD-3-Clause */
#include "descent.h"
#include "memory.h"
#include "network.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct nnblas_trainer {
    nnblas_net *net;
    double learning_rate;
    size_t epochs;
    double desired_cost;
    nnblas_callback *callback;
    void *user;
};

nnblas_status nnblas_trainer_create(nnblas_net *net, nnblas_trainer **trainer) {
    if (!net)
        return nn_fail(NNBLAS_ERROR_NULL, "net is null");
    if (!trainer)
        return nn_fail(NNBLAS_ERROR_NULL, "trainer is null");
    nnblas_trainer *created = nn_allocate(1, sizeof *created);
    if (!created)
        return NNBLAS_ERROR_MEMORY;
    *created = (nnblas_trainer){.net = net, .learning_rate = 1.0, .epochs = 1000};
    *trainer = created;
    return NNBLAS_OK;
}

void nnblas_trainer_destroy(nnblas_trainer *trainer) {
    free(trainer);
}

static nnblas_status check_trainer(const nnblas_trainer *trainer) {
    return trainer ? NNBLAS_OK : nn_fail(NNBLAS_ERROR_NULL, "trainer is null");
}

nnblas_status nnblas_trainer_set_learning_rate(nnblas_trainer *trainer, double rate) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    if (!isfinite(rate) || rate <= 0.0)
        return nn_fail(NNBLAS_ERROR_VALUE, "learning_rate is %g; it must be finite and above 0",
                       rate);
    trainer->learning_rate = rate;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_epochs(nnblas_trainer *trainer, size_t epochs) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    if (epochs == 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "epochs is 0; it must be at least 1");
    trainer->epochs = epochs;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_desired_cost(nnblas_trainer *trainer, double mse) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    if (!isfinite(mse) || mse < 0.0)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the desired cost is %g; it must be finite and 0 or above", mse);
    trainer->desired_cost = mse;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_callback(nnblas_trainer *trainer, nnblas_callback *callback,
                                          void *user) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    trainer->callback = callback;
    trainer->user = user;
    return NNBLAS_OK;
}

static bool wants_stop(const nnblas_trainer *trainer, size_t epoch, double mse) {
    return trainer->callback && trainer->callback(trainer->user, epoch, mse) != 0;
}

static nnblas_status run_epoch(const nnblas_trainer *trainer, const nn_descent *descent,
                               nn_bounds *bounds, double *mse) {
    if (trainer->desired_cost == 0.0)
        return nn_step_bounded(descent, bounds, mse);
    *mse = nn_engine_gradient(descent->engine, descent->model, descent->rows,
                              descent->engine->updates);
    if (*mse <= trainer->desired_cost)
        return NNBLAS_STOPPED_COST;
    return nn_update_checked(descent, *mse);
}

static nnblas_status run_epochs(const nnblas_trainer *trainer, const nn_descent *descent) {
    nn_bounds bounds = nn_find_bounds(descent);
    for (size_t epoch = 1; epoch <= trainer->epochs; epoch++) {
        double mse;
        nnblas_status status = run_epoch(trainer, descent, &bounds, &mse);
        if (status < 0)
            return status;
        if (wants_stop(trainer, epoch, mse) && !status)
            return NNBLAS_STOPPED_CALLBACK;
        if (status)
            return status;
    }
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_fit(nnblas_trainer *trainer, size_t N, const double *X, size_t ldx,
                                 const double *Y, size_t ldy) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    nnblas_net *net = trainer->net;
    const nn_net_call call = {net, N, X, ldx, "Y", Y, ldy, NN_READ};
    status = nn_check_net_call(&call, NULL, NULL);
    if (!status)
        status = nn_check_finite("X", N, net->layers[0].inputs, X, ldx);
    if (!status)
        status = nn_check_finite("Y", N, net->layers[net->n_layers - 1].outputs, Y, ldy);
    if (status)
        return status;

    nn_model model = nn_net_model(net);
    nn_engine engine;
    nn_scratch scratch;
    status = nn_engine_open(&engine, &model, N, NN_TRAIN, NULL, &scratch);
    if (status)
        return status;
    const nn_rows rows = {N, X, ldx, Y, ldy};
    const nn_descent descent = {&engine, &model, &rows, trainer->learning_rate, net->W};
    status = run_epochs(trainer, &descent);
    nn_engine_close(&engine);
    return status;
}
