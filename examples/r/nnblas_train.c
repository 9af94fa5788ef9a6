/* SPDX-License-Identifier: BSD-3-Clause */
/* R calls C through a small program like this one, which R CMD SHLIB compiles. */
#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>
#include <nnblas.h>

#include <string.h>

/* A negative status is an error, a positive one a reason to stop early. R leaves the function on an
 * error: what was created until then belongs to R objects, which destroy it. */
static void check(nnblas_status status) {
    if (status < 0)
        Rf_error("%s", nnblas_error_message());
}

static void destroy_net(SEXP owner) {
    nnblas_net_destroy(R_ExternalPtrAddr(owner));
}

static void destroy_trainer(SEXP owner) {
    nnblas_trainer_destroy(R_ExternalPtrAddr(owner));
}

static SEXP create_owner(R_CFinalizer_t destroy) {
    SEXP owner = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
    R_RegisterCFinalizer(owner, destroy);
    UNPROTECT(1);
    return owner;
}

/* Each column of X and Y is a row of the library. */
SEXP nnblas_train(SEXP X, SEXP Y, SEXP hidden, SEXP learning_rate, SEXP batch_size, SEXP epochs,
                  SEXP seed) {
    const size_t N = (size_t)Rf_ncols(X);
    const size_t inputs = (size_t)Rf_nrows(X), outputs = (size_t)Rf_nrows(Y);
    const size_t layer_sizes[] = {inputs, (size_t)Rf_asInteger(hidden), outputs};
    const uint64_t seed_number = (uint64_t)Rf_asInteger(seed);

    nnblas_net *net = NULL;
    SEXP net_owner = PROTECT(create_owner(destroy_net));
    check(nnblas_net_create(layer_sizes, 3, NNBLAS_BIAS, &net));
    R_SetExternalPtrAddr(net_owner, net);
    check(nnblas_net_set_hidden(net, NNBLAS_TANH));
    check(nnblas_net_init(net, seed_number));

    nnblas_trainer *trainer = NULL;
    SEXP trainer_owner = PROTECT(create_owner(destroy_trainer));
    check(nnblas_trainer_create(net, &trainer));
    R_SetExternalPtrAddr(trainer_owner, trainer);
    check(nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM));
    check(nnblas_trainer_set_learning_rate(trainer, Rf_asReal(learning_rate)));
    check(nnblas_trainer_set_batch_size(trainer, (size_t)Rf_asInteger(batch_size)));
    check(nnblas_trainer_set_seed(trainer, seed_number));
    check(nnblas_trainer_set_epochs(trainer, (size_t)Rf_asInteger(epochs)));
    check(nnblas_trainer_fit(trainer, N, REAL(X), inputs, REAL(Y), outputs));

    const char *names[] = {"parameters", "mse", ""};
    const size_t count = nnblas_net_parameter_count(net);
    SEXP trained = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP parameters = Rf_allocVector(REALSXP, (R_xlen_t)count);
    SET_VECTOR_ELT(trained, 0, parameters);
    memcpy(REAL(parameters), nnblas_net_parameters(net), count * sizeof(double));
    SEXP mse = Rf_allocVector(REALSXP, 1);
    SET_VECTOR_ELT(trained, 1, mse);
    check(nnblas_net_evaluate(net, N, REAL(X), inputs, REAL(Y), outputs, REAL(mse)));
    UNPROTECT(3);
    return trained;
}
