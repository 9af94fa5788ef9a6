#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What a user does: install, find the library with pkg-config and with CMake, shared and static, build C
# and C++ programs; or have it as a meson subproject with a wrap file.
# usage: check_install.sh SOURCE
set -eu
source=$(cd "$1" && pwd)
program=$source/tests/install/program.c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Werror"
version=$(sed -n "s/^ *version: '\(.*\)',/\1/p" "$source/meson.build")

fail() {
    echo "$1" >&2
    exit 1
}

run_quietly() {
    "$@" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        fail "failed: $*"
    }
}

refuse() { # message command...
    message=$1
    shift
    ! "$@" >"$work/log" 2>&1 || fail "not refused: $*"
    tr -s ' \n' ' ' <"$work/log" | grep -q "$message" || {
        cat "$work/log" >&2
        fail "refused without the message '$message': $*"
    }
}

# As a packager installs it: what is staged is not yet where it says that it is. CMake finds it all the
# same, and pkg-config where it is told of the prefix.
run_quietly meson setup "$work/build" "$source" --prefix=/opt/nnblas -Doptimization=0 \
    -Ddefault_library=both -Dtests=disabled -Dtools=false -Dbench=false
run_quietly env DESTDIR="$work/staged" meson install -C "$work/build"
prefix=$work/staged/opt/nnblas
library=$(dirname "$(find "$prefix" -name libnnblas.so)")
LD_LIBRARY_PATH=$library
PKG_CONFIG_PATH=$library/pkgconfig
export LD_LIBRARY_PATH PKG_CONFIG_PATH

check_pkg_config() {
    [ "$(pkg-config --modversion nnblas)" = "$version" ] || fail "another version in nnblas.pc"
    flags=$(pkg-config --define-variable=prefix="$prefix" --cflags --libs nnblas)
    cdef=$(pkg-config --define-variable=prefix="$prefix" --variable=cdef nnblas)
    grep -q '^nnblas_status nnblas_net_create(' "$cdef" || fail "no nnblas.cdef"
    # shellcheck disable=SC2046,SC2086 # the flags are several words
    {
        for header in "nnblas.h -x c -std=c11" "nnblas.h -x c++ -std=c++17" \
            "nnblas.hpp -x c++ -std=c++17" "nnblas.hpp -x c++ -std=c++20 -fno-rtti"; do
            echo "#include <${header%% *}>" >"$work/include.c"
            run_quietly cc ${header#* } $warnings -Wconversion -Wshadow -fsyntax-only $flags \
                "$work/include.c"
        done
        run_quietly cc -std=c11 $warnings "$program" $flags -o "$work/c_program"
        run_quietly c++ -x c++ -std=c++17 $warnings "$program" -x none $flags -o "$work/cxx_program"
        # A name of the program's own that is one of the library's inside.
        echo 'int nn_fail;' >"$work/own.c"
        run_quietly cc -std=c11 $warnings "$program" "$work/own.c" -I "$prefix/include" \
            "$library/libnnblas.a" $(pkg-config --libs openblas) -llbfgs -lm -o "$work/static_program"
    }
    run_quietly "$work/c_program"
    run_quietly "$work/cxx_program"
    run_quietly env LD_LIBRARY_PATH= "$work/static_program"
    run_quietly "$source/tests/install/check_symbols.sh" "$library/libnnblas.a" \
        "$prefix/include/nnblas.h"
}

# Beside it, where the machine has an MPI: the library of its processes.
check_mpi() {
    if ! command -v mpirun >/dev/null; then
        echo "skipped: the processes of MPI (needs openmpi-bin)"
        return
    fi
    . "$source/tests/mpi/mpirun.sh"
    # Another prefix would be MPI's as well.
    flags=$(pkg-config --cflags --libs nnblas_mpi nnblas | sed "s|/opt/nnblas|$prefix|g")
    # shellcheck disable=SC2086 # the flags are several words
    run_quietly cc $warnings "$source/examples/mpi.c" -o "$work/mpi_program" $flags -lm
    run_quietly run_ranks 2 "$work/mpi_program"
    echo "ok pkg-config: the processes of MPI"
}

# All libraries are static: OpenBLAS asks for gfortran's.
check_wholly_static() {
    # shellcheck disable=SC2046 # the flags are several words
    run_quietly cc -static "$program" -o "$work/wholly_static" \
        $(pkg-config --define-variable=prefix="$prefix" --static --cflags --libs nnblas)
    run_quietly env LD_LIBRARY_PATH= "$work/wholly_static"
}

find_with_cmake() { # languages what find_package is given
    rm -rf "$work/user"
    mkdir "$work/user"
    cat >"$work/user/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.16)
project(user LANGUAGES $1)
find_package(nnblas $2)
foreach(library nnblas shared static)
  if(TARGET nnblas::\${library})
    add_executable(with_\${library} "$program")
    target_link_libraries(with_\${library} PRIVATE nnblas::\${library})
  endif()
endforeach()
if(nnblas_FOUND AND NOT TARGET nnblas::nnblas)
  message(FATAL_ERROR "nnblas is found without nnblas::nnblas")
endif()
END
    cmake -S "$work/user" -B "$work/user/build" -Dnnblas_DIR="$library/cmake/nnblas"
}

check_cmake() {
    run_quietly cmake -S "$source/examples/cmake" -B "$work/example" -DCMAKE_PREFIX_PATH="$prefix"
    run_quietly cmake --build "$work/example"
    run_quietly "$work/example/xor"

    run_quietly find_with_cmake C "0.1...<9 REQUIRED COMPONENTS shared static"
    run_quietly cmake --build "$work/user/build"
    run_quietly "$work/user/build/with_nnblas"
    run_quietly "$work/user/build/with_shared"
    run_quietly env LD_LIBRARY_PATH= "$work/user/build/with_static"

    run_quietly find_with_cmake C "0.2 REQUIRED OPTIONAL_COMPONENTS other"
    (
        export PKG_CONFIG_LIBDIR=/none
        run_quietly find_with_cmake C "REQUIRED COMPONENTS shared OPTIONAL_COMPONENTS static"
        run_quietly find_with_cmake C "COMPONENTS static"
        refuse "needs openblas, which pkg-config does not find" \
            find_with_cmake C "REQUIRED COMPONENTS static"
    )
    run_quietly find_with_cmake C "REQUIRED COMPONENTS static"
    run_quietly cmake --build "$work/user/build" --target with_nnblas
    rm "$library"/libnnblas.so*
    run_quietly "$work/user/build/with_nnblas"
    run_quietly find_with_cmake C "REQUIRED OPTIONAL_COMPONENTS shared"
    run_quietly cmake --build "$work/user/build" --target with_static

    refuse "is installed without the component shared" find_with_cmake NONE "REQUIRED COMPONENTS shared"
    refuse "is installed without the component other" find_with_cmake NONE "REQUIRED COMPONENTS other"
    refuse "requested version \"0.99\"" find_with_cmake NONE "0.99 REQUIRED"
    refuse "requested version \"0.0\"" find_with_cmake NONE "0.0 REQUIRED"
}

# The headers have a folder of their own.
check_headers_apart() {
    run_quietly meson configure "$work/build" -Dprefix="$work/apart" -Dincludedir="$work/headers"
    run_quietly meson install -C "$work/build"
    library=$(dirname "$(find "$work/apart" -name libnnblas.so)")
    run_quietly find_with_cmake C "REQUIRED"
    run_quietly cmake --build "$work/user/build"
}

# With what is installed; as a subproject from an archive, with the static library.
check_meson() {
    cp -r "$source/examples/meson" "$work/installed"
    pc=$library/pkgconfig/nnblas.pc
    sed -i "s|^prefix=.*|prefix=$prefix|" "$pc"
    run_quietly meson setup "$work/installed/build" "$work/installed" --wrap-mode=nofallback
    run_quietly meson test -C "$work/installed/build"

    cp -r "$source/examples/meson" "$work/wrapped"
    mkdir "$work/wrapped/subprojects/packagefiles"
    tar -C "$source" --exclude=./build --exclude=./.git --transform='s|^[.]|nnblas|' -czf \
        "$work/wrapped/subprojects/packagefiles/nnblas.tar.gz" .
    run_quietly meson setup "$work/wrapped/build" "$work/wrapped" \
        --force-fallback-for=nnblas -Doptimization=0 -Dnnblas:default_library=static
    run_quietly env LD_LIBRARY_PATH= meson test -C "$work/wrapped/build" xor
}

check_pkg_config
echo "ok pkg-config: C11, C++17, shared, static"
check_mpi
if [ -e "$(cc -print-file-name=libgfortran.a)" ]; then
    check_wholly_static
    echo "ok a program that is wholly static"
else
    echo "skipped: a program that is wholly static (needs gfortran)"
fi
check_meson
echo "ok meson: installed, wrapped, static"
if command -v cmake >/dev/null; then
    check_cmake
    check_headers_apart
    echo "ok CMake: shared, static, headers outside of the prefix"
else
    echo "skipped: the package for CMake (needs cmake)"
fi
