# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Completes the arguments of nnblas in bash. Commands and options are those that its --help lists.

# _nnblas_columns WORD...: the columns in the header of the first table among the words
_nnblas_columns() {
    local word
    for word in "$@"; do
        if [[ $word == *.?sv?(.gz) && -r $word ]]; then
            gzip -cdf -- "$word" 2>/dev/null | head -n 1 | tr -d '\0\r"' | tr ',;\t' '[\n*]'
            return
        fi
    done
}

# _nnblas_values OPTION WORD...: what the option takes, where that is a few names
_nnblas_values() {
    case $1 in
    --activation) printf '%s\n' sigmoid tanh relu identity softsign softplus elu leaky-relu gelu silu sine ;;
    --cost) printf '%s\n' mse huber huber: quantile quantile: poisson gamma gaussian ;;
    --optimizer) printf '%s\n' gradient-descent momentum nesterov rprop adam lbfgs levenberg-marquardt scg ;;
    --schedule) printf '%s\n' constant step: cosine plateau: adaptive: inverse: ;;
    --batch) printf '%s\n' all ;;
    --missing) printf '%s\n' impute refuse skip ;;
    --measure) printf '%s\n' accuracy balanced_accuracy precision recall f1 auc log_loss r2 rmse mae mse ;;
    --class-weights) printf '%s\n' balanced ;;
    --delimiter) printf '%s\n' tab ;;
    --target | --features | --ignore | --text | --weight | --keep)
        shift
        _nnblas_columns "$@"
        ;;
    esac
}

_nnblas() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} help begun=
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
        [[ $current != *,* ]] || begun=${current%,*},
        mapfile -t COMPREPLY < <(IFS=$'\n' compgen -P "$begun" -W "$(_nnblas_values "$before" "${COMP_WORDS[@]}")" -- "${current##*,}")
        [[ ${COMPREPLY[*]} ]] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -o filenames -F _nnblas nnblas
