#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs a fuzz target once on each of the inputs that a script makes.
# usage: run_replay.sh PROGRAM INPUTS
set -eu
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
sh "$2" "$corpus"
"$1" "$corpus"/*
