#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs a fuzz target once on each of the inputs that a script makes.
# usage: run_replay.sh PROGRAM INPUTS
set -eu
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
sh "$2" "$corpus"
# Behind the emulator, in a build for another processor.
# shellcheck disable=SC2086 # words
${MESON_EXE_WRAPPER:-} "$1" "$corpus"/*
