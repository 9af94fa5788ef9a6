/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of nnblas. argv[0] is the name of the command; each returns the exit status. */
#ifndef NNBLAS_COMMANDS_COMMANDS_H
#define NNBLAS_COMMANDS_COMMANDS_H

int run_cross_validate(int argc, char **argv);
int run_demo(int argc, char **argv);
int run_evaluate(int argc, char **argv);
int run_explain(int argc, char **argv);
int run_export(int argc, char **argv);
int run_importance(int argc, char **argv);
int run_info(int argc, char **argv);
int run_iris(int argc, char **argv);
int run_predict(int argc, char **argv);
int run_search(int argc, char **argv);
int run_show(int argc, char **argv);
int run_train(int argc, char **argv);
int run_tune(int argc, char **argv);

#endif
