# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Two hosts with a network between them, on this machine: network namespaces, joined by a pair of virtual
# interfaces. To be sourced in place of support.sh; the script then begins anew in a namespace of
# processes, with which all ends that it began and both hosts with it, also where it is killed.
if [ -z "${NNBLAS_FIRST_HOST:-}" ]; then
    rights=
    [ "$(id -u)" -eq 0 ] || rights='--user --map-root-user'
    # shellcheck disable=SC2086 # options
    if ! command -v ip >/dev/null || ! unshare $rights --net --pid --mount --fork true 2>/dev/null; then
        echo "skipped: the checks of --mpi over a network (need iproute2, and the right to make network namespaces)"
        exit 77
    fi
    # shellcheck disable=SC2086
    NNBLAS_FIRST_HOST=here exec unshare $rights --net --uts --pid --mount-proc --fork --kill-child "$0" "$@"
fi
# shellcheck source=support.sh
. "${checks_of_mpi:-$(dirname "$0")}/support.sh"

make_hosts() {
    hostname first
    unshare --net --uts --mount sleep 1000000 &
    second=$!
    until [ "$(readlink "/proc/$second/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do
        sleep 0.05
    done
    nsenter --target $second --uts hostname second
    ip link add wire type veth peer name wire netns $second
    for host in 1 2; do
        [ $host -eq 1 ] && inside= || inside="nsenter --target $second --net"
        $inside ip link set lo up
        $inside ip address add 10.1.2.$host/24 dev wire
        $inside ip link set wire up
    done
}

# mpirun begins its part on the other host with this, in place of ssh: agent HOST COMMAND...
write_agent() {
    cat >agent <<END
#!/bin/sh
shift
exec nsenter --target $second --net --uts --mount --wd="$directory" sh -c "\$*"
END
    chmod +x agent
}

# hide HOST FOLDER: from the first or the second host, as if it were on a disk of the other one
hide() {
    case $1 in
    first) mount -t tmpfs hidden "$2" ;;
    second) nsenter --target $second --mount mount -t tmpfs hidden "$directory/$2" ;;
    esac
}

cut_link() {
    ip link set wire down
}

mend_link() {
    ip link set wire up
}

make_hosts
write_agent
# A cut is noticed after 5 to 6 s, between the 4 that the checks give to nnblas and twice that.
export OMPI_MCA_oob_tcp_keepalive_time=1 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=5
export OMPI_MCA_plm_rsh_agent="$directory/agent" OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=10.1.2.0/24 \
    OMPI_MCA_oob_tcp_if_include=10.1.2.0/24 OMPI_MCA_orte_default_hostfile="$directory/hosts"
printf '10.1.2.1 slots=1\n10.1.2.2 slots=1\n' >hosts
