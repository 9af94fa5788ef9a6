# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# run_ranks RANKS PROGRAM [ARGUMENT...]: more ranks than processors, each with one thread, of Open MPI or
# another MPI, whose mpirun MPIRUN names. The libraries of MPI leak, as AddressSanitizer would tell.
run_ranks() {
    ranks=$1
    shift
    MPIRUN=${MPIRUN:-mpirun}
    case $("$MPIRUN" --version 2>&1) in
    *"Open MPI"*)
        set -- --oversubscribe --bind-to none -np "$ranks" "$@"
        [ "$(id -u)" -ne 0 ] || set -- --allow-run-as-root "$@"
        ;;
    *) set -- -np "$ranks" "$@" ;;
    esac
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 OPENBLAS_NUM_THREADS=1 "$MPIRUN" "$@"
}
