/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a model that nnblas export wrote as C: SOURCE, a string, which defines NAME_... It reads
 * rows of the inputs of the model from standard input, with tabs between them, and
 *
 *   predict    prints the outputs of each
 *   jacobian   compares the Jacobian of each with central differences
 */
#include SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASTE(name, word) name##_##word
#define JOIN(name, word) PASTE(name, word)
#define OF(word) JOIN(NAME, word)

enum { INPUTS = OF(INPUTS), OUTPUTS = OF(OUTPUTS) };

static double read_input(int i, const char *text) {
#ifdef HAS_TEXTS
    if (*text && OF(category_counts)[i] > 0)
        return OF(find_category)(i, text);
#endif
    (void)i;
    return *text ? atof(text) : NAN;
}

static int read_row(double *x) {
    static char line[1 << 16];
    if (!fgets(line, sizeof line, stdin))
        return 0;
    line[strcspn(line, "\n")] = '\0';
    char *text = line;
    for (int i = 0; i < INPUTS; i++) {
        char *end = text + strcspn(text, "\t");
        int is_last = *end == '\0';
        *end = '\0';
        x[i] = read_input(i, text);
        text = is_last ? end : end + 1;
    }
    return 1;
}

static void print_outputs(const double *x) {
    double y[OUTPUTS];
    OF(predict)(x, y);
    for (int k = 0; k < OUTPUTS; k++)
        printf("%.17g%c", y[k], k + 1 < OUTPUTS ? '\t' : '\n');
}

#ifdef HAS_JACOBIAN
/* Not for a text, which is no number, nor for what is missing. */
static int is_number(const double *x, int i) {
#ifdef HAS_TEXTS
    if (OF(category_counts)[i] > 0)
        return 0;
#endif
    return !isnan(x[i]);
}

/* What is much for the input: of a date what makes a step of 1/8 second, which is exact. */
static double get_scale(int i) {
#ifdef HAS_DATES
    if (OF(date_parts)[i])
        return 12500.0;
#endif
#ifdef NO_SCALING
    return 1.0 + 0.0 * i;
#else
    return OF(deviations)[i] > 0.0 ? OF(deviations)[i] : 1.0;
#endif
}

static double difference(const double *x, int k, int i) {
    double moved[INPUTS], above[OUTPUTS], below[OUTPUTS], step = 1e-5 * get_scale(i);
    memcpy(moved, x, sizeof moved);
    moved[i] = x[i] + step;
    OF(predict)(moved, above);
    moved[i] = x[i] - step;
    OF(predict)(moved, below);
    return (above[k] - below[k]) / (2.0 * step);
}

/* An error of 1e-10 of the step by truncation, and of 1e-11 of y by rounding. */
static int check_jacobian(const double *x) {
    double J[OUTPUTS * INPUTS], y[OUTPUTS];
    OF(predict)(x, y);
    OF(jacobian)(x, J);
    for (int k = 0; k < OUTPUTS; k++)
        for (int i = 0; i < INPUTS; i++) {
            double expected = is_number(x, i) ? difference(x, k, i) : 0.0;
            double found = J[k * INPUTS + i];
            double most = 1e-8 * fabs(expected) + 1e-9 * fabs(y[k]) / get_scale(i);
            if (!(fabs(found - expected) <= most)) {
                printf("d y[%d] / d x[%d]: %.17g, not %.17g\n", k, i, found, expected);
                return 0;
            }
        }
    return 1;
}
#endif

int main(int argc, char **argv) {
    double x[INPUTS];
    int rows = 0;
    for (; read_row(x); rows++) {
#ifdef HAS_JACOBIAN
        if (argc > 1 && strcmp(argv[1], "jacobian") == 0) {
            if (!check_jacobian(x))
                return EXIT_FAILURE;
            continue;
        }
#endif
        print_outputs(x);
    }
    (void)argc;
    (void)argv;
    return rows > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
