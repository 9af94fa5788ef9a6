#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A build without Jansson says so of the commands that it lacks.
# usage: check_without_tables.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_commands() {
    expect_status 0 --help
    cp "$out" commands
    for name in train predict evaluate cross-validate tune iris; do
        check "the help does not list $name" lacks commands "^  $name "
        fails "^nnblas: this build has no $name, which needs Jansson: build it with" "$name" --help
    done
    refuses "unknown command 'nonsense'" nonsense
}

check_commands
conclude
