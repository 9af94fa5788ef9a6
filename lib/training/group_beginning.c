/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/group_beginning.h"
#include "core/bits.h"
#include "core/memory.h"
#include "training/checkpoint.h"
#include "training/epoch_row.h"
#include "training/saved_progress.h"
#include "training/saved_settings.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what has to be the same ----------------------------------------------------------------- */

static nn_named_numbers list_network(const nnblas_net *net) {
    return (nn_named_numbers){
        .count = 5,
        .number = {{"number of layers", net->n_layers + 1},
                   {"number of parameters", net->parameter_count},
                   {"flags of the network", nnblas_net_flags(net)},
                   {"cost of the network", (uint64_t)net->cost},
                   {"parameter of the cost", nn_get_bits(net->cost_parameter)}}};
}

static nn_named_numbers list_layer(const nnblas_net *net, size_t l) {
    return (nn_named_numbers){
        .count = 3,
        .number = {{"inputs of layer", net->layers[l].inputs},
                   {"outputs of layer", net->layers[l].outputs},
                   {"activation of layer", (uint64_t)net->layers[l].activation}}};
}

/* The settings that a checkpoint may change, and those of the optimizers without one. */
static nn_named_numbers list_others(const nn_fit *fit) {
    const nn_settings *s = fit->settings;
    return (nn_named_numbers){.count = 8,
                              .number = {{"number of ranks", s->group.ranks},
                                         {"ordered sums", s->has_ordered_sums},
                                         {"number of epochs", s->epochs},
                                         {"desired cost", nn_get_bits(s->desired_cost)},
                                         {"patience", s->patience},
                                         {"memory of L-BFGS", s->lbfgs_memory},
                                         {"tolerance of L-BFGS", nn_get_bits(s->lbfgs_tolerance)},
                                         {"posterior", s->keeps_posterior}}};
}

static nn_named_numbers share_numbers(nn_group *g, const nn_named_numbers *own) {
    nn_named_numbers first = *own;
    uint64_t bits[NN_MOST_NUMBERS] = {0};
    for (size_t i = 0; i < own->count; i++)
        bits[i] = own->number[i].bits;
    nn_group_broadcast_bytes(g, bits, own->count * sizeof *bits, 0);
    for (size_t i = 0; i < own->count; i++)
        first.number[i].bits = bits[i];
    return first;
}

/* l: in the words of the header, from 1; 0 for what belongs to no layer. */
static nnblas_status compare_numbers(nn_group *g, const nn_named_numbers *own, size_t l) {
    const nn_named_numbers first = share_numbers(g, own);
    char layer[24] = "";
    if (l > 0)
        snprintf(layer, sizeof layer, " %zu", l);
    for (size_t i = 0; i < own->count; i++)
        if (own->number[i].bits != first.number[i].bits)
            return nn_fail(NNBLAS_ERROR_VALUE, "the %s%s is not that of rank 0",
                           own->number[i].name, layer);
    return NNBLAS_OK;
}

static nnblas_status compare_networks(nn_fit *fit) {
    const nnblas_net *net = fit->trainer->net;
    const nn_named_numbers numbers = list_network(net);
    nnblas_status status = nn_group_agree(&fit->group, compare_numbers(&fit->group, &numbers, 0));
    /* All ranks have as many layers now. */
    for (size_t l = 0; !status && l < net->n_layers; l++) {
        const nn_named_numbers layer = list_layer(net, l);
        status = nn_group_agree(&fit->group, compare_numbers(&fit->group, &layer, l + 1));
    }
    return status;
}

/* A rank without rows needs no weights for them: those are compared with the rows. */
static nnblas_status compare_settings(nn_fit *fit) {
    nn_settings settings = *fit->settings;
    settings.sample_weights = settings.validation.weights = NULL;
    const nn_named_numbers own = nn_list_settings(&settings, NULL);
    const nn_named_numbers first = share_numbers(&fit->group, &own);
    nnblas_status status = nn_compare_settings(&first, &settings, NULL, "rank 0", "this rank");
    return nn_group_agree(&fit->group, status);
}

/* source: null where the rows are in arrays. */
static nn_named_numbers list_sources(const nn_settings *s, const nnblas_source *source) {
    return (nn_named_numbers){
        .count = 3,
        .number = {{"use of a source", source != NULL},
                   {"use of weights", source && source->is_weighted},
                   {"use of a validation source", s->validation_source != NULL}}};
}

nnblas_status nn_compare_ranks(nn_fit *fit, const nnblas_source *source) {
    unsigned char has_checkpoints = fit->settings->checkpoint_path != NULL;
    nnblas_status status = NNBLAS_OK;
    if (!nn_is_alone(&fit->group)) {
        const nn_named_numbers others = list_others(fit);
        status = compare_networks(fit);
        if (!status)
            status = compare_settings(fit);
        if (!status)
            status = nn_group_agree(&fit->group, compare_numbers(&fit->group, &others, 0));
        const nn_named_numbers sources = list_sources(fit->settings, source);
        if (!status)
            status = nn_group_agree(&fit->group, compare_numbers(&fit->group, &sources, 0));
        nn_group_broadcast_bytes(&fit->group, &has_checkpoints, 1, 0);
    }
    fit->has_checkpoints = has_checkpoints;
    return status;
}

/* ---- the beginning --------------------------------------------------------------------------- */

static void begin_anew(nn_fit *fit) {
    fit->progress = (nn_progress){.cost = HUGE_VAL, .rate_factor = 1.0, .lowest = HUGE_VAL};
    nn_random_seed(&fit->progress.random, fit->settings->seed);
    nn_history_clear(&fit->trainer->history);
    if (fit->best)
        memcpy(fit->best, nn_get_parameters(fit), nn_count_all_parameters(fit) * sizeof *fit->best);
}

static void share_vectors(nn_fit *fit) {
    const nn_optimizer *o = &fit->optimizer;
    double *vectors[] = {o->first, o->second, fit->best};
    for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++)
        if (vectors[v])
            nn_group_broadcast(&fit->group, vectors[v], nn_count_all_parameters(fit), 0);
}

static nnblas_status share_progress(nn_fit *fit) {
    nn_saved_progress saved = {.progress = fit->progress, .steps = fit->optimizer.steps};
    const nn_named_numbers numbers = nn_list_progress(&saved);
    char text[NN_NUMBERS_TEXT_SIZE] = "";
    nn_write_numbers(&numbers, text);
    nn_group_broadcast_bytes(&fit->group, text, sizeof text, 0);
    nnblas_status status = nn_group_check(&fit->group);
    if (!status && !nn_is_first(&fit->group))
        status = nn_read_progress(text, fit->settings, &saved);
    if (status)
        return status;
    fit->progress = saved.progress;
    fit->optimizer.steps = saved.steps;
    return NNBLAS_OK;
}

/* The epochs that rank 0's history holds. */
static nnblas_status share_history(nn_fit *fit) {
    nn_history *history = &fit->trainer->history;
    size_t limit = fit->settings->history_limit;
    uint64_t count = history->count;
    nnblas_status status = NNBLAS_OK;
    nn_group_broadcast_bytes(&fit->group, &count, sizeof count, 0);
    if (!nn_is_first(&fit->group))
        nn_history_clear(history);
    for (uint64_t i = 0; i < count; i++) {
        double row[NN_EPOCH_COLUMNS] = {0};
        if (nn_is_first(&fit->group))
            nn_write_epoch_row(nn_history_get(history) + i, row);
        nn_group_broadcast(&fit->group, row, NN_EPOCH_COLUMNS, 0);
        if (nn_is_first(&fit->group) || status)
            continue;
        const nnblas_epoch epoch = nn_read_epoch_numbers(row);
        status = nn_history_make_room(history, limit);
        if (!status)
            nn_history_add(history, limit, &epoch);
    }
    return status;
}

static nnblas_status share_resumption(nn_fit *fit) {
    share_vectors(fit);
    nnblas_status status = nn_group_agree(&fit->group, share_progress(fit));
    return status ? status : nn_group_agree(&fit->group, share_history(fit));
}

nnblas_status nn_share_beginning(nn_fit *fit) {
    nn_group *g = &fit->group;
    unsigned char resumes = fit->trainer->resumed != NULL;
    nnblas_status status = NNBLAS_OK;
    nn_group_broadcast_bytes(g, &resumes, 1, 0);
    if (resumes && nn_is_first(g))
        status = nn_checkpoint_restore(fit->trainer->resumed, fit);
    status = nn_group_agree(g, status);
    if (status)
        return status;
    nn_group_broadcast(g, nn_get_parameters(fit), nn_count_all_parameters(fit), 0);
    if (!resumes)
        begin_anew(fit);
    else if (!nn_is_alone(g))
        status = share_resumption(fit);
    return status ? status : nn_group_check(g);
}
