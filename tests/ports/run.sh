#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the library and its suites for another processor, and runs them under qemu. The headers and
# libraries come from Debian's packages for that processor, unpacked into a folder of their own: nothing
# is installed on this system but the compiler, qemu and mmdebstrap. Ends with "N passed, N failed".
# usage: tests/ports/run.sh i386|aarch64|s390x [SUITE...]    without a suite: all of Check's
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
port=${1:?usage: tests/ports/run.sh i386|aarch64|s390x [SUITE...]}
shift

case $port in
i386) debian=i386 triplet=i386-linux-gnu compiler=i686-linux-gnu family=x86 endian=little ;;
aarch64) debian=arm64 triplet=aarch64-linux-gnu compiler=aarch64-linux-gnu family=aarch64 endian=little ;;
s390x) debian=s390x triplet=s390x-linux-gnu compiler=s390x-linux-gnu family=s390x endian=big ;;
*)
    echo "tests/ports/run.sh: no port '$port'; there are i386, aarch64 and s390x" >&2
    exit 2
    ;;
esac
"$source/tools/setup" build test ports

work=$source/build/ports/$port
root=$work/root
mkdir -p "$work"
if [ ! -e "$work/complete" ]; then
    rm -rf "$root"
    # From where this system has its own packages; the release alone, which does not change.
    # shellcheck disable=SC2016 # apt's variables
    mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^bookworm //p' | head -n 1)
    mmdebstrap --quiet --variant=extract --architectures="$debian" \
        --include=libc6-dev,linux-libc-dev,libgcc-12-dev,libopenblas-dev,liblbfgs-dev,check \
        bookworm "$root" "$mirror"
    # The packages were not configured, and their absolute links lead out of the folder.
    find "$root" -type l -lname '/*' | while read -r link; do
        ln -sfn "$root$(readlink "$link")" "$link"
    done
    touch "$work/complete"
fi

blas=usr/lib/$triplet/openblas-pthread
cat >"$work/cross.ini" <<END
[binaries]
c = '$compiler-gcc'
ar = '$compiler-ar'
strip = '$compiler-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-$port-static', '-L', '$root', '-E', 'LD_LIBRARY_PATH=/$blas:/usr/lib/$triplet']
[properties]
needs_exe_wrapper = true
sys_root = '$root'
pkg_config_libdir = '$root/$blas/pkgconfig:$root/usr/lib/$triplet/pkgconfig:$root/usr/share/pkgconfig'
[built-in options]
c_args = ['--sysroot=$root']
c_link_args = ['--sysroot=$root']
[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$port'
endian = '$endian'
END
[ -e "$work/build/build.ninja" ] ||
    meson setup "$work/build" "$source" --cross-file "$work/cross.ini" -Dtests=enabled -Dwerror=true \
        -Dtools=false -Dbench=false >"$work/setup.log" || {
    cat "$work/setup.log"
    exit 1
}
ninja -C "$work/build" >"$work/build.log" 2>&1 || {
    cat "$work/build.log"
    exit 1
}
code=0
meson test -C "$work/build" --no-rebuild --print-errorlogs --timeout-multiplier 4 "$@" || code=$?
python3 "$source/tests/support/count.py" "$work/build/meson-logs/testlog.json"
exit "$code"
