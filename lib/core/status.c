/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[256];

nnblas_status nn_fail(nnblas_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return status;
}

nnblas_status nn_name_file(nnblas_status status, const char *path) {
    size_t length = strlen(message);
    snprintf(message + length, sizeof message - length, ", in '%s'", path);
    return status;
}

const char *nnblas_error_message(void) {
    return message;
}

const char *nnblas_status_string(nnblas_status status) {
    switch (status) {
    case NNBLAS_OK:
        return "NNBLAS_OK";
    case NNBLAS_ERROR_NULL:
        return "NNBLAS_ERROR_NULL";
    case NNBLAS_ERROR_SIZE:
        return "NNBLAS_ERROR_SIZE";
    case NNBLAS_ERROR_LEADING:
        return "NNBLAS_ERROR_LEADING";
    case NNBLAS_ERROR_OVERLAP:
        return "NNBLAS_ERROR_OVERLAP";
    case NNBLAS_ERROR_VALUE:
        return "NNBLAS_ERROR_VALUE";
    case NNBLAS_ERROR_NOT_FINITE:
        return "NNBLAS_ERROR_NOT_FINITE";
    case NNBLAS_ERROR_MEMORY:
        return "NNBLAS_ERROR_MEMORY";
    case NNBLAS_ERROR_FILE:
        return "NNBLAS_ERROR_FILE";
    case NNBLAS_ERROR_FORMAT:
        return "NNBLAS_ERROR_FORMAT";
    case NNBLAS_ERROR_MISSING:
        return "NNBLAS_ERROR_MISSING";
    case NNBLAS_ERROR_GROUP:
        return "NNBLAS_ERROR_GROUP";
    case NNBLAS_ERROR_SOURCE:
        return "NNBLAS_ERROR_SOURCE";
    case NNBLAS_STOPPED_COST:
        return "NNBLAS_STOPPED_COST";
    case NNBLAS_STOPPED_CALLBACK:
        return "NNBLAS_STOPPED_CALLBACK";
    case NNBLAS_STOPPED_PATIENCE:
        return "NNBLAS_STOPPED_PATIENCE";
    case NNBLAS_STOPPED_TIME:
        return "NNBLAS_STOPPED_TIME";
    case NNBLAS_STOPPED_CONVERGED:
        return "NNBLAS_STOPPED_CONVERGED";
    case NNBLAS_STOPPED_LINE_SEARCH:
        return "NNBLAS_STOPPED_LINE_SEARCH";
    case NNBLAS_STOPPED_CANCELLED:
        return "NNBLAS_STOPPED_CANCELLED";
    case NNBLAS_STOPPED_DAMPING:
        return "NNBLAS_STOPPED_DAMPING";
    }
    return "unknown status";
}
