/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/ensemble.h"

#include "cli/memory.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- base64, RFC 4648 ------------------------------------------------------------------------ */

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *encode(const uint8_t *bytes, size_t size) {
    char *text = resize_array(NULL, size / 3 + 2, 4), *end = text;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t three = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)bytes[i + 2] : 0);
        *end++ = DIGITS[three >> 18];
        *end++ = DIGITS[three >> 12 & 63];
        *end++ = left > 1 ? DIGITS[three >> 6 & 63] : '=';
        *end++ = left > 2 ? DIGITS[three & 63] : '=';
    }
    *end = '\0';
    return text;
}

/* Stops at what is no digit; the network that is loaded from the bytes knows its size. */
static uint8_t *decode(const char *text, size_t *size) {
    uint8_t *bytes = resize_array(NULL, strlen(text) / 4 + 1, 3);
    uint32_t bits = 0;
    int count = 0;
    *size = 0;
    for (const char *digit; *text && (digit = strchr(DIGITS, *text)); text++) {
        bits = bits << 6 | (uint32_t)(digit - DIGITS);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes[(*size)++] = (uint8_t)(bits >> count & 255);
        }
    }
    return bytes;
}

/* ---- members --------------------------------------------------------------------------------- */

typedef struct {
    char text[32];
} member_key;

static const char MEMBER[] = "member ";

static member_key name_member(size_t number) {
    member_key key;
    snprintf(key.text, sizeof key.text, "%s%zu", MEMBER, number);
    return key;
}

bool is_member_key(const char *key) {
    size_t length = strlen(MEMBER);
    return strncmp(key, MEMBER, length) == 0 && key[length] != '\0' &&
           strspn(key + length, "0123456789") == strlen(key + length);
}

nnblas_status pack_members(table_model *model) {
    nnblas_status status = NNBLAS_OK;
    for (size_t i = 0; i < model->n_others && !status; i++) {
        void *bytes;
        size_t size;
        status = nnblas_net_save_to_memory(model->others[i], &bytes, &size);
        if (status)
            break;
        char *text = encode(bytes, size);
        status = nnblas_net_set_metadata(model->net, name_member(i + 2).text, text);
        free(text);
        nnblas_free(bytes);
    }
    return status;
}

static bool has_layers_of(const nnblas_net *net, const nnblas_net *first) {
    size_t last = nnblas_net_layer_count(net) - 1,
           last_of_first = nnblas_net_layer_count(first) - 1;
    return (nnblas_net_cost(net) == NNBLAS_GAUSSIAN) ==
               (nnblas_net_cost(first) == NNBLAS_GAUSSIAN) &&
           nnblas_net_layer_size(net, 0) == nnblas_net_layer_size(first, 0) &&
           nnblas_net_layer_size(net, last) == nnblas_net_layer_size(first, last_of_first);
}

static size_t count_member_keys(const nnblas_net *net) {
    size_t count = 0;
    for (size_t i = 0; i < nnblas_net_metadata_count(net); i++)
        count += is_member_key(nnblas_net_metadata_key(net, i));
    return count;
}

bool unpack_members(table_model *model) {
    const char *text;
    while ((text = nnblas_net_metadata(model->net, name_member(model->n_others + 2).text))) {
        nnblas_net *member;
        size_t size;
        uint8_t *bytes = decode(text, &size);
        nnblas_status status = nnblas_net_load_from_memory(bytes, size, &member);
        free(bytes);
        if (status)
            return false;
        model->others = resize_array(model->others, model->n_others + 1, sizeof *model->others);
        model->others[model->n_others++] = member;
        if (!has_layers_of(member, model->net))
            return false;
    }
    return model->n_others == count_member_keys(model->net);
}

/* ---- predictions ----------------------------------------------------------------------------- */

/* mean and squares follow B. P. Welford, Technometrics 4 (1962). squares may be null. */
static void add_member(size_t count, const double *outputs, size_t members, double *mean,
                       double *squares) {
    for (size_t i = 0; i < count; i++) {
        double distance = outputs[i] - mean[i];
        mean[i] += distance / (double)members;
        if (squares)
            squares[i] += distance * (outputs[i] - mean[i]);
    }
}

/* A prediction: N rows of the targets' outputs, and for networks with deviations the variances. */
typedef struct {
    size_t N, inputs, targets;
    const double *X;
    double *O_out, *variances; /* null where there are none */
} prediction;

/* of_rows: N rows of a mean for each target and the logarithm of its variance for each. */
static void split_rows(const prediction *p, const double *of_rows) {
    size_t T = p->targets;
    for (size_t e = 0; e < p->N; e++)
        for (size_t t = 0; t < T; t++) {
            p->O_out[e * T + t] = of_rows[2 * e * T + t];
            if (p->variances)
                p->variances[e * T + t] = exp(of_rows[(2 * e + 1) * T + t]);
        }
}

static nnblas_status predict_net(const nnblas_net *net, const prediction *p) {
    if (nnblas_net_cost(net) != NNBLAS_GAUSSIAN)
        return nnblas_net_predict(net, p->N, p->X, p->inputs, p->O_out, p->targets);
    double *of_rows = resize_array(NULL, p->N * 2 * p->targets, sizeof *of_rows);
    nnblas_status status = nnblas_net_predict(net, p->N, p->X, p->inputs, of_rows, 2 * p->targets);
    if (!status)
        split_rows(p, of_rows);
    free(of_rows);
    return status;
}

/* squares: null, or those of the distances between the networks; variances: null, or their sums. */
static nnblas_status add_others(const table_model *model, const prediction *sum, double *squares) {
    size_t count = sum->N * sum->targets;
    prediction p = *sum;
    nnblas_status status = NNBLAS_OK;
    p.O_out = resize_array(NULL, count, sizeof *p.O_out);
    p.variances = sum->variances ? resize_array(NULL, count, sizeof *p.variances) : NULL;
    for (size_t m = 0; m < model->n_others && !status; m++) {
        status = predict_net(model->others[m], &p);
        if (!status)
            add_member(count, p.O_out, m + 2, sum->O_out, squares);
        for (size_t i = 0; p.variances && !status && i < count; i++)
            sum->variances[i] += p.variances[i];
    }
    free(p.O_out);
    free(p.variances);
    return status;
}

/* The variance of the mixture of the networks' distributions has that of their means too (B.
 * Lakshminarayanan et al., NeurIPS 2017). */
static void finish_deviations(size_t count, size_t members, const double *squares,
                              double *deviations) {
    for (size_t i = 0; i < count; i++)
        deviations[i] = sqrt((deviations[i] + (squares ? squares[i] : 0.0)) / (double)members);
}

nnblas_status predict_model(const table_model *model, size_t N, const double *X, double *O_out,
                            double *O_spread, double *O_deviation) {
    const prediction p = {
        N,     nnblas_net_layer_size(model->net, 0),      nnblas_net_label_count(model->net), X,
        O_out, has_deviations(model) ? O_deviation : NULL};
    size_t count = N * p.targets;
    nnblas_status status = predict_net(model->net, &p);
    if (O_spread)
        memset(O_spread, 0, count * sizeof *O_spread);
    if (!status && model->n_others > 0)
        status = add_others(model, &p, O_spread);
    if (status)
        return status;
    if (p.variances)
        finish_deviations(count, model->n_others + 1, model->n_others > 0 ? O_spread : NULL,
                          p.variances);
    for (size_t i = 0; O_spread && model->n_others > 0 && i < count; i++)
        O_spread[i] = sqrt(O_spread[i] / (double)model->n_others);
    return NNBLAS_OK;
}
