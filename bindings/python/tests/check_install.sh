#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs the Python package under each prefix that this Python imports from, and imports it.
# usage: check_install.sh PYTHON SOURCE LIBRARY
set -eu
python=$1
source=$2
export NNBLAS_LIBRARY="$3" PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install_and_import() { # prefix
    build=$work/build$1
    root=$work/root$1
    meson setup "$build" "$source" --prefix "$1" -Dpython=true -Dtests=disabled -Dtools=false \
        -Dbench=false || return 1
    ninja -C "$build" bindings/python/nnblas/_declarations.py || return 1
    meson install -C "$build" --no-rebuild --tags python-runtime --destdir "$root" || return 1
    package=$(dirname "$(find "$root" -path '*/nnblas/__init__.py')")
    folder=${package%/nnblas}
    # As it is, with no PYTHONPATH: the folder has to be on the path of this Python.
    "$python" -c 'import sys; sys.exit(sys.argv[1] not in sys.path)' "${folder#"$root"}" || return 1
    PYTHONPATH=$folder "$python" -c 'import nnblas; nnblas.Net([2, 1])'
}

number=0
for prefix in $("$python" -c '
import site
paths = site.getsitepackages()
print(*sorted({path.partition("/lib/")[0] for path in paths if "/lib/" in path}))'); do
    number=$((number + 1))
    if (install_and_import "$prefix") >"$work/log" 2>&1; then
        echo "ok $number $prefix"
    else
        sed 's/^/# /' "$work/log"
        echo "not ok $number $prefix"
    fi
done
echo "1..$number"
