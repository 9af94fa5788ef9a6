#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The site is built without a warning, and its links lead somewhere.
# usage: check_site.sh CHECK_LINKS HTML COMMAND...
set -eu
check_links=$1
html=$2
shift 2
rm -rf "$html"
"$@"
python3 "$check_links" "$html"
