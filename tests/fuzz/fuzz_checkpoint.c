/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For libFuzzer: a checkpoint, and the file of its history, in which anything was altered is
 * refused with words, and nothing is changed; or a training goes on from it, and stays finite.
 *
 * An input is a list of edits of files that the library wrote. The first byte chooses the training;
 * each edit is a byte that says what is altered, two that say where, and a value: one byte for a
 * value of the list below, or RAW and 8 bytes.
 */
#include "nnblas.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argument_count, char ***arguments);

enum { ROWS = 5, INPUTS = 2, HIDDEN = 3, OUTPUTS = 1, EPOCHS = 4, LONG_EPOCHS = 1100 };

static void expect(int condition) {
    if (!condition)
        abort();
}

/* ---- trainings ------------------------------------------------------------------------------- */

typedef struct kind {
    nnblas_optimizer optimizer;
    size_t batch, epochs;
    double fraction;
    int is_adaptive;
} kind;

/* The last is long enough that a part of its history is in the second file. */
static const kind KINDS[] = {
    {NNBLAS_ADAM, 2, EPOCHS, 0.4, 1},
    {NNBLAS_RPROP, 0, EPOCHS, 0.0, 0},
    {NNBLAS_MOMENTUM, 0, LONG_EPOCHS, 0.0, 0},
};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

typedef struct training {
    nnblas_net *net;
    nnblas_trainer *trainer;
} training;

static training begin(const kind *k) {
    static const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};
    training t;
    expect(!nnblas_net_create(SIZES, 3, NNBLAS_BIAS, &t.net));
    expect(!nnblas_trainer_create(t.net, &t.trainer));
    expect(!nnblas_trainer_set_optimizer(t.trainer, k->optimizer));
    expect(!nnblas_trainer_set_learning_rate(t.trainer, 0.01));
    expect(!nnblas_trainer_set_batch_size(t.trainer, k->batch));
    expect(!nnblas_trainer_set_validation_fraction(t.trainer, k->fraction));
    if (k->fraction > 0.0)
        expect(!nnblas_trainer_set_score(t.trainer, NNBLAS_SCORE_ACCURACY));
    if (k->is_adaptive)
        expect(!nnblas_trainer_set_adaptive_schedule(t.trainer, 2, 0.5, 0.004));
    return t;
}

static void end(training *t) {
    nnblas_trainer_destroy(t->trainer);
    nnblas_net_destroy(t->net);
}

static nnblas_status fit(const training *t) {
    double X[ROWS * INPUTS], Y[ROWS];
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        X[i] = (double)(i % 7) - 3.0;
    for (size_t i = 0; i < ROWS; i++)
        Y[i] = (double)(i % 2);
    return nnblas_trainer_fit(t->trainer, ROWS, X, INPUTS, Y, OUTPUTS);
}

/* ---- files ----------------------------------------------------------------------------------- */

typedef struct contents {
    uint8_t *bytes;
    size_t size;
} contents;

/* In a folder of their own, which the process removes when it ends. */
static char folder[64], checkpoint_path[80], history_path[90];

static contents read_file(const char *path) {
    contents c = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return c;
    expect(fseek(file, 0, SEEK_END) == 0);
    c.size = (size_t)ftell(file);
    rewind(file);
    c.bytes = malloc(c.size + 1);
    expect(c.bytes && fread(c.bytes, 1, c.size, file) == c.size);
    fclose(file);
    return c;
}

static void write_file(const char *path, const contents *c) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    expect(file >= 0 && write(file, c->bytes, c->size) == (ssize_t)c->size);
    close(file);
}

/* What one training wrote. */
typedef struct saved {
    contents checkpoint, history;
} saved;

static saved made[N_KINDS];

static int keep_files(void *user, size_t epoch, double cost) {
    const kind *k = user;
    (void)cost;
    if (epoch == k->epochs)
        made[k - KINDS] = (saved){read_file(checkpoint_path), read_file(history_path)};
    return epoch == k->epochs;
}

/* Each number of the texts gets 16 digits, so that others take its place. */
static void widen_numbers(contents *c) {
    size_t header = c->bytes[0] | (size_t)c->bytes[1] << 8;
    contents wide = {malloc(c->size + 64 * 16), 8};
    const uint8_t *end_of_header = c->bytes + 8 + header;
    for (const uint8_t *b = c->bytes + 8; b < end_of_header; b++) {
        wide.bytes[wide.size++] = *b;
        size_t digits = 0;
        while (*b == '=' && strchr("0123456789abcdef", b[1 + digits]))
            digits++;
        for (size_t i = digits; digits > 0 && i < 16; i++)
            wide.bytes[wide.size++] = '0';
    }
    size_t wide_header = wide.size - 8;
    for (size_t i = 0; i < 8; i++)
        wide.bytes[i] = (uint8_t)((uint64_t)wide_header >> 8 * i);
    memcpy(wide.bytes + wide.size, end_of_header, c->size - 8 - header);
    wide.size += c->size - 8 - header;
    free(c->bytes);
    *c = wide;
}

static void remove_files(void) {
    unlink(checkpoint_path);
    unlink(history_path);
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments) {
    (void)argument_count, (void)arguments;
    snprintf(folder, sizeof folder, "%s",
             access("/dev/shm", W_OK) ? "/tmp/nnblas-fuzz-XXXXXX" : "/dev/shm/nnblas-fuzz-XXXXXX");
    expect(mkdtemp(folder) != NULL);
    snprintf(checkpoint_path, sizeof checkpoint_path, "%s/checkpoint", folder);
    snprintf(history_path, sizeof history_path, "%s.epochs", checkpoint_path);
    atexit(remove_files);
    expect(!nnblas_set_threads(1));
    for (size_t i = 0; i < N_KINDS; i++) {
        training t = begin(&KINDS[i]);
        expect(!nnblas_trainer_set_epochs(t.trainer, SIZE_MAX));
        expect(!nnblas_trainer_set_checkpoint(t.trainer, checkpoint_path, 1));
        expect(!nnblas_trainer_set_callback(t.trainer, keep_files, (void *)&KINDS[i]));
        expect(fit(&t) == NNBLAS_STOPPED_CALLBACK);
        expect(made[i].checkpoint.bytes && !made[i].history.bytes == (i + 1 < N_KINDS));
        widen_numbers(&made[i].checkpoint);
        end(&t);
    }
    return 0;
}

/* ---- edits ----------------------------------------------------------------------------------- */

/* What is left of an input. */
typedef struct input {
    const uint8_t *at;
    size_t size;
} input;

static uint64_t take_bytes(input *in, size_t count) {
    uint64_t value = 0;
    for (size_t i = 0; i < count && in->size > 0; i++, in->at++, in->size--)
        value |= (uint64_t)*in->at << 8 * i;
    return value;
}

/* As integers: counts at their limits, and the bits of doubles that are no numbers or far away. */
static const uint64_t VALUES[] = {
    0,
    1,
    2,
    3,
    4,
    5,
    0xff,
    0x10000000,
    0xffffffff,
    0x0020000000000000, /* 2^53 */
    0x7fffffffffffffff,
    0xffffffffffffffff, /* NaN too */
    0x7ff8000000000000, /* NaN */
    0x7ff0000000000000, /* infinity */
    0xfff0000000000000,
    0x7fefffffffffffff, /* the largest double */
    0xffefffffffffffff,
    0x8000000000000001, /* the smallest below 0 */
    0x8000000000000000, /* -0 */
    0x3ff0000000000000, /* 1 */
    0xbff0000000000000,
    0x3fe0000000000000, /* 0.5 */
    0x4049000000000000, /* 50, and above and below RPROP's limits */
    0x4049000000000001,
    0x3eb0c6f7a0b5ed8c,
};
enum { N_VALUES = sizeof VALUES / sizeof *VALUES, RAW = 255 };

static uint64_t take_value(input *in) {
    size_t choice = (size_t)take_bytes(in, 1);
    return choice == RAW ? take_bytes(in, 8) : VALUES[choice % N_VALUES];
}

static void put(contents *c, size_t at, uint64_t value) {
    for (size_t i = 0; i < 8 && at + i < c->size; i++)
        c->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

/* Where the tensors begin; an edit may have changed what the file says of it. */
static size_t get_data(const contents *c) {
    size_t data = 8 + (c->bytes[0] | (size_t)c->bytes[1] << 8);
    return data < c->size ? data : c->size;
}

/* The digits of the number of this place among those of the texts. */
static void edit_number(contents *c, size_t place, uint64_t value) {
    char digits[17];
    size_t header_end = get_data(c), count = 0;
    snprintf(digits, sizeof digits, "%016" PRIx64, value);
    for (size_t at = 8; at < header_end; at++)
        count += c->bytes[at] == '=';
    place = count > 0 ? place % count : 0;
    for (size_t at = 8; at + 16 < header_end; at++)
        if (c->bytes[at] == '=' && place-- == 0)
            memcpy(c->bytes + at + 1, digits, 16);
}

static void edit_element(contents *c, size_t place, uint64_t value) {
    size_t data = get_data(c), elements = (c->size - data) / 8;
    if (c->size > data && elements > 0)
        put(c, data + place % elements * 8, value);
}

static void edit_byte(contents *c, size_t place, uint64_t value) {
    if (c->size > 0)
        c->bytes[place % c->size] = (uint8_t)value;
}

static void edit(saved *s, input *in) {
    enum {
        NUMBER,
        ELEMENT,
        HEADER_BYTE,
        ANY_BYTE,
        SIZE,
        HISTORY_NUMBER,
        HISTORY_SIZE,
        KINDS_OF_EDITS
    };
    size_t what = (size_t)take_bytes(in, 1) % KINDS_OF_EDITS, place = (size_t)take_bytes(in, 2);
    uint64_t value = take_value(in);
    switch (what) {
    case NUMBER:
        edit_number(&s->checkpoint, place, value);
        break;
    case ELEMENT:
        edit_element(&s->checkpoint, place, value);
        break;
    case HEADER_BYTE:
        edit_byte(&(contents){s->checkpoint.bytes, get_data(&s->checkpoint)}, place, value);
        break;
    case ANY_BYTE:
        edit_byte(&s->checkpoint, place, value);
        break;
    case SIZE:
        s->checkpoint.size -= s->checkpoint.size > 0 ? place % s->checkpoint.size : 0;
        break;
    case HISTORY_NUMBER:
        put(&s->history, place, value);
        break;
    default:
        s->history.size -= s->history.size > 0 ? place % s->history.size : 0;
        break;
    }
}

static contents copy(const contents *c) {
    contents made_copy = {malloc(c->size + 1), c->size};
    expect(made_copy.bytes != NULL);
    if (c->size > 0)
        memcpy(made_copy.bytes, c->bytes, c->size);
    return made_copy;
}

/* ---- the check ------------------------------------------------------------------------------- */

static int stop_after_one(void *user, size_t epoch, double cost) {
    (void)user, (void)epoch;
    expect(isfinite(cost));
    return 1;
}

static void check_finite(const training *t) {
    const double *W = nnblas_net_parameters(t->net);
    for (size_t i = 0; i < nnblas_net_parameter_count(t->net); i++)
        expect(isfinite(W[i]));
    size_t before = 0;
    for (size_t e = 0; e < nnblas_trainer_history_count(t->trainer); e++) {
        nnblas_epoch epoch;
        expect(!nnblas_trainer_history_epoch(t->trainer, e, &epoch, sizeof epoch));
        expect(isfinite(epoch.cost) && isfinite(epoch.seconds));
        expect(e == 0 || epoch.epoch == before + 1);
        before = epoch.epoch;
    }
}

/* The parameters are those of a new network, and there is no history. */
static void check_untouched(const training *t, const kind *k) {
    training fresh = begin(k);
    expect(memcmp(nnblas_net_parameters(t->net), nnblas_net_parameters(fresh.net),
                  nnblas_net_parameter_count(t->net) * sizeof(double)) == 0);
    expect(nnblas_trainer_history_count(t->trainer) == 0);
    end(&fresh);
}

static int is_refusal(nnblas_status status) {
    return status == NNBLAS_ERROR_FORMAT || status == NNBLAS_ERROR_VALUE ||
           status == NNBLAS_ERROR_FILE;
}

static void go_on(const kind *k) {
    training t = begin(k);
    expect(!nnblas_trainer_set_epochs(t.trainer, SIZE_MAX));
    expect(!nnblas_trainer_set_callback(t.trainer, stop_after_one, NULL));
    nnblas_status status = nnblas_trainer_resume(t.trainer, checkpoint_path);
    if (!status)
        status = fit(&t);
    if (is_refusal(status))
        check_untouched(&t, k);
    else
        expect(status == NNBLAS_STOPPED_CALLBACK || status == NNBLAS_ERROR_NOT_FINITE ||
               (status == NNBLAS_STOPPED_PATIENCE && k->is_adaptive));
    expect(status > 0 || *nnblas_error_message());
    check_finite(&t);
    end(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    size_t choice = (size_t)take_bytes(&in, 1) % N_KINDS;
    saved s = {copy(&made[choice].checkpoint), copy(&made[choice].history)};
    while (in.size > 0)
        edit(&s, &in);
    write_file(checkpoint_path, &s.checkpoint);
    write_file(history_path, &s.history);
    go_on(&KINDS[choice]);
    free(s.checkpoint.bytes);
    free(s.history.bytes);
    return 0;
}
