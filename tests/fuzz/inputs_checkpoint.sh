#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The inputs that fuzz_checkpoint begins with, and those that once found a fault. See there for their
# form: a training (\0 Adam, \1 RPROP, \2 a long one), and edits of WHAT PLACE PLACE VALUE.
# usage: inputs_checkpoint.sh FOLDER
set -eu
folder=$1

make() { # name bytes
    # shellcheck disable=SC2059 # the format is the bytes
    printf "$2" >"$folder/$1"
}

# Nothing is altered.
make adam '\0'
make rprop '\1'
make long '\2'
# Numbers of the texts, by their place among them: 23 settings, then the progress.
make seed '\0\0\017\0\1'
make epoch_0 '\0\0\027\0\0'
make epoch_2_53 '\0\0\027\0\011'
make epoch_largest '\0\0\027\0\013'
make steps_largest '\0\0\030\0\013'
make generator_of_zeros '\0\0\031\0\0\0\032\0\0\0\033\0\0\0\034\0\0'
make rate_factor_nan '\0\0\035\0\014'
make rate_factor_negative '\0\0\035\0\024'
make lowest_nan '\0\0\036\0\014'
make unimproved_largest '\0\0\037\0\013'
make on_plateau_1 '\0\0\040\0\1'
make seconds_infinite '\0\0\041\0\015'
make seconds_negative '\0\0\041\0\024'
make file_epochs_many '\0\0\042\0\007'
make cost_nan '\0\0\044\0\014'
make file_hash '\2\0\043\0\0'
# Elements of the tensors, in the order of the file: 13 parameters, then the history.
make parameter_nan '\0\1\0\0\014'
make epoch_number '\0\1\015\0\1'
make cost_nan '\0\1\016\0\014'
make validation_nan '\0\1\017\0\014'
make rate_negative '\0\1\020\0\024'
make score_over_1 '\0\1\022\0\026'
make score_nan '\0\1\022\0\014'
make moment_nan '\0\1\054\0\014'
make moment_large '\0\1\054\0\017'
make second_negative '\0\1\064\0\024'
make second_tiny_below_0 '\0\1\064\0\021'
make best_nan '\0\1\103\0\014'
make rprop_step_0 '\1\1\060\0\0'
make rprop_step_negative '\1\1\060\0\024'
make rprop_step_over '\1\1\060\0\027'
# The file of the history: altered, shorter, and without its first bytes.
make history_number '\2\5\020\0\1'
make history_cost '\2\5\050\0\014'
make history_short '\2\6\001\0\0'
make history_foreign '\2\5\0\0\0'
# A file that is cut, and one with other bytes in its header.
make cut '\0\4\001\0\0'
make header '\0\2\020\0\377{'
