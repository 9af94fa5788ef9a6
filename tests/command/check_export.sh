#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas export writes C that every compiler takes without a warning, and that predicts as nnblas does.
# usage: check_export.sh NNBLAS DRIVER.c
set -u
here=$(cd "$(dirname "$0")" && pwd)
driver=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=export_support.sh
. "$here/export_support.sh"

# is_taken COMPILER SOURCE: as C and as C++, without a warning
is_taken() {
    for language in "c -std=c99" "c -std=c11 -O3" "c++ -std=c++98 -Wno-long-long" "c++ -std=c++20"; do
        # shellcheck disable=SC2086 # a language and its standard
        $1 -x $language -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -c "$2" -o compiled.o ||
            return 1
    done
}

# compile SOURCE: by each compiler that is there
compile() {
    for compiler in gcc clang; do
        ! command -v $compiler >/dev/null || is_taken $compiler "$1" || return 1
    done
}

# check_source NAME OUTPUTS OPTION...: the C of the model NAME, which every compiler takes, run on
# NAME.tsv, gives the predictions for NAME.csv; OPTION: of the compiler
check_source() {
    run_source "$@"
    check "  and every compiler takes it" compile "$1.c"
}

# The same with one compiler, for models whose sources differ in numbers alone.
run_source() {
    name=$1
    outputs=$2
    shift 2
    expect_status 0 export "$name" --c "$name.c" --jacobian
    check "  in lines of at most 100 columns" is_narrow "$name.c"
    gcc -std=c99 -Wall -Wextra -Werror -DSOURCE="\"$PWD/$name.c\"" -DNAME="$name" -DHAS_JACOBIAN "$@" \
        "$driver" -o "run_$name" -lm
    predict_outputs "$name" "$name.csv" "$outputs" >"$name.expected"
    "./run_$name" <"$name.tsv" >"$name.found"
    check "  and predicts as nnblas does" agree "$name.expected" "$name.found" 1e-14
    check "  with the derivatives" "./run_$name" jacobian <"$name.tsv"
}

# train NAME TARGET OPTION...
train() {
    name=$1
    target=$2
    shift 2
    "$nnblas" train "$name.csv" --target "$target" --quiet --epochs 20 --output "$name" "$@"
}

check_iris() {
    "$nnblas" iris >iris.csv
    sed 1d iris.csv | cut -d, -f1-4 | tr ',' '\t' >iris.tsv
    train iris species
    check_source iris 3
    check "the comment lists the inputs" has iris.c '^ \*   x\[2\]  "petal_length", a number$'
    check "  and the outputs" has iris.c '^ \*   y\[1\]  the probability that "species" is "versicolor"$'
    check "the classes have names" has iris.c '^const char \*const iris_class_names\[iris_OUTPUTS\]'
}

check_activations() {
    for activation in sigmoid tanh relu identity; do
        train iris species --activation $activation --hidden 7,5
        run_source iris 3
        train numbers y,z --activation $activation --hidden 7,5
        run_source numbers 2
    done
    train iris species --activation softsign,softplus,elu,leaky-relu,gelu,silu,sine --hidden 4,5,4,5,4,5,4
    check_source iris 3
    train numbers y,z --activation identity,identity,sigmoid,sigmoid,tanh --hidden 3,4,5,4,3
    check_source numbers 2
    train iris species --skip --hidden 7,5
    check_source iris 3
    train numbers y,z --skip --activation identity --hidden 4
    run_source numbers 2
    train iris species --hidden 0
    run_source iris 3
    train numbers y,z --hidden 0
    run_source numbers 2
}

check_texts() {
    make_table texts 300 'print "a", "colour", "b", "y"
        for (i = 0; i < rows; i++)
            print 100 * rand(), pick("red green blue"), pick("x y"), 1000 + 50 * noise()'
    train texts y
    check_source texts 1 -DHAS_TEXTS
    check "the comment lists the categories" \
        has texts.c '^ \*   x\[1\]  "colour", a text: 0 "blue", 1 "green", 2 "red"; -1 for any other$'
    make_table only 300 'print "colour", "b", "y"
        for (i = 0; i < rows; i++) print pick("red green blue"), pick("x y"), 1000 + 50 * noise()'
    train only y
    check_source only 1 -DHAS_TEXTS -DNO_SCALING
}

# What was missing in training, dates, and targets of several kinds.
check_gaps() {
    make_gaps
    list_targets >targets
    while read -r target outputs; do
        train gaps "$target" --features when,colour,b --activation tanh
        cp gaps.tsv gaps.all
        cut -f1,3,4 gaps.all >gaps.tsv
        run_source gaps "$outputs" -DHAS_TEXTS -DHAS_DATES
        mv gaps.all gaps.tsv
    done <targets
    train gaps y --features when,a,colour,b --activation tanh --skip
    check_source gaps 1 -DHAS_TEXTS -DHAS_DATES
    check "the comment has the dates" has gaps.c '^ \*   x\[0\]  "when", a date: seconds since 1970'
}

check_ensembles() {
    for option in "--ensemble 3" "--ensemble 3 --hidden 0"; do
        # shellcheck disable=SC2086 # an option and its value
        train iris species $option
        check_source iris 3
        # shellcheck disable=SC2086
        train numbers y,z $option
        check_source numbers 2
    done
    check "the comment has the number of networks" has numbers.c \
        '^ \* numbers: the mean of 3 neural networks, '
    train numbers y,z --ensemble 2 --hidden 3 --skip
    run_source numbers 2
    train gaps kind,y,late --features when,colour,b --ensemble 2
    cut -f1,3,4 gaps.tsv >gaps.inputs
    mv gaps.inputs gaps.tsv
    check_source gaps 5 -DHAS_TEXTS -DHAS_DATES
}

# What C could take for something else.
check_awkward_names() {
    awk 'BEGIN {
        print "int,\"a */ b /* c\",\"???/\",\"q\"\"\\n\\\\\",\"gr\303\274n \342\200\256\",%s %n,\"x\ty\",y"
        split("*/|/*|??/|\\|\"\"|\342\200\256 \303\274|%d|12\t3", texts, "|")
        for (i = 0; i < 80; i++)
            print i % 7 ",\"" texts[1 + i % 8] "\"," i % 3 ".5," i % 4 ".5," \
                i % 5 ".5," i ".25," i % 9 "," i ".5" }' >awkward.csv
    train awkward y
    expect_status 0 export awkward --c awkward.c --jacobian
    check "awkward names compile" compile awkward.c
    check "  and are ASCII in strings" has awkward.c '"gr\\303\\274n \\342\\200\\256",'
    long=$(printf '%0200d' 0 | tr 0 x)
    printf '%s,y\n1,2.5\n2,3.5\n3,4.5\n' "$long" >long.csv
    train long y
    expect_status 0 export long --c long.c
    check "a long name is in pieces" is_narrow long.c
    check "  that compile" compile long.c
    long=$(printf '%05000d' 0 | tr 0 x)
    printf '%s,y\n1,2.5\n2,3.5\n3,4.5\n' "$long" >long.csv
    train long y
    fails "long: the name 'x*\\.\\.\\.' is longer than a string of C99 may be" export long --c long.c
}

check_large() {
    make_table large 40 'print "a", "b", "y"
        for (i = 0; i < rows; i++) print rand(), rand(), rand()'
    train large y --hidden 300,300,300
    expect_status 0 export large --c large.c --jacobian
    check "a network of 182,000 weights compiles" gcc -std=c99 -O2 -c large.c -o large.o
}

check_two_models() {
    "$nnblas" export iris --c one.c
    "$nnblas" export numbers --c two.c --name other --jacobian
    cat >both.c <<'END'
#define other_DECLARATIONS
#include "one.c"
#include "two.c"
int main(void) {
    double x[4] = {5.0, 3.0, 4.0, 1.0}, y[3];
    one_predict(x, y);
    other_predict(x, y);
    other_jacobian(x, y);
    return other_INPUTS == one_INPUTS;
}
END
    check "two models, one only declared" \
        gcc -std=c99 -Wall -Wextra -Wpedantic -Werror both.c two.c -o both -lm
    check "  run" ./both
}

# The model of iris without its schema, as a program saves a network that it trained itself.
check_plain_net() {
    train iris species --activation tanh
    sed 's/"table":/"tabel":/' iris >plain
    "$nnblas" export iris --c iris.c --jacobian
    expect_status 0 export plain --c plain.c --jacobian
    check "  which every compiler takes" compile plain.c
    check "its inputs have numbers" has plain.c '^ \*   x\[3\]  "input 4", a number$'
    cat >compare.c <<'END'
#include "iris.c"
#include "plain.c"
int main(void) {
    double x[4] = {5.0, 3.0, 4.0, 1.0}, scaled[4], y[2][3], J[2][3 * 4];
    int equal = 1;
    for (int i = 0; i < 4; i++)
        scaled[i] = iris_scale(x[i], iris_means[i], iris_deviations[i]);
    iris_predict(x, y[0]);
    plain_predict(scaled, y[1]);
    iris_jacobian(x, J[0]);
    plain_jacobian(scaled, J[1]);
    for (int k = 0; k < 3; k++)
        equal = equal && y[0][k] == y[1][k] && y[0][k] > 0.0 &&
                J[0][4 * k] == J[1][4 * k] / iris_deviations[0];
    x[0] = NAN;
    plain_predict(x, y[1]);
    return equal && isnan(y[1][0]) ? 0 : 1;
}
END
    gcc -std=c99 -Wall -Werror compare.c -o compare -lm
    check "it predicts as the model does from scaled inputs" ./compare
    fails 'has no schema of a table' predict plain iris.csv
}

make_table numbers 200 'print "a", "b", "y", "z"
    for (i = 0; i < rows; i++) { a = 100 * rand(); b = noise() / 1000
        print a, b, sin(a / 20) + 200 * b, 1e6 + 1e5 * b * a }'
cut -f1-2 numbers.tsv >numbers.inputs
mv numbers.inputs numbers.tsv
check_iris
check_activations
check_texts
check_gaps
check_ensembles
check_awkward_names
check_large
check_two_models
check_plain_net
conclude
