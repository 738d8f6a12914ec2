import { COMPLETE } from './word.js';

// Each asks lab itself what could come next, with the words of the command line up to the cursor; see complete.ts. Where lab knows nothing,
// the shell offers files. They say `lab`, not the word on the command line: so it may be an alias.

const bash = `_lab() {
    local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
    mapfile -t COMPREPLY < <(lab ${COMPLETE} "\${words[@]}" 2>/dev/null | cut -f 1)
}
complete -o default -F _lab lab
`;

const zsh = `#compdef lab
_lab() {
    local line
    local -a described
    while IFS= read -r line; do
        described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    done < <(lab ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)
    if ((\${#described})); then
        _describe lab described
    else
        _files
    fi
}
if [ "\${funcstack[1]}" = _lab ]; then _lab "$@"; else compdef _lab lab; fi
`;

const fish = `function __lab_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (lab ${COMPLETE} $words[2..] "$current" 2>/dev/null)
    if set -q lines[1]
        printf '%s\\n' $lines
    else
        __fish_complete_path "$current"
    end
end
complete -c lab -f -a '(__lab_complete)'
`;

export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** What a shell reads to complete the command lines of lab. */
export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
