# SPDX-License-Identifier: BSD-3-Clause
# Types words at the prompt of a real zsh, presses Tab, and prints what the terminal then shows.
# usage: zsh -f complete.zsh FOLDER_OF_COMPLETION FOLDER_OF_NNBLAS WORDS
zmodload zsh/zpty
zpty shell zsh -f -i

# await TEXT: reads until the terminal shows it, or ends after 20 seconds; the text is in $shown
await() {
    local chunk
    local -i tries=400
    shown=
    while ((tries--)) && [[ $shown != *$1* ]]; do
        zpty -r -t shell chunk && shown+=$chunk || sleep 0.05
    done
}

zpty -w shell "PS1=; TERM=dumb; stty -echo cols 200; setopt auto_list no_list_beep no_list_ambiguous"
zpty -w shell "path=($2 \$path); fpath=($1 \$fpath); autoload -U compinit; compinit -u -D"
zpty -w shell "print pre''pared"
await prepared
# The list is whole when nothing more comes for a while.
zpty -w -n shell "$3"$'\t'
await ' '
previous=
while [[ $shown != $previous ]]; do
    previous=$shown
    sleep 0.8
    while zpty -r -t shell chunk; do shown+=$chunk; done
done
print -r -- $shown
zpty -d shell
