/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/training.h"

#include "cli/number.h"
#include "core/sizes.h"

#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The defaults were chosen by bench/tables/compare.py --part tuned --seed 101 --splits 8, and
 * judged on other tables and splits: doc/performance.md has what was tried. They depend on the
 * rows:
 *
 * - Hidden units: one for so many rows, within bounds. 32 suit tables of up to a few thousand rows;
 *   20000 rows of 26 letters need 64.
 * - Epochs: fewer of more rows, since each has more steps, by the square root; but no table gets
 *   fewer steps than a small one needs.
 * - The learning rate falls to a sixth over those epochs, and goes on falling where there are more.
 *   It depends on the epoch alone, so that a training that is resumed for more epochs goes on as
 *   if it had had them.
 * - Weight decay: as a prior on the weights it counts as much as a number of rows, so it is that
 *   number over the rows. For numbers the prior counts the more, the more noise there is in the
 *   rows. A short training estimates it by the rows that it holds out; those are few, so that it
 *   is taken halfway, by the geometric mean, to a middle noise. In tables of many rows the decay is
 *   too weak to matter, and the middle is assumed.
 */
static const size_t ROWS_A_HIDDEN_UNIT = 100, LEAST_HIDDEN = 32, MOST_HIDDEN = 100;
static const double EPOCHS_OF_FEW_ROWS = 60.0, FEW_ROWS = 1000.0, LEAST_EPOCHS = 10.0;
static const double LEAST_STEPS = 300.0, EPOCHS_OF_OTHER_OPTIMIZERS = 200.0;
static const double FALL_OVER_EPOCHS = 1.5, FALL_POWER = 2.0;
static const double ROWS_A_PRIOR_OF_CLASSES = 4.0, ROWS_A_PRIOR_OF_NOISE = 8.0;
static const double LEAST_NOISE = 0.02, MIDDLE_NOISE = 0.25; /* of a variance of 1 */
static const size_t MOST_PILOT_ROWS = 4000;
static const double PILOT_EPOCHS = 20.0, PILOT_STEPS = 100.0, PILOT_HELD_OUT = 0.25;

/* What stands for a default that depends on the rows. */
static const size_t HIDDEN_BY_ROWS = 0;
static const uint64_t EPOCHS_BY_ROWS = 0;
static const double DECAY_BY_ROWS = -1.0;
static const char SCHEDULE_BY_ROWS[] = "inverse"; /* as --schedule has it too */
static const double NOT_GIVEN = -1.0;             /* stands for the defaults of the library */
/* A tenth of all epochs, but no more than these; 0 stands for it. */
static const uint64_t MOST_CHECKPOINT_EPOCHS = 10;

training_settings default_settings(void) {
    return (training_settings){.hidden = {HIDDEN_BY_ROWS},
                               .n_hidden = 1,
                               .activation = NNBLAS_RELU,
                               .optimizer = NNBLAS_ADAM,
                               .batch = 32,
                               .epochs = EPOCHS_BY_ROWS,
                               .patience = 20,
                               .seed = 1,
                               .momentum = NOT_GIVEN,
                               .lbfgs_tolerance = NOT_GIVEN,
                               .weight_decay = DECAY_BY_ROWS};
}

void list_training_options(training_settings *s, training_texts *texts, command_option *options) {
    static const char ABOVE_0[] = "a number above 0", NOT_BELOW_0[] = "a number not below 0",
                      FRACTION[] = "a number from 0 to below 1";
    const double below_1 = 1.0 - DBL_EPSILON / 2.0;
    const command_option all[N_TRAINING_OPTIONS] = {
        {"hidden", .text = &texts->hidden},
        {"activation", .text = &texts->activation},
        {"batch", .text = &texts->batch},
        {"optimizer", .text = &texts->optimizer},
        {"schedule", .text = &texts->schedule},
        {"epochs", .value = &s->epochs, .minimum = 1, .maximum = 1000000000},
        {"patience", .value = &s->patience, .minimum = 0, .maximum = 1000000000},
        {"seed", .value = &s->seed, .minimum = 0, .maximum = UINT64_MAX},
        {"threads", .value = &s->threads, .minimum = 0, .maximum = 100000},
        {"checkpoint-every", .value = &s->checkpoint_epochs, .minimum = 1, .maximum = 1000000000},
        {"learning-rate", .real = &s->learning_rate, .least = DBL_MIN, .most = DBL_MAX, ABOVE_0},
        {"momentum", .real = &s->momentum, .least = 0.0, .most = below_1, FRACTION},
        {"lbfgs-memory", .value = &s->lbfgs_memory, .minimum = 1, .maximum = 1000},
        {"lbfgs-tolerance", .real = &s->lbfgs_tolerance, .least = 0.0, .most = below_1, FRACTION},
        {"weight-decay", .real = &s->weight_decay, .least = 0.0, .most = DBL_MAX, NOT_BELOW_0},
        {"validation", .real = &s->validation, .least = 0.0, .most = below_1, FRACTION},
        {"time-limit", .real = &s->time_limit, .least = DBL_MIN, .most = DBL_MAX, ABOVE_0},
        {"checkpoint", .text = &s->checkpoint},
        {"resume", .flag = &s->is_resumed},
        {"score", .flag = &s->has_score},
    };
    memcpy(options, all, sizeof all);
}

/* ---- numbers and names ----------------------------------------------------------------------- */

static bool read_hidden(const char *text, training_settings *s) {
    s->n_hidden = read_sizes(text, MOST_HIDDEN_LAYERS, s->hidden);
    return s->n_hidden > 0 || strcmp(text, "0") == 0;
}

static bool read_batch(const char *text, size_t *batch) {
    *batch = 0;
    return strcmp(text, "all") == 0 || read_sizes(text, 1, batch) == 1;
}

typedef struct {
    const char *name;
    int value;
} named_value;

static const named_value ACTIVATIONS[] = {{"sigmoid", NNBLAS_SIGMOID},
                                          {"tanh", NNBLAS_TANH},
                                          {"relu", NNBLAS_RELU},
                                          {"identity", NNBLAS_IDENTITY},
                                          {NULL, 0}};
static const named_value OPTIMIZERS[] = {{"gradient-descent", NNBLAS_GRADIENT_DESCENT},
                                         {"momentum", NNBLAS_MOMENTUM},
                                         {"nesterov", NNBLAS_NESTEROV},
                                         {"rprop", NNBLAS_RPROP},
                                         {"adam", NNBLAS_ADAM},
                                         {"lbfgs", NNBLAS_LBFGS},
                                         {NULL, 0}};

static bool read_name(const char *text, const named_value *names, int *value) {
    for (; names->name; names++)
        if (strcmp(text, names->name) == 0) {
            *value = names->value;
            return true;
        }
    return false;
}

static const char *get_name(int value, const named_value *names) {
    while (names->value != value)
        names++;
    return names->name;
}

const char *name_activation(const training_settings *s) {
    return get_name((int)s->activation, ACTIVATIONS);
}

const char *name_optimizer(const training_settings *s) {
    return get_name((int)s->optimizer, OPTIMIZERS);
}

const char *name_schedule(const training_settings *s) {
    if (s->schedule.text)
        return s->schedule.text;
    return s->optimizer == NNBLAS_ADAM ? SCHEDULE_BY_ROWS : "constant";
}

/* A number from least to most, which is followed by this character. */
static bool read_part(const char **text, char next, double least, double most, double *value) {
    char number[64];
    size_t length = strcspn(*text, ":");
    if (length >= sizeof number || (*text)[length] != next)
        return false;
    memcpy(number, *text, length);
    number[length] = '\0';
    *text += next ? length + 1 : length;
    return read_real(number, value) && *value >= least && *value <= most;
}

/* EPOCHS:FACTOR, which is followed by this character. */
static bool read_decline(const char **text, char next, schedule *read) {
    uint64_t epochs;
    if (!read_whole(text, &epochs) || epochs == 0 || epochs > INT_MAX || *(*text)++ != ':')
        return false;
    read->epochs = (size_t)epochs;
    return read_part(text, next, DBL_TRUE_MIN, 1.0, &read->factor);
}

static bool read_step(const char *text, schedule *read) {
    return read_decline(&text, '\0', read);
}

static bool read_last(const char *text, schedule *read) {
    return read_part(&text, '\0', 0.0, DBL_MAX, &read->last);
}

static bool read_adaptive(const char *text, schedule *read) {
    return read_decline(&text, ':', read) && read_last(text, read);
}

static bool read_inverse(const char *text, schedule *read) {
    return read_part(&text, ':', 0.0, DBL_MAX, &read->scale) &&
           read_part(&text, '\0', 0.0, DBL_MAX, &read->power);
}

static bool read_nothing(const char *text, schedule *read) {
    (void)read;
    return !*text;
}

static bool read_schedule(const char *text, schedule *read) {
    static const struct {
        const char *word;
        nnblas_schedule kind;
        bool (*read)(const char *text, schedule *read);
    } FORMS[] = {
        {"constant", NNBLAS_SCHEDULE_CONSTANT, read_nothing},
        {"step:", NNBLAS_SCHEDULE_STEP, read_step},
        {"cosine:", NNBLAS_SCHEDULE_COSINE, read_last},
        {"cosine", NNBLAS_SCHEDULE_COSINE, read_nothing},
        {"plateau:", NNBLAS_SCHEDULE_PLATEAU, read_step},
        {"inverse:", NNBLAS_SCHEDULE_INVERSE, read_inverse},
        {SCHEDULE_BY_ROWS, NNBLAS_SCHEDULE_INVERSE, read_nothing},
        {"adaptive:", NNBLAS_SCHEDULE_ADAPTIVE, read_adaptive},
    };
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        size_t length = strlen(FORMS[i].word);
        if (strncmp(text, FORMS[i].word, length) == 0) {
            *read = (schedule){.kind = FORMS[i].kind, .text = text};
            return FORMS[i].read(text + length, read);
        }
    }
    return false;
}

/* ---- the command line ------------------------------------------------------------------------ */

static bool takes_all_rows(nnblas_optimizer optimizer) {
    return optimizer == NNBLAS_RPROP || optimizer == NNBLAS_LBFGS;
}

double get_default_rate(nnblas_optimizer optimizer) {
    return optimizer == NNBLAS_ADAM ? 0.02 : 0.1;
}

static int take_names(const char *command, const training_texts *texts, training_settings *s) {
    int activation = (int)s->activation, optimizer = (int)s->optimizer;
    if (texts->activation && !read_name(texts->activation, ACTIVATIONS, &activation))
        return refuse_usage(command, "--activation takes sigmoid, tanh, relu or identity");
    if (texts->optimizer && !read_name(texts->optimizer, OPTIMIZERS, &optimizer))
        return refuse_usage(command, "--optimizer takes gradient-descent, momentum, nesterov, "
                                     "rprop, adam or lbfgs");
    s->activation = (nnblas_activation)activation;
    s->optimizer = (nnblas_optimizer)optimizer;
    return CARRY_ON;
}

static int take_lists(const char *command, const training_texts *texts, training_settings *s) {
    if (texts->hidden && !read_hidden(texts->hidden, s))
        return refuse_usage(command,
                            "--hidden takes 0, or up to %d whole numbers separated by commas",
                            MOST_HIDDEN_LAYERS);
    if (texts->batch && !read_batch(texts->batch, &s->batch))
        return refuse_usage(command, "--batch takes a whole number above 0, or all");
    if (texts->schedule && !read_schedule(texts->schedule, &s->schedule))
        return refuse_usage(command, "--schedule takes constant, step:EPOCHS:FACTOR, cosine, "
                                     "cosine:LAST, plateau:EPOCHS:FACTOR, "
                                     "adaptive:EPOCHS:FACTOR:LAST, inverse or inverse:SCALE:POWER");
    return CARRY_ON;
}

static int take_checkpoint(const char *command, training_settings *s) {
    if (!s->checkpoint && (s->is_resumed || s->checkpoint_epochs > 0))
        return refuse_usage(command, "--%s needs --checkpoint FILE",
                            s->is_resumed ? "resume" : "checkpoint-every");
    if (s->checkpoint && s->optimizer == NNBLAS_LBFGS)
        return refuse_usage(command,
                            "--optimizer lbfgs has no checkpoints: leave out --checkpoint");
    return CARRY_ON;
}

/* An option that would have no effect is refused, so that nobody waits for its effect. */
static int refuse_without_effect(const char *command, const training_texts *texts,
                                 const training_settings *s) {
    bool is_lbfgs = s->optimizer == NNBLAS_LBFGS;
    bool has_momentum = s->optimizer == NNBLAS_MOMENTUM || s->optimizer == NNBLAS_NESTEROV;
    const struct {
        const char *option;
        bool has_no_effect;
    } given[] = {
        {"momentum", s->momentum != NOT_GIVEN && !has_momentum},
        {"lbfgs-memory", s->lbfgs_memory > 0 && !is_lbfgs},
        {"lbfgs-tolerance", s->lbfgs_tolerance != NOT_GIVEN && !is_lbfgs},
        {"learning-rate", s->learning_rate > 0.0 && is_lbfgs},
        {"schedule", texts->schedule && is_lbfgs},
    };
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i].has_no_effect)
            return refuse_usage(command, "--%s has no effect with --optimizer %s: leave it out",
                                given[i].option, name_optimizer(s));
    return CARRY_ON;
}

int take_training_texts(const char *command, const training_texts *texts, training_settings *s) {
    int status = take_names(command, texts, s);
    if (status == CARRY_ON)
        status = take_lists(command, texts, s);
    if (status == CARRY_ON)
        status = refuse_without_effect(command, texts, s);
    if (status != CARRY_ON)
        return status;
    if (!texts->batch && takes_all_rows(s->optimizer))
        s->batch = 0;
    if (s->batch > 0 && takes_all_rows(s->optimizer))
        return refuse_usage(command, "--optimizer %s needs --batch all", texts->optimizer);
    if (s->has_score && s->validation == 0.0)
        return refuse_usage(command, "--score needs --validation F");
    if (s->learning_rate == 0.0)
        s->learning_rate = get_default_rate(s->optimizer);
    return take_checkpoint(command, s);
}

/* ---- defaults that depend on the rows -------------------------------------------------------- */

static size_t get_hidden_units(const training_settings *s, size_t layer, size_t rows) {
    if (s->hidden[layer] != HIDDEN_BY_ROWS)
        return s->hidden[layer];
    return nn_min(nn_max(rows / ROWS_A_HIDDEN_UNIT, LEAST_HIDDEN), MOST_HIDDEN);
}

static double count_steps_an_epoch(const training_settings *s, size_t rows) {
    return s->batch > 0 ? ceil((double)rows / (double)s->batch) : 1.0;
}

static double get_default_epochs(const training_settings *s, size_t rows) {
    if (s->optimizer != NNBLAS_ADAM)
        return EPOCHS_OF_OTHER_OPTIMIZERS;
    double share = sqrt(FEW_ROWS / fmax((double)rows, FEW_ROWS));
    double epochs = fmax(EPOCHS_OF_FEW_ROWS * share, LEAST_EPOCHS);
    return ceil(fmax(epochs, LEAST_STEPS / count_steps_an_epoch(s, rows)));
}

static uint64_t get_epochs(const training_settings *s, size_t rows) {
    return s->epochs != EPOCHS_BY_ROWS ? s->epochs : (uint64_t)get_default_epochs(s, rows);
}

static schedule get_schedule(const training_settings *s, size_t rows) {
    if (strcmp(name_schedule(s), SCHEDULE_BY_ROWS) != 0)
        return s->schedule;
    return (schedule){.kind = NNBLAS_SCHEDULE_INVERSE,
                      .scale = FALL_OVER_EPOCHS / get_default_epochs(s, rows),
                      .power = FALL_POWER};
}

/* ---- the library's objects ------------------------------------------------------------------- */

static nnblas_status set_output(nnblas_net *net, output_kind kind) {
    switch (kind) {
    case OUTPUTS_CLASSES:
        return nnblas_net_set_output(net, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY);
    case OUTPUTS_LABELS:
        return nnblas_net_set_output(net, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY);
    case OUTPUTS_NUMBERS:
    case OUTPUTS_MIXED:
        break;
    }
    return nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE);
}

nnblas_status create_net(const training_settings *s, const dataset *learnt, output_kind kind,
                         nnblas_net **net) {
    size_t sizes[MOST_HIDDEN_LAYERS + 2] = {learnt->inputs};
    for (size_t l = 0; l < s->n_hidden; l++)
        sizes[l + 1] = get_hidden_units(s, l, learnt->N);
    sizes[s->n_hidden + 1] = learnt->outputs;
    nnblas_status status = nnblas_net_create(sizes, s->n_hidden + 2, NNBLAS_BIAS, net);
    if (status)
        return status;
    status = nnblas_net_set_hidden(*net, s->activation);
    if (!status)
        status = set_output(*net, kind);
    if (!status)
        status = nnblas_net_init(*net, s->seed);
    if (status) {
        nnblas_net_destroy(*net);
        *net = NULL;
    }
    return status;
}

static nnblas_status set_schedule(const schedule *s, nnblas_trainer *trainer) {
    switch (s->kind) {
    case NNBLAS_SCHEDULE_STEP:
        return nnblas_trainer_set_step_schedule(trainer, s->epochs, s->factor);
    case NNBLAS_SCHEDULE_COSINE:
        return nnblas_trainer_set_cosine_schedule(trainer, s->last);
    case NNBLAS_SCHEDULE_PLATEAU:
        return nnblas_trainer_set_plateau_schedule(trainer, s->epochs, s->factor);
    case NNBLAS_SCHEDULE_INVERSE:
        return nnblas_trainer_set_inverse_schedule(trainer, s->scale, s->power);
    case NNBLAS_SCHEDULE_ADAPTIVE:
        return nnblas_trainer_set_adaptive_schedule(trainer, s->epochs, s->factor, s->last);
    case NNBLAS_SCHEDULE_CONSTANT:
        break;
    }
    return nnblas_trainer_set_constant_schedule(trainer);
}

static bool is_classifier(const nnblas_net *net) {
    return nnblas_net_output_activation(net) == NNBLAS_SOFTMAX;
}

static nnblas_status set_lbfgs(const training_settings *s, nnblas_trainer *trainer) {
    size_t memory;
    double tolerance;
    nnblas_status status = nnblas_trainer_lbfgs(trainer, &memory, &tolerance);
    if (status)
        return status;
    return nnblas_trainer_set_lbfgs(trainer, s->lbfgs_memory > 0 ? s->lbfgs_memory : memory,
                                    s->lbfgs_tolerance != NOT_GIVEN ? s->lbfgs_tolerance
                                                                    : tolerance);
}

static nnblas_status set_steps(const training_settings *s, size_t rows, double weight_decay,
                               nnblas_trainer *trainer) {
    const schedule fall = get_schedule(s, rows);
    nnblas_status status = nnblas_trainer_set_optimizer(trainer, s->optimizer);
    if (!status)
        status = nnblas_trainer_set_learning_rate(trainer, s->learning_rate);
    if (!status && s->momentum != NOT_GIVEN)
        status = nnblas_trainer_set_momentum(trainer, s->momentum);
    if (!status)
        status = set_lbfgs(s, trainer);
    if (!status)
        status = nnblas_trainer_set_weight_decay(trainer, weight_decay);
    if (!status)
        status = set_schedule(&fall, trainer);
    if (!status)
        status = nnblas_trainer_set_batch_size(trainer, s->batch);
    if (!status)
        status = nnblas_trainer_set_seed(trainer, s->seed);
    return status;
}

/* ---- the weight decay ------------------------------------------------------------------------ */

static double find_lowest_cost(const nnblas_trainer *trainer) {
    double lowest = HUGE_VAL;
    for (size_t i = 0; i < nnblas_trainer_history_count(trainer); i++) {
        nnblas_epoch epoch;
        if (nnblas_trainer_history_epoch(trainer, i, &epoch, sizeof epoch) == NNBLAS_OK)
            lowest = fmin(lowest, epoch.validation_cost);
    }
    return lowest;
}

static nnblas_status fit_pilot(const training_settings *s, const dataset *learnt, double decay,
                               nnblas_trainer *pilot) {
    double steps_an_epoch = count_steps_an_epoch(s, learnt->N) * (1.0 - PILOT_HELD_OUT);
    double epochs = ceil(fmax(PILOT_EPOCHS, PILOT_STEPS / steps_an_epoch));
    nnblas_status status = set_steps(s, learnt->N, decay, pilot);
    if (!status)
        status = nnblas_trainer_set_epochs(pilot, nn_min((size_t)epochs, get_epochs(s, learnt->N)));
    if (!status)
        status = nnblas_trainer_set_sample_weights(pilot, learnt->weights);
    if (!status)
        status = nnblas_trainer_set_validation_fraction(pilot, PILOT_HELD_OUT);
    if (!status)
        status = nnblas_trainer_fit(pilot, learnt->N, learnt->X, learnt->inputs, learnt->Y,
                                    learnt->outputs);
    return status;
}

/* About the part of the targets' variance that a training does not explain in rows that it has not
 * seen. What is wrong with the rows or the settings is left to the training itself. */
static double estimate_noise(const training_settings *s, const dataset *learnt,
                             const nnblas_net *net) {
    nnblas_net *copy = NULL;
    nnblas_trainer *pilot = NULL;
    double noise = MIDDLE_NOISE;
    bool is_short = learnt->N >= 2 && learnt->N <= MOST_PILOT_ROWS;
    if (is_short && nnblas_net_clone(net, &copy) == NNBLAS_OK &&
        nnblas_trainer_create(copy, &pilot) == NNBLAS_OK &&
        fit_pilot(s, learnt, ROWS_A_PRIOR_OF_NOISE * MIDDLE_NOISE / (double)learnt->N, pilot) >= 0)
        noise = sqrt(MIDDLE_NOISE * 2.0 * find_lowest_cost(pilot) / (double)learnt->outputs);
    nnblas_trainer_destroy(pilot);
    nnblas_net_destroy(copy);
    return fmin(fmax(noise, LEAST_NOISE), 1.0);
}

double get_usual_weight_decay(output_kind kind, size_t rows) {
    bool has_numbers = kind == OUTPUTS_NUMBERS || kind == OUTPUTS_MIXED;
    double prior = has_numbers ? ROWS_A_PRIOR_OF_NOISE * MIDDLE_NOISE : ROWS_A_PRIOR_OF_CLASSES;
    return prior / (double)rows;
}

static double get_weight_decay(const training_settings *s, const dataset *learnt,
                               const nnblas_net *net) {
    if (s->weight_decay != DECAY_BY_ROWS)
        return s->weight_decay;
    bool has_numbers = nnblas_net_output_activation(net) == NNBLAS_IDENTITY;
    double rows = has_numbers ? ROWS_A_PRIOR_OF_NOISE * estimate_noise(s, learnt, net)
                              : ROWS_A_PRIOR_OF_CLASSES;
    return rows / (double)learnt->N;
}

/* ---- the trainer ----------------------------------------------------------------------------- */

static nnblas_score choose_score(const training_settings *s, const nnblas_net *net) {
    if (!s->has_score)
        return NNBLAS_SCORE_NONE;
    if (nnblas_net_output_activation(net) == NNBLAS_SIGMOID)
        return NNBLAS_SCORE_LABELS;
    return is_classifier(net) ? NNBLAS_SCORE_ACCURACY : NNBLAS_SCORE_R2;
}

static uint64_t get_checkpoint_epochs(const training_settings *s, size_t rows) {
    if (s->checkpoint_epochs > 0)
        return s->checkpoint_epochs;
    uint64_t tenth = get_epochs(s, rows) / 10;
    return tenth < 1 ? 1 : tenth > MOST_CHECKPOINT_EPOCHS ? MOST_CHECKPOINT_EPOCHS : tenth;
}

static nnblas_status set_end(const training_settings *s, size_t rows, nnblas_trainer *trainer) {
    nnblas_score score = choose_score(s, nnblas_trainer_net(trainer));
    nnblas_status status = nnblas_trainer_set_epochs(trainer, get_epochs(s, rows));
    if (!status)
        status = nnblas_trainer_set_patience(trainer, s->patience);
    if (!status)
        status = nnblas_trainer_set_score(trainer, score);
    if (!status)
        status = nnblas_trainer_set_time_limit(trainer, s->time_limit);
    if (!status && s->checkpoint)
        status =
            nnblas_trainer_set_checkpoint(trainer, s->checkpoint, get_checkpoint_epochs(s, rows));
    return status;
}

static nnblas_status set_validation(const training_settings *s, const dataset *learnt,
                                    const dataset *deciding, nnblas_trainer *trainer) {
    if (deciding->N == 0 && s->validation > 0.0)
        return nnblas_trainer_set_validation_fraction(trainer, s->validation);
    if (s->validation == 0.0 && s->optimizer == NNBLAS_LBFGS)
        return NNBLAS_OK;
    const dataset *rows = deciding->N > 0 ? deciding : learnt;
    nnblas_status status = nnblas_trainer_set_validation_rows(trainer, rows->N, rows->X,
                                                              rows->inputs, rows->Y, rows->outputs);
    return status ? status : nnblas_trainer_set_validation_weights(trainer, rows->weights);
}

static nnblas_status set_up(const training_settings *s, const dataset *learnt,
                            const dataset *deciding, nnblas_trainer *trainer) {
    const double weight_decay = get_weight_decay(s, learnt, nnblas_trainer_net(trainer));
    nnblas_status status = set_steps(s, learnt->N, weight_decay, trainer);
    if (!status)
        status = set_end(s, learnt->N, trainer);
    if (!status)
        status = nnblas_trainer_set_sample_weights(trainer, learnt->weights);
    return status ? status : set_validation(s, learnt, deciding, trainer);
}

nnblas_status create_trainer(const training_settings *s, const dataset *learnt,
                             const dataset *deciding, nnblas_net *net, nnblas_trainer **trainer) {
    nnblas_status status = nnblas_trainer_create(net, trainer);
    if (status)
        return status;
    status = set_up(s, learnt, deciding, *trainer);
    if (status) {
        nnblas_trainer_destroy(*trainer);
        *trainer = NULL;
    }
    return status;
}

/* ---- summary --------------------------------------------------------------------------------- */

void print_settings(FILE *stream, const training_settings *s, const nnblas_net *net) {
    for (size_t l = 0; l < nnblas_net_layer_count(net); l++)
        fprintf(stream, "%s%zu", l > 0 ? "-" : "", nnblas_net_layer_size(net, l));
    if (s->n_hidden > 0)
        fprintf(stream, " %s", name_activation(s));
    fprintf(stream, "; %s", name_optimizer(s));
    if (s->optimizer != NNBLAS_LBFGS)
        fprintf(stream, ", learning rate %g", s->learning_rate);
    if (s->batch > 0)
        fprintf(stream, ", %zu rows a step", s->batch);
    else
        fputs(", all rows a step", stream);
    fprintf(stream, "; seed %" PRIu64 "\n", s->seed);
}
