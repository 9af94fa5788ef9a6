# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Completes the arguments of nnblas in bash. Commands and options are those that its --help lists.

# _nnblas_columns WORD...: the columns in the header of the first table among the words
_nnblas_columns() {
    local word
    for word in "$@"; do
        if [[ $word == *.?sv && -r $word ]]; then
            head -n 1 -- "$word" | tr -d '\r"' | tr ',;\t' '[\n*]'
            return
        fi
    done
}

# _nnblas_values OPTION WORD...: what the option takes, where that is a few names
_nnblas_values() {
    case $1 in
    --activation) echo sigmoid tanh relu identity ;;
    --optimizer) echo gradient-descent momentum nesterov rprop adam lbfgs ;;
    --schedule) echo constant step: cosine plateau: adaptive: inverse: ;;
    --batch) echo all ;;
    --missing) echo impute refuse skip ;;
    --class-weights) echo balanced ;;
    --delimiter) echo tab ;;
    --target | --features | --ignore | --text | --weight | --keep)
        shift
        _nnblas_columns "$@"
        ;;
    esac
}

_nnblas() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} help
    COMPREPLY=()
    if ((COMP_CWORD == 1)) || [[ ${COMP_WORDS[1]} == help ]]; then
        help=$("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$help help --help --version" -- "$current")
        return
    fi
    help=$("${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2>/dev/null)
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(grep -oE '^  --[a-z-]+(, --[a-z-]+)?' <<<"$help" | tr ',' ' ') --help" -- "$current")
    elif grep -qE -e "^  $before [A-Z]" <<<"$help"; then
        mapfile -t COMPREPLY < <(compgen -W "$(_nnblas_values "$before" "${COMP_WORDS[@]}")" -- "$current")
        [[ ${COMPREPLY[*]} ]] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -o filenames -F _nnblas nnblas
