/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a trained model as C source, or as a model of ONNX. */
#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "export/c_source.h"
#include "export/onnx_model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas export MODEL [--c FILE.c] [--onnx FILE.onnx] [OPTION]...\n"
    "\n"
    "Writes a model that other programs run without this library: from the columns of a table, as\n"
    "they are there, to the targets in their own units, or to probabilities.\n"
    "\n"
    "MODEL is a file that nnblas train or the library saved, or -, standard input. What the "
    "library\n"
    "saved has no columns: the inputs and outputs are then those of the network.\n"
    "\n"
    "  --c FILE.c            write a source of C99 or C++, which needs nothing but math.h:\n"
    "                        void NAME_predict(const double *x, double *y). The comment at its "
    "top\n"
    "                        lists the inputs x and the outputs y\n"
    "  --name NAME           what begins each name in the C source, and the name of the graph for\n"
    "                        ONNX: a letter, then letters, digits and _, at most 40 (default: "
    "made\n"
    "                        from the name of the file)\n"
    "  --jacobian            also write void NAME_jacobian(const double *x, double *J), the\n"
    "                        derivatives of y by x\n"
    "  --onnx FILE.onnx      write a model of ONNX, in doubles, with operators of opset 13 and "
    "for\n"
    "                        columns of texts of ai.onnx.ml 2. Its inputs are numbers and texts,\n"
    "                        matrices of the columns; its outputs are label and probabilities, or\n"
    "                        predictions\n";

enum { MOST_NAME = 40 };

typedef struct {
    const char *model, *c, *onnx, *name;
    bool has_jacobian;
    char own_name[MOST_NAME + 1];
} export_arguments;

/* ---- the name -------------------------------------------------------------------------------- */

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_good_name(const char *name) {
    size_t length = 0;
    while (is_word(name[length]))
        length++;
    return isalpha((unsigned char)name[0]) && name[length] == '\0' && length <= MOST_NAME;
}

/* The name of a file without folder and ending, as an identifier; "model" for standard output. */
static void make_name(const char *path, char *name) {
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    size_t length = 0;
    if (!isalpha((unsigned char)*file))
        length = (size_t)sprintf(name, strcmp(path, "-") == 0 ? "model" : "model_");
    for (; *file && *file != '.' && strcmp(path, "-") != 0 && length < MOST_NAME; file++)
        name[length++] = is_word(*file) ? *file : '_';
    name[length] = '\0';
}

/* ---- the arguments --------------------------------------------------------------------------- */

static int check_arguments(const char *command, export_arguments *a) {
    if (!a->model)
        return refuse_usage(command, "MODEL is missing; usage: nnblas export MODEL --c FILE.c");
    if (!a->c && !a->onnx)
        return refuse_usage(command, "nothing to write: give --c FILE.c, --onnx FILE.onnx or both");
    if (a->has_jacobian && !a->c)
        return refuse_usage(command, "--jacobian is for --c FILE.c");
    if (a->name && !is_good_name(a->name))
        return refuse_usage(command,
                            "--name takes a letter, then letters, digits and _, at most %d "
                            "characters, not '%s'",
                            MOST_NAME, show_text(a->name).text);
    if (!a->name) {
        make_name(a->c ? a->c : a->onnx, a->own_name);
        a->name = a->own_name;
    }
    const file_argument files[] = {
        {"MODEL", a->model, FILE_READ},
        {"--c", a->c, FILE_WRITTEN},
        {"--onnx", a->onnx, FILE_WRITTEN},
    };
    return check_files(command, files, sizeof files / sizeof files[0]);
}

static int read_arguments(int argc, char **argv, export_arguments *a) {
    *a = (export_arguments){0};
    const command_option options[] = {
        {.place = "MODEL", .text = &a->model},
        {"c", .text = &a->c},
        {"name", .text = &a->name},
        {"jacobian", .flag = &a->has_jacobian},
        {"onnx", .text = &a->onnx},
    };
    int status = read_options(argc, argv, HELP, options, sizeof options / sizeof options[0]);
    return status == CARRY_ON ? check_arguments(argv[0], a) : status;
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool export_c(const char *command, const export_arguments *a,
                     const exported_model *exported) {
    output_file output;
    const char *name = find_long_name(exported);
    if (name) {
        print_safely(stderr, "nnblas %s: %s: the name '%s' is longer than a string of C99 may be\n",
                     command, a->model, show_text(name).text);
        return false;
    }
    if (!open_output(command, &output, a->c))
        return false;
    write_c_source(output.stream, exported, a->name, a->has_jacobian);
    return keep_output(command, &output);
}

/* A message of protocol buffers ends at 2 GiB. */
static bool export_onnx(const char *command, const export_arguments *a,
                        const exported_model *exported) {
    output_file output;
    message model = make_onnx_model(exported, a->name);
    bool is_good = model.size <= INT32_MAX;
    if (!is_good)
        print_safely(stderr, "nnblas %s: %s: is too large for ONNX, which takes up to 2 GiB\n",
                     command, a->model);
    is_good = is_good && open_output(command, &output, a->onnx);
    if (is_good) {
        fwrite(model.bytes, 1, model.size, output.stream);
        is_good = keep_output(command, &output);
    }
    free(model.bytes);
    return is_good;
}

static bool can_export(const char *command, const export_arguments *a,
                       const exported_model *exported) {
    if (!exported->has_table || !has_deviations(&exported->model))
        return true;
    print_safely(stderr,
                 "nnblas %s: %s: has the cost gaussian; predictions with a standard deviation are "
                 "not exported\n",
                 command, a->model);
    return false;
}

int run_export(int argc, char **argv) {
    export_arguments arguments;
    int status = read_arguments(argc, argv, &arguments);
    if (status != CARRY_ON)
        return status;
    ignore_write_signals();
    exported_model exported;
    if (!load_exported_model(argv[0], arguments.model, &exported))
        return EXIT_FAILURE;
    bool is_good = can_export(argv[0], &arguments, &exported) &&
                   (!arguments.c || export_c(argv[0], &arguments, &exported)) &&
                   (!arguments.onnx || export_onnx(argv[0], &arguments, &exported));
    free_exported_model(&exported);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
