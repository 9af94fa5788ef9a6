/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/fit_checks.h"
#include "engine/finite.h"
#include "engine/row_weights.h"
#include "network/cost_rules.h"

/* Rows, and what the messages call them. */
typedef struct named_rows {
    const nn_rows *rows;
    const char *X, *Y, *weight, *weights;
    const nn_given_derivatives *derivatives; /* null for none */
    size_t first;                            /* the number of the first of them */
} named_rows;

static size_t get_inputs(const nnblas_net *net) {
    return net->layers[0].inputs;
}

static size_t count_derivatives(const nnblas_net *net) {
    return nn_multiply_sizes(net->layers[net->n_layers - 1].outputs, get_inputs(net));
}

/* ---- memory ---------------------------------------------------------------------------------- */

static size_t list_arguments(const nnblas_net *net, const named_rows *named,
                             nn_argument *arguments) {
    const nn_rows *rows = named->rows;
    size_t count = 0, N = rows->N;
    if (N == 0)
        return 0;
    arguments[count++] = (nn_argument){named->X, rows->X, N, get_inputs(net), rows->ldx, NN_READ};
    arguments[count++] =
        (nn_argument){named->Y, rows->Y, N, nn_count_label_columns(net), rows->ldy, NN_READ};
    if (rows->weights)
        arguments[count++] = nn_describe_vector(named->weights, rows->weights, N, NN_READ);
    if (named->derivatives)
        arguments[count++] = (nn_argument){
            "dYdX", named->derivatives->data, N, count_derivatives(net), named->derivatives->ld,
            NN_READ};
    return count;
}

/* The parameters are written while rows and weights are still read. validation and mse may be
 * null. */
static nnblas_status check_memory(const nnblas_net *net, const named_rows *learning,
                                  const named_rows *validation, const double *mse) {
    nn_argument arguments[9] = {nn_describe_vector(
        "the network's vector of parameters", net->parameters, net->parameter_count, NN_WRITE)};
    size_t count = 1;
    if (mse)
        arguments[count++] = nn_describe_vector("mse", mse, 1, NN_WRITE);
    count += list_arguments(net, learning, arguments + count);
    if (validation)
        count += list_arguments(net, validation, arguments + count);
    return nn_check_arguments(arguments, count);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static nnblas_status check_labels(const nnblas_net *net, const named_rows *named) {
    const nn_rows *rows = named->rows;
    size_t labels = nn_count_label_columns(net);
    for (size_t e = 0; nn_describe_labels(net->cost) && e < rows->N; e++)
        for (size_t k = 0; k < labels; k++) {
            double label = rows->Y[e * rows->ldy + k];
            if (!nn_is_label(net->cost, label))
                return nn_fail(NNBLAS_ERROR_VALUE, "%s holds %.17g at row %zu, column %zu; %s",
                               named->Y, label, named->first + e, k, nn_describe_labels(net->cost));
        }
    return NNBLAS_OK;
}

static nnblas_status check_numbers(const nnblas_net *net, const named_rows *named) {
    const nn_rows *rows = named->rows;
    nnblas_status status =
        nn_check_finite_block(named->X, named->first, rows->N, get_inputs(net), rows->X, rows->ldx);
    if (!status)
        status = nn_check_finite_block(named->Y, named->first, rows->N, nn_count_label_columns(net),
                                       rows->Y, rows->ldy);
    if (!status && named->derivatives)
        status = nn_check_finite("dYdX", rows->N, count_derivatives(net), named->derivatives->data,
                                 named->derivatives->ld);
    if (!status)
        status = check_labels(net, named);
    return status ? status
                  : nn_check_each_weight(named->weight, named->first, rows->N, rows->weights);
}

/* is_share: of a group's rows, of which others may have the weight. */
static nnblas_status check_rows(const nnblas_net *net, const named_rows *named, bool is_share) {
    const nn_rows *rows = named->rows;
    nnblas_status status = check_numbers(net, named);
    if (!status && rows->N > 0 && !is_share)
        status =
            nn_check_weighted_count(named->weight, nn_count_weighted_rows(rows->N, rows->weights));
    return status;
}

/* A checkpoint brings its own parameters, and a group has those of rank 0. */
static nnblas_status check_parameters(const nnblas_trainer *trainer) {
    const nn_model model = nn_net_model(trainer->net);
    bool has_others = trainer->resumed || trainer->settings.group.rank > 0;
    return has_others ? NNBLAS_OK : nn_check_parameters_finite(&model);
}

/* ---- settings -------------------------------------------------------------------------------- */

static bool takes_l1(nnblas_optimizer optimizer) {
    return optimizer == NNBLAS_GRADIENT_DESCENT || optimizer == NNBLAS_MOMENTUM ||
           optimizer == NNBLAS_NESTEROV || optimizer == NNBLAS_RPROP || optimizer == NNBLAS_ADAM;
}

/* Checks settings that are valid one by one but not together. */
static nnblas_status check_settings(const nn_settings *s, const nnblas_net *net) {
    if (s->optimizer == NNBLAS_LBFGS && s->checkpoint_path)
        return nn_fail(NNBLAS_ERROR_VALUE, "L-BFGS has no checkpoints; set their path to null");
    if (s->l1 > 0.0 && !takes_l1(s->optimizer))
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "l1 is %g; this optimizer needs a cost without a kink, so it must be 0: "
                       "train by descent, momentum, Nesterov, RPROP or Adam",
                       s->l1);
    if (s->keeps_posterior && s->optimizer != NNBLAS_LEVENBERG_MARQUARDT)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "only Levenberg-Marquardt keeps a posterior: set that optimizer, or "
                       "posterior to 0");
    if (s->is_bayesian && s->optimizer != NNBLAS_LEVENBERG_MARQUARDT)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "only Levenberg-Marquardt has Bayesian regularisation: set that "
                       "optimizer, or bayesian to 0");
    if (s->optimizer == NNBLAS_LEVENBERG_MARQUARDT && s->derivatives.data)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "Levenberg-Marquardt takes no derivatives of the labels: set them to "
                       "null, or another optimizer");
    if (s->optimizer == NNBLAS_LEVENBERG_MARQUARDT && net->cost != NNBLAS_MSE)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "Levenberg-Marquardt is for least squares: the cost of the network must "
                       "be the mse");
    return NNBLAS_OK;
}

nnblas_status nn_check_row_counts(const nn_settings *s, size_t N, size_t weighted,
                                  size_t validating) {
    if (s->validation_fraction > 0.0 && weighted < 2)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the validation fraction is %g, which takes at least 2 rows%s; there is 1",
                       s->validation_fraction,
                       s->sample_weights ? " of a sample weight above 0" : "");
    if (s->score != NNBLAS_SCORE_NONE && s->validation_fraction == 0.0 && validating == 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "a score is that of the validation rows, and there are "
                                           "none: set a fraction or rows");
    if (s->optimizer == NNBLAS_RPROP && s->batch_size > 0 && s->batch_size < N)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "RPROP compares gradients over all rows; batch_size is %zu, and must "
                       "be 0 for all",
                       s->batch_size);
    return NNBLAS_OK;
}

static named_rows name_rows(const nn_rows *rows, const nn_given_derivatives *derivatives) {
    return (named_rows){rows, "X", "Y", "sample weight", "the sample weights", derivatives, 0};
}

static named_rows name_validation(const nn_rows *rows) {
    return (named_rows){
        rows, "validation X", "validation Y", "validation weight", "the validation weights", NULL,
        0};
}

nnblas_status nn_check_fit(const nnblas_trainer *trainer, const nn_rows *rows) {
    const nnblas_net *net = trainer->net;
    const nn_settings *s = &trainer->settings;
    const named_rows learning = name_rows(rows, s->derivatives.data ? &s->derivatives : NULL);
    const named_rows validation = name_validation(&s->validation);
    bool is_share = s->group.ranks > 0;
    nnblas_status status = is_share && rows->N == 0 ? NNBLAS_OK : nn_check_size("N", rows->N);
    if (!status)
        status = check_memory(net, &learning, &validation, NULL);
    if (!status)
        status = check_rows(net, &learning, is_share);
    if (!status)
        status = check_rows(net, &validation, is_share);
    if (!status && !is_share)
        status = nn_check_row_counts(s, rows->N, nn_count_weighted_rows(rows->N, rows->weights),
                                     s->validation_source ? 1 : s->validation.N);
    if (!status)
        status = check_settings(s, net);
    return status ? status : check_parameters(trainer);
}

/* ---- rows of a source ------------------------------------------------------------------------ */

/* Settings of rows in arrays. */
static nnblas_status check_source_settings(const nn_settings *s) {
    const char *words = NULL;
    if (s->sample_weights)
        words = "sample weights in an array: let the source hand out weights with the rows";
    else if (s->derivatives.data)
        words = "derivatives";
    else if (s->group.ranks > 0 && s->has_ordered_sums)
        words = "ordered sums, which need rows in arrays";
    else if (s->validation_fraction > 0.0)
        words = "a validation fraction: set validation rows or a validation source";
    return words
               ? nn_fail(NNBLAS_ERROR_VALUE, "rows from a source cannot be combined with %s", words)
               : NNBLAS_OK;
}

nnblas_status nn_check_source_fit(const nnblas_trainer *trainer, const nnblas_source *source) {
    const nn_settings *s = &trainer->settings;
    const named_rows validation = name_validation(&s->validation);
    nnblas_status status = nn_check_source("source", source, trainer->net);
    if (!status)
        status = check_source_settings(s);
    if (!status)
        status = check_memory(trainer->net, &validation, NULL, NULL);
    if (!status)
        status = check_rows(trainer->net, &validation, s->group.ranks > 0);
    if (!status)
        status = check_settings(s, trainer->net);
    return status ? status : check_parameters(trainer);
}

nnblas_status nn_check_block(const nnblas_net *net, const nn_block *block, bool is_validation) {
    nn_rows rows = block->rows;
    rows.N = block->count;
    rows.order = NULL;
    named_rows named = is_validation ? name_validation(&rows) : name_rows(&rows, NULL);
    named.first = block->first;
    return check_numbers(net, &named);
}

/* ---- one step -------------------------------------------------------------------------------- */

static const char *name_search(nnblas_optimizer optimizer) {
    if (optimizer == NNBLAS_LBFGS)
        return "L-BFGS";
    return optimizer == NNBLAS_LEVENBERG_MARQUARDT ? "Levenberg-Marquardt"
                                                   : "the method of scaled conjugate gradients";
}

nnblas_status nn_check_step(const nnblas_trainer *trainer, const nn_rows *rows, const double *mse) {
    const named_rows named = {rows, "X", "Y", "weight", "the weights", NULL, 0};
    nnblas_status status = nn_check_size("N", rows->N);
    if (!status)
        status = check_memory(trainer->net, &named, NULL, mse);
    if (!status)
        status = check_rows(trainer->net, &named, false);
    if (!status && trainer->settings.group.ranks > 0)
        status = nn_fail(NNBLAS_ERROR_VALUE,
                         "a trainer with a group takes no single steps; fit all rows, or set "
                         "the group to null");
    if (!status && !nn_has_rate(trainer->settings.optimizer))
        status = nn_fail(NNBLAS_ERROR_VALUE,
                         "%s takes no single steps; fit all rows, or train by another "
                         "optimizer",
                         name_search(trainer->settings.optimizer));
    return status;
}
