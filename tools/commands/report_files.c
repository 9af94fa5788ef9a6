/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/report_files.h"

#include "commands/gnuplot.h"

#include <stdlib.h>

int check_report_files(const char *command, const model_arguments *arguments, const char *json,
                       const char *plot) {
    const file_argument written[] = {{"--json", json, FILE_WRITTEN},
                                     {"--plot", plot, FILE_WRITTEN}};
    if (plot && !is_plot_path(plot))
        return refuse_usage(command, "--plot takes a file name that ends in .svg or .png");
    int status = check_model_files(command, arguments, written, sizeof written / sizeof written[0]);
    if (status == CARRY_ON && plot && !check_gnuplot(command))
        return EXIT_FAILURE;
    return status;
}
