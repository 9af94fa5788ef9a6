#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Stands for a suite that cannot run here: says which, and the Debian packages that it needs.
# usage: skip.sh SUITE PACKAGES
echo "skipped: $1 (needs $2)"
exit 77
