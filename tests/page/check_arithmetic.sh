#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs check_arithmetic.mjs on the modules of the page: node takes them for modules only where a
# package.json beside them says so.
# usage: check_arithmetic.sh SOURCE
set -eu
if ! command -v node >/dev/null; then
    echo "skipped: the arithmetic of the page of nnblas explain (needs nodejs)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$1"/tools/explain/*.js "$folder"
echo '{ "type": "module" }' >"$folder/package.json"
node "$1/tests/page/check_arithmetic.mjs" "$folder"
