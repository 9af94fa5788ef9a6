#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the library and its suites for another processor, and runs them under qemu. The headers and
# libraries come from Debian's packages for that processor, unpacked into a folder of their own: nothing
# is installed on this system but the compiler, qemu and mmdebstrap. Ends with "N passed, N failed".
# usage: tests/ports/run.sh i386|aarch64|s390x [--all | NAME...]
#   --all  every suite and all of its trials, which takes hours on an emulated processor
#   NAME   those suites or folders of tests/, with a share of the trials; without any, what may differ on this
#          processor and takes no more than a minute or two there
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
port=${1:-}
shift $(($# > 0))

all="blas core engine file fuzz kernels network random training workers"
# They count calls, allocations, blocks and seconds rather than compute.
slow="failed_allocations measured_calls derivative_calls given_derivative_calls source_calls plan_trials"
checkpoints="checkpoints checkpoint_settings damaged_checkpoints failed_checkpoints killed_training"
case $port in
i386)
    debian=i386 triplet=i386-linux-gnu compiler=i686-linux-gnu family=x86 endian=little
    loader=ld-linux.so.2 default=$all
    ;;
aarch64)
    debian=arm64 triplet=aarch64-linux-gnu compiler=aarch64-linux-gnu family=aarch64 endian=little
    loader=ld-linux-aarch64.so.1 default="core engine file kernels network $checkpoints"
    ;;
s390x)
    debian=s390x triplet=s390x-linux-gnu compiler=s390x-linux-gnu family=s390x endian=big
    loader=ld64.so.1 default="core file fuzz network $checkpoints"
    ;;
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

# The programs name their loader and where their libraries are, so that neither needs an option of
# qemu's: with -L it takes $root/tmp for /tmp, but not in every call.
blas=$root/usr/lib/$triplet/openblas-pthread
libraries=$blas:$root/usr/lib/$triplet:$root/lib/$triplet
link_args="'--sysroot=$root', '-Wl,--dynamic-linker=$root/lib/$loader', '-Wl,--disable-new-dtags',
    '-Wl,-rpath,$libraries', '-Wl,-rpath-link,$libraries'"
# An x86-64 processor runs those of i386 itself, where the kernel lets it.
is_emulated=true
wrapper="exe_wrapper = 'qemu-$port-static'"
if "$root/lib/$loader" --version >/dev/null 2>&1; then
    is_emulated=false wrapper=
fi
cat >"$work/cross.ini" <<END
[binaries]
c = '$compiler-gcc'
ar = '$compiler-ar'
strip = '$compiler-strip'
pkgconfig = 'pkg-config'
$wrapper
[properties]
needs_exe_wrapper = $is_emulated
sys_root = '$root'
pkg_config_libdir = '$blas/pkgconfig:$root/usr/lib/$triplet/pkgconfig:$root/usr/share/pkgconfig'
[built-in options]
c_args = ['--sysroot=$root']
c_link_args = [$link_args]
[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$port'
endian = '$endian'
END
[ -e "$work/build/build.ninja" ] ||
    meson setup "$work/build" "$source" --cross-file "$work/cross.ini" -Dtests=enabled -Dwerror=true \
        -Doptimization=1 -Dtools=false -Dbench=false -Dmpi=disabled >"$work/setup.log" || {
    cat "$work/setup.log"
    exit 1
}
left_out=
case ${1:-} in
--all) wanted=$all ;;
*)
    wanted=${*:-$default}
    export NNBLAS_TEST_SHARE=0.25
    ! $is_emulated || NNBLAS_TEST_SHARE=0.02
    ! $is_emulated || [ $# -gt 0 ] || left_out=$slow
    ;;
esac
# Of the lines "nnblas:FOLDER / SUITE".
suites=$(meson test -C "$work/build" --no-rebuild --list | sed -n 's|^nnblas:\(.*\) / |\1 |p' |
    awk -v wanted=" $wanted " -v left_out=" $left_out " 'index(left_out, " " $2 " ") { next }
        index(wanted, " " $1 " ") || index(wanted, " " $2 " ") { print $2 }')
code=0
# shellcheck disable=SC2086 # names
meson test -C "$work/build" --print-errorlogs --timeout-multiplier 4 $suites || code=$?
python3 "$source/tests/support/count.py" "$work/build/meson-logs/testlog.json"
exit "$code"
