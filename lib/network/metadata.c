/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/utf8.h"
#include "network/network.h"

#include <stdlib.h>
#include <string.h>

nnblas_status nn_check_key(const char *key) {
    if (nn_check_pointer("key", key))
        return NNBLAS_ERROR_NULL;
    size_t length = 0;
    for (; key[length]; length++)
        if (length == 100 || key[length] < 0x20 || key[length] > 0x7e)
            return nn_fail(NNBLAS_ERROR_VALUE,
                           "key must be 1 to 100 printable ASCII characters; byte %zu is not one",
                           length);
    if (length == 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "key is empty");
    if (strncmp(key, "nnblas.", 7) == 0)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "key is '%s'; keys that begin with 'nnblas.' are reserved", key);
    return NNBLAS_OK;
}

nn_text *nn_create_text(const char *key, const char *value) {
    size_t key_size = strlen(key) + 1, value_size = strlen(value) + 1;
    nn_text *text = nn_allocate(sizeof *text + key_size + value_size, 1);
    if (!text)
        return NULL;
    *text = (nn_text){.key = (char *)(text + 1)};
    text->value = text->key + key_size;
    memcpy(text->key, key, key_size);
    memcpy(text->value, value, value_size);
    return text;
}

bool nn_copy_texts(const nn_text *texts, nn_text **copy) {
    for (*copy = NULL; texts; texts = texts->next, copy = &(*copy)->next) {
        *copy = nn_create_text(texts->key, texts->value);
        if (!*copy)
            return false;
    }
    return true;
}

void nn_free_texts(nn_text *texts) {
    while (texts) {
        nn_text *next = texts->next;
        free(texts);
        texts = next;
    }
}

/* The link to the text of key, or the last link where there is none. */
static nn_text **find_text(nn_text **link, const char *key) {
    while (*link && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    return link;
}

nnblas_status nnblas_net_set_metadata(nnblas_net *net, const char *key, const char *value) {
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nnblas_status status = nn_check_key(key);
    if (!status && value)
        status = nn_check_utf8(value);
    if (status)
        return status;
    nn_text **link = find_text(&net->metadata, key), *old = *link, *created = NULL;
    if (value) {
        created = nn_create_text(key, value);
        if (!created)
            return NNBLAS_ERROR_MEMORY;
        created->next = old ? old->next : NULL;
        *link = created;
    } else if (old) {
        *link = old->next;
    }
    free(old);
    return NNBLAS_OK;
}

const char *nnblas_net_metadata(const nnblas_net *net, const char *key) {
    if (nn_check_pointer("net", net) || nn_check_pointer("key", key))
        return NULL;
    nn_text *texts = net->metadata, *text = *find_text(&texts, key);
    return text ? text->value : NULL;
}

size_t nnblas_net_metadata_count(const nnblas_net *net) {
    size_t count = 0;
    if (nn_check_pointer("net", net))
        return 0;
    for (const nn_text *text = net->metadata; text; text = text->next)
        count++;
    return count;
}

const char *nnblas_net_metadata_key(const nnblas_net *net, size_t index) {
    if (nn_check_pointer("net", net))
        return NULL;
    const nn_text *text = net->metadata;
    for (size_t i = 0; text && i < index; i++)
        text = text->next;
    if (!text)
        nn_fail(NNBLAS_ERROR_VALUE, "index is %zu; the network has %zu keys", index,
                nnblas_net_metadata_count(net));
    return text ? text->key : NULL;
}
