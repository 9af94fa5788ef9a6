/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/run_record.h"

#include "cli/output.h"
#include "cli/ranks.h"
#include "commands/network_names.h"
#include "core/hash.h"
#include "core/random.h"
#include "table/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char TRAINING_KEY[] = "training";

/* ---- the hash -------------------------------------------------------------------------------- */

static uint64_t hash_numbers(uint64_t hash, const double *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        hash = nn_hash_word(hash, bits);
    }
    return hash;
}

/* Begins with the number of the row, and ends mixed: rows in another order have another sum. */
static uint64_t hash_row(size_t row, const dataset *block, size_t r) {
    uint64_t hash = NN_HASH_START + row;
    hash = hash_numbers(hash, block->X + r * block->inputs, block->inputs);
    hash = hash_numbers(hash, block->Y + r * block->outputs, block->outputs);
    return nn_splitmix_bits(&hash);
}

uint64_t hash_rows(size_t first, const dataset *block) {
    uint64_t sum = 0;
    for (size_t r = 0; r < block->N; r++)
        sum += hash_row(first + r, block, r);
    return sum;
}

uint64_t hash_dataset(const dataset *d) {
    uint64_t hash = hash_rows(0, d);
    const double *weights = get_cost_weights(d);
    return weights ? hash_numbers(hash, weights, d->N) : hash;
}

/* ---- before the training --------------------------------------------------------------------- */

/* An argument need not be UTF-8, which JSON has to be: then it is left out. */
static json_t *pack_text(const char *text) {
    json_t *packed = json_string(text);
    return packed ? packed : check_json(json_null());
}

static json_t *pack_command(const training_run *run) {
    json_t *packed = check_json(json_array());
    append_element(packed, json_string("nnblas"));
    for (int i = 0; i < run->argc; i++)
        append_element(packed, pack_text(run->argv[i]));
    return packed;
}

static json_t *pack_data(const training_run *run) {
    char hash[24];
    json_t *packed = check_json(json_object());
    snprintf(hash, sizeof hash, "%016" PRIx64, run->hash);
    set_member(packed, "rows", pack_size(run->rows.learnt.N + count_held_out(&run->rows)));
    set_member(packed, "learnt", pack_size(run->rows.learnt.N));
    set_member(packed, "held_out", pack_size(count_held_out(&run->rows)));
    set_member(packed, "inputs", pack_size(run->rows.learnt.inputs));
    set_member(packed, "outputs", pack_size(run->rows.learnt.outputs));
    set_member(packed, "hash", json_string(hash));
    return packed;
}

static json_t *pack_hidden(const nnblas_net *net) {
    json_t *packed = check_json(json_array());
    for (size_t l = 1; l + 1 < nnblas_net_layer_count(net); l++)
        append_element(packed, pack_size(nnblas_net_layer_size(net, l)));
    return packed;
}

/* batch 0 means all rows. */
static json_t *pack_settings(const training_run *run) {
    const training_settings *s = &run->settings->training;
    json_t *packed = check_json(json_object());
    set_member(packed, "hidden", pack_hidden(run->model.net));
    set_member(packed, "activation", json_string(name_activations(s).text));
    set_member(packed, "optimizer", json_string(name_optimizer(s)));
    set_member(packed, "learning_rate", pack_real(s->learning_rate));
    set_member(packed, "momentum", pack_real(nnblas_trainer_momentum(run->trainer)));
    set_member(packed, "schedule", json_string(name_schedule(s)));
    set_member(packed, "cost", json_string(name_cost(nnblas_net_cost(run->model.net))));
    set_member(packed, "cost_parameter", pack_real(nnblas_net_cost_parameter(run->model.net)));
    set_member(packed, "weight_decay", pack_real(nnblas_trainer_weight_decay(run->trainer)));
    set_member(packed, "bayesian", check_json(json_boolean(s->is_bayesian)));
    set_member(packed, "l1", pack_real(nnblas_trainer_l1(run->trainer)));
    set_member(packed, "skip", check_json(json_boolean(s->has_skip)));
    set_member(packed, "batch", pack_size(s->batch));
    set_member(packed, "epochs", pack_size(nnblas_trainer_epochs(run->trainer)));
    set_member(packed, "patience", pack_size(nnblas_trainer_patience(run->trainer)));
    set_member(packed, "validation", pack_real(s->validation));
    set_member(packed, "score", check_json(json_boolean(s->has_score)));
    set_member(packed, "time_limit", pack_real(s->time_limit));
    set_member(packed, "seed", pack_whole(s->seed));
    return packed;
}

/* ---- the result ------------------------------------------------------------------------------ */

static json_t *pack_epoch(const training_run *run, const nnblas_epoch *e) {
    json_t *packed = check_json(json_object());
    set_member(packed, "epoch", pack_size(e->epoch));
    set_member(packed, "cost", pack_real(e->cost));
    set_member(packed, has_validation(run) ? "validation_cost" : "cost_after",
               pack_real(e->validation_cost));
    set_member(packed, "learning_rate", pack_real(e->learning_rate));
    if (run->settings->training.has_score)
        set_member(packed, "score", pack_real(e->score));
    return packed;
}

static json_t *pack_networks(const training_run *run) {
    json_t *packed = check_json(json_array());
    for (size_t i = 0; i < run->n_networks; i++) {
        const trained_network *n = &run->networks[i];
        json_t *network = check_json(json_object());
        set_member(network, "seed", pack_whole(n->seed));
        set_member(network, "epochs", pack_size(n->epochs));
        set_member(network, "cost", pack_real(n->cost));
        if (run->settings->training.has_score)
            set_member(network, "score", pack_real(n->score));
        set_member(network, "is_kept", check_json(json_boolean(n->is_kept)));
        append_element(packed, network);
    }
    return packed;
}

/* Of Bayesian regularisation. noise: a variance, of the scaled targets. */
static void pack_evidence(const nnblas_trainer *trainer, json_t *result) {
    double decay, noise, effective, log_evidence;
    if (nnblas_trainer_evidence(trainer, &decay, &noise, &effective, &log_evidence) != NNBLAS_OK)
        return;
    json_t *packed = check_json(json_object());
    set_member(packed, "weight_decay", pack_real(decay));
    set_member(packed, "noise", pack_real(noise));
    set_member(packed, "effective_parameters", pack_real(effective));
    set_member(packed, "log_evidence", pack_real(log_evidence));
    set_member(result, "evidence", packed);
}

/* Of an ensemble there is no single first, kept or last epoch. */
static json_t *pack_result(const training_run *run) {
    size_t count = nnblas_trainer_history_count(run->trainer);
    json_t *packed = check_json(json_object());
    set_member(packed, "epochs", pack_size(count_epochs(run)));
    if (run->n_networks > 0)
        set_member(packed, "networks", pack_networks(run));
    set_member(packed, "end", json_string(explain_end(run).text));
    if (count == 0 || run->settings->members > 0)
        return packed;
    const nnblas_epoch first = get_epoch(run->trainer, 0),
                       last = get_epoch(run->trainer, count - 1), kept = find_kept_epoch(run);
    set_member(packed, "first", pack_epoch(run, &first));
    set_member(packed, "kept", pack_epoch(run, &kept));
    set_member(packed, "last", pack_epoch(run, &last));
    pack_evidence(run->trainer, packed);
    return packed;
}

/* Without what grows with the targets and classes. */
static json_t *shorten_scores(json_t *packed) {
    json_object_del(packed, "targets");
    return packed;
}

static json_t *pack_both_scores(const training_run *run, bool in_full) {
    json_t *packed = check_json(json_object());
    json_t *learnt = pack_scores(&run->learnt);
    set_member(packed, "learnt", in_full ? learnt : shorten_scores(learnt));
    if (has_validation(run)) {
        json_t *held_out = pack_scores(&run->held_out);
        set_member(packed, "held_out", in_full ? held_out : shorten_scores(held_out));
    }
    return packed;
}

/* ---- the record ------------------------------------------------------------------------------ */

static json_t *pack_beginning(const training_run *run) {
    json_t *packed = check_json(json_object());
    set_member(packed, "version", json_string(nnblas_version()));
    set_member(packed, "command", pack_command(run));
    set_member(packed, "settings", pack_settings(run));
    set_member(packed, "data", pack_data(run));
    if (has_ranks())
        set_member(packed, "ranks", pack_size(count_ranks()));
    return packed;
}

static json_t *pack_run(const training_run *run, bool in_full) {
    json_t *packed = pack_beginning(run);
    set_member(packed, "result", pack_result(run));
    set_member(packed, "scores", pack_both_scores(run, in_full));
    return packed;
}

nnblas_status note_run(const training_run *run, bool is_done) {
    json_t *record = is_done ? pack_run(run, false) : pack_beginning(run);
    char *text = dump_json(record, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(record);
    nnblas_status status = nnblas_net_set_metadata(run->model.net, TRAINING_KEY, text);
    free(text);
    return status;
}

bool write_run(const training_run *run, const char *path) {
    output_file output;
    if (!open_output(run->command, &output, path))
        return false;
    json_t *record = pack_run(run, true);
    set_member(record, "seconds", pack_real(get_seconds_of_epochs(run)));
    write_json(output.stream, record);
    json_decref(record);
    return keep_output(run->command, &output);
}
