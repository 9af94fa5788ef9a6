#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the Debian packages of what is committed, lets lintian judge them, installs them in a new
# Debian and runs their own test there. Ends with "N passed, N failed".
# usage: tests/install/check_debian.sh
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
packages=$source/build/debian
passed=0
failed=0

run_check() { # name command...
    name=$1
    shift
    if "$@" >"$source/build/debian.log" 2>&1; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        cat "$source/build/debian.log"
        echo "not ok $name"
        failed=$((failed + 1))
    fi
}

judge_packages() {
    lintian --info --fail-on error,warning "$packages"/*.changes
}

# The packages that the test asks for beside these, from where this system has its own; the release
# alone. The folder is gone at the end.
use_in_chroot() {
    # shellcheck disable=SC2016 # apt's variables
    mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^bookworm //p' | head -n 1)
    needed=$(sed -n 's/^Depends: @, //p' "$source/packaging/debian/tests/control" | tr -d ' ')
    debs=$(echo "$packages"/*[!m]_*.deb)
    # shellcheck disable=SC2016 # a variable of the hook
    mmdebstrap --quiet --variant=apt --format=null --dpkgopt=force-unsafe-io --include="$needed" \
        --customize-hook="copy-in $debs $source/packaging/debian/tests/smoke /srv" \
        --customize-hook='chroot "$1" sh -c "apt-get install --yes --no-install-recommends /srv/*.deb"' \
        --customize-hook='chroot "$1" /srv/smoke' \
        --customize-hook='chroot "$1" sh -c "apt-get purge --yes nnblas-tools python3-nnblas libnnblas0"' \
        bookworm - "$mirror"
}

"$source/tools/setup" build packaging || exit 1
mkdir -p "$source/build"
run_check "Debian packages" "$source/tools/debian_packages" --no-tests
run_check "lintian" judge_packages
run_check "installed and used" use_in_chroot
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
