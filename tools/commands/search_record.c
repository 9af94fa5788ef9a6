/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/search_run.h"

#include "cli/output.h"
#include "table/json.h"

#include <stdlib.h>

static json_t *pack_text(const char *text) {
    return *text ? check_json(json_string(text)) : json_null();
}

static json_t *pack_outcome(const search *s, const outcome *o) {
    json_t *packed = check_json(json_object());
    set_member(packed, "trial", pack_size(o->number));
    for (size_t i = 0; i < N_SEARCHED; i++)
        set_member(packed, SEARCHED_OPTIONS[i], pack_text(o->trial->texts[i]));
    set_member(packed, "is_complete", json_boolean(o->is_complete));
    set_member(packed, "problem", pack_text(o->problem ? o->problem : ""));
    set_member(packed, "seconds", pack_real(o->seconds));
    set_member(packed, "held_out", pack_means(o->results, s->folds, average_held_out));
    set_member(packed, "learnt", pack_means(o->results, s->folds, average_learnt));
    return packed;
}

static json_t *pack_result(const search *s) {
    json_t *packed = check_json(json_object()), *trials = check_json(json_array());
    char *line = write_train_line(s, s->outcomes[0].trial);
    set_member(packed, "command", json_string(line));
    set_member(packed, "measure", json_string(get_ranking_measure(s)->name));
    set_member(packed, "rows", pack_size(s->rows.N));
    set_member(packed, "folds", pack_size(s->plan.k));
    set_member(packed, "repeats", pack_size(s->plan.repeats));
    set_member(packed, "seed", pack_whole(s->settings.training.seed));
    set_member(packed, "seconds", pack_real(s->seconds));
    for (size_t place = 0; place < s->trials.count; place++)
        append_element(trials, pack_outcome(s, &s->outcomes[place]));
    set_member(packed, "trials", trials);
    free(line);
    return packed;
}

bool write_search(const search *s) {
    output_file output;
    if (!s->json)
        return true;
    if (!open_output(s->command, &output, s->json))
        return false;
    json_t *packed = pack_result(s);
    write_json(output.stream, packed);
    json_decref(packed);
    return keep_output(s->command, &output);
}
