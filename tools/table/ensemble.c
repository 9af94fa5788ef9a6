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
    return nnblas_net_layer_size(net, 0) == nnblas_net_layer_size(first, 0) &&
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

static nnblas_status add_others(const table_model *model, size_t N, const double *X, size_t inputs,
                                size_t outputs, double *O_out, double *O_spread) {
    double *of_member = resize_array(NULL, N * outputs, sizeof *of_member);
    nnblas_status status = NNBLAS_OK;
    for (size_t m = 0; m < model->n_others && !status; m++) {
        status = nnblas_net_predict(model->others[m], N, X, inputs, of_member, outputs);
        if (!status)
            add_member(N * outputs, of_member, m + 2, O_out, O_spread);
    }
    free(of_member);
    for (size_t i = 0; O_spread && i < N * outputs; i++)
        O_spread[i] = sqrt(O_spread[i] / (double)model->n_others);
    return status;
}

nnblas_status predict_model(const table_model *model, size_t N, const double *X, double *O_out,
                            double *O_spread) {
    size_t inputs = nnblas_net_layer_size(model->net, 0);
    size_t outputs = nnblas_net_layer_size(model->net, nnblas_net_layer_count(model->net) - 1);
    nnblas_status status = nnblas_net_predict(model->net, N, X, inputs, O_out, outputs);
    if (O_spread)
        memset(O_spread, 0, N * outputs * sizeof *O_spread);
    if (status || model->n_others == 0)
        return status;
    return add_others(model, N, X, inputs, outputs, O_out, O_spread);
}
