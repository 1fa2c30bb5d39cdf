"""Writes the completions of bash, zsh and fish from what the command says of itself (its --experimental-dump-help).

The parser's own scripts offer nothing of watch where no subcommand is typed, cannot complete a value with a colon in bash, such as
rapl:perf, and know nothing of the command that run starts.
"""

import shlex


class Option:
    """An option or a flag of a subcommand."""

    def __init__(self, argument):
        self.names = [("--" if name["kind"] == "long" else "-") + name["name"] for name in argument["names"]]
        self.takes_value = argument["kind"] == "option"
        self.is_repeatable = argument["isRepeating"]
        self.value_name = argument["valueName"]
        self.text = " ".join(argument.get("abstract", "").split())
        kind = argument.get("completionKind") or {}
        self.values = kind.get("list", {}).get("values", [])
        # Several values of one option, separated by commas.
        self.is_list = self.value_name == "kinds"
        self.takes = "values" if self.values else "files" if "file" in kind else "folders" if "directory" in kind else "text"

    def __eq__(self, other):
        return vars(self) == vars(other)


class Subcommand:
    """A subcommand, or one of its own, whose name is both."""

    def __init__(self, command, parent=None):
        self.name = f"{parent.name} {command['commandName']}" if parent else command["commandName"]
        self.text = command["abstract"]
        arguments = [one for one in command["arguments"] if one.get("shouldDisplay", True)]
        # help is asked for a subcommand, and has no options that are of use.
        self.is_help = self.name == "help"
        self.options = [] if self.is_help else [Option(one) for one in arguments if one["kind"] != "positional"]
        positional = [one for one in arguments if one["kind"] == "positional"]
        self.runs_command = any(one["parsingStrategy"] == "postTerminator" for one in positional)
        self.takes_files = any("file" in (one.get("completionKind") or {}) for one in positional)
        nested = [one for one in command.get("subcommands", []) if one["commandName"] != "help"]
        self.nested = [Subcommand(one, self) for one in nested]

    @property
    def last_name(self):
        return self.name.split()[-1]


class Command:
    def __init__(self, root):
        self.name = root["commandName"]
        self.default = root["defaultSubcommand"]
        self.subcommands = [Subcommand(one) for one in root["subcommands"]]
        # With their own, one level deep.
        self.all = [each for one in self.subcommands for each in [one, *one.nested]]

    @property
    def names(self):
        return [one.name for one in self.subcommands]


def bash_value(option):
    taken = f"values=({' '.join(map(shlex.quote, option.values))})" if option.values else f"kind={option.takes}"
    return taken + " kind=list" if option.is_list else taken


def bash(command):
    lines = []
    for one in command.all:
        lines.append(f"    {shlex.quote(one.name)})")
        if one.nested:
            lines.append(f"        subcommands=({' '.join(each.last_name for each in one.nested)})")
        if one.takes_files:
            lines.append("        arguments=files")
        if one.is_help:
            lines += [f"        subcommands=({' '.join(name for name in command.names if name != one.name)})", "        ;;"]
            continue
        lines.append(f"        flags=({' '.join(' '.join(option.names) for option in one.options if not option.takes_value)})")
        lines.append(f"        options=({' '.join(' '.join(option.names) for option in one.options if option.takes_value)})")
        repeatable = [name for option in one.options if option.is_repeatable for name in option.names]
        lines.append(f"        repeatable=({' '.join(repeatable)})")
        lines.append("        case $option in")
        names = {}
        for option in one.options:
            if option.takes_value and option.takes != "text":
                names.setdefault(bash_value(option), []).extend(option.names)
        lines += [f"        {' | '.join(options)}) {value} ;;" for value, options in names.items()]
        lines += ["        esac", "        ;;"]
    runs = " | ".join(one.name for one in command.subcommands if one.runs_command)
    return BASH.format(
        command=command.name, default=command.default, subcommands=" ".join(command.names), choices="\n".join(lines), runs=runs)


# Double braces are single ones in what is written.
BASH = r"""# bash completion of {command}. Needs bash 4.4.

# What a subcommand takes: sets flags, options, repeatable, and arguments if they are files, its own subcommands, and for $option its
# values or the kind of them. The caller declares them all.
_{command}_describe() {{
    flags=() options=() repeatable=() values=() kind="" arguments=""
    case $1 in
{choices}
    esac
}}

# Whether the first argument is one of the others.
_{command}_is_one_of() {{
    local one
    for one in "${{@:2}}"; do if [ "$one" = "$1" ]; then return 0; fi; done
    return 1
}}

_{command}() {{
    local IFS=$' \t\n' rest=${{COMP_LINE:0:COMP_POINT}} words=() word
    # Words as the command gets them: readline breaks them at : and = too.
    for word in "${{COMP_WORDS[@]:0:COMP_CWORD+1}}"; do
        if [ ${{#words[@]}} -eq 0 ] || [[ $rest == [[:space:]]* ]]; then
            rest=${{rest#"${{rest%%[![:space:]]*}}"}}
            words+=("")
        fi
        words[-1]+=${{rest:0:${{#word}}}}
        rest=${{rest:${{#word}}}}
    done

    local -a flags options repeatable values subcommands=({subcommands}) seen=()
    local kind arguments option="" subcommand="" index last=$((${{#words[@]}} - 1))
    _{command}_describe {default}
    for ((index = 1; index < last; index++)); do
        word=${{words[index]}}
        case $word in
        --)
            # What follows is another command.
            case $subcommand in {runs}) _{command}_command $((index + 1)) ;; esac
            return
            ;;
        --*=*) seen+=("${{word%%=*}}") ;;
        -*)
            seen+=("$word")
            if _{command}_is_one_of "$word" "${{options[@]}}"; then
                if [ $((index + 1)) -eq "$last" ]; then option=$word; fi
                index=$((index + 1))
            fi
            ;;
        *)
            if [ "$subcommand" != help ] && _{command}_is_one_of "$word" "${{subcommands[@]}}"; then
                subcommand=${{subcommand:+$subcommand }}$word subcommands=()
                _{command}_describe "$subcommand"
            fi
            ;;
        esac
    done

    word=${{words[last]}}
    local lead="" candidates=()
    if [ -z "$option" ] && [[ $word == --*=* ]]; then
        option=${{word%%=*}} word=${{word#*=}}
        if [[ $COMP_WORDBREAKS != *=* ]]; then lead=$option=; fi
    fi
    if [ -n "$option" ]; then
        _{command}_describe "${{subcommand:-{default}}}"
        _{command}_values
        return
    fi
    if [[ $word == -* ]]; then
        for option in "${{flags[@]}}" "${{options[@]}}"; do
            if _{command}_is_one_of "$option" "${{repeatable[@]}}" || ! _{command}_is_one_of "$option" "${{seen[@]}}"; then
                candidates+=("$option")
            fi
        done
        case $subcommand in {runs}) candidates+=(--) ;; esac
    elif [ -n "$arguments" ]; then
        kind=$arguments
        _{command}_values
        return
    else
        candidates=("${{subcommands[@]}}")
    fi
    for option in "${{candidates[@]}}"; do
        if [[ $option == "$word"* ]]; then COMPREPLY+=("$option"); fi
    done
}}

# Completes the value $word of $option.
_{command}_values() {{
    # Inside quotes readline breaks no words.
    local quoted="" begun="" one
    case $word in [\"\']*) quoted=yes word=${{word:1}} ;; esac
    case $kind in
    files | folders)
        compopt -o filenames
        local action=-f
        if [ "$kind" = folders ]; then action=-d; fi
        # As the shell would read it; compgen does this for a word that it completes itself.
        case $word in '~'*) word=$HOME${{word:1}} ;; esac
        while IFS= read -r one; do values+=("$one"); done < <(compgen "$action" -- "$word")
        ;;
    list)
        if [[ $word == *,* ]]; then begun=${{word%,*}},; fi
        ;;
    esac
    # What readline does not replace.
    local kept=""
    if [ -z "$quoted" ]; then
        for one in : =; do
            if [[ $COMP_WORDBREAKS == *$one* && $word == *$one* ]]; then
                local upto=${{word%"$one"*}}$one
                if [ ${{#upto}} -gt ${{#kept}} ]; then kept=$upto; fi
            fi
        done
    fi
    for one in "${{values[@]}}"; do
        # Of several values none twice.
        if [ -n "$begun" ] && [[ ,$begun == *,$one,* ]]; then continue; fi
        one=$begun$one
        if [[ $one == "$word"* ]]; then COMPREPLY+=("$lead${{one#"$kept"}}"); fi
    done
}}

# Completes the command whose name is this word of the line, as it is completed by itself.
_{command}_command() {{
    # Words here are those that readline sees, of which there may be more.
    local offset
    if declare -F _command_offset >/dev/null; then
        for ((offset = 0; offset < COMP_CWORD; offset++)); do
            if [ "${{COMP_WORDS[offset]}}" = -- ]; then break; fi
        done
        _command_offset $((offset + 1))
    elif [ "$last" -eq "$1" ]; then
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -c -- "${{words[last]}}")
    else
        compopt -o default
    fi
}}

complete -o nosort -F _{command} {command}
"""


def zsh_text(text, others=""):
    for character in "\\[]:" + others:
        text = text.replace(character, "\\" + character)
    return text


def zsh_name(name):
    return name.replace(" ", "\\ ")


def zsh_option(option):
    names = option.names
    exclusion = "*" if option.is_repeatable else f"({' '.join(names)})" if len(names) > 1 else ""
    takes = ""
    if option.takes_value:
        values = " ".join(zsh_text(value) for value in option.values)
        action = {"text": " ", "files": "_files", "folders": "_files -/", "values": f"({values})"}[option.takes]
        if option.is_list:
            action = f"_values -s , {option.value_name} {values}"
        takes = f":{zsh_text(option.value_name)}:{action}"
    described = f"[{zsh_text(option.text)}]{takes}"
    # A long name also takes its value after =, a short one only as the next word.
    name_of = {name: name + ("=" if option.takes_value and name.startswith("--") else "") for name in names}
    return [shlex.quote(exclusion + name_of[name] + described) for name in names]


def zsh(command):
    lines = []
    for one in command.all:
        lines.append(f"    ({zsh_name(one.name)})")
        specs = [spec for option in one.options for spec in zsh_option(option)]
        if one.is_help:
            specs = ["'1:subcommand:->subcommand'"]
        if one.nested:
            specs.append(f"'1:subcommand:({' '.join(each.last_name for each in one.nested)})'")
        if one.takes_files:
            specs.append("'*:file:_files'")
        if one.runs_command:
            specs += ["'(-)1:command: _command_names -e'", "'*::arguments: _normal'"]
        lines.append("      specs=(" + "".join(f"\n        {spec}" for spec in specs) + "\n      )\n      ;;")
    described = "\n".join(f"    {shlex.quote(zsh_text(one.name) + ':' + one.text)}" for one in command.subcommands)
    default = next(one for one in command.subcommands if one.name == command.default)
    valued = " ".join(name for option in default.options if option.takes_value for name in option.names)
    nested = " ".join(shlex.quote(each.name) for one in command.subcommands for each in one.nested)
    return ZSH.format(command=command.name, default=command.default, described=described, specs="\n".join(lines), valued=valued,
                      nested=nested)


ZSH = r"""#compdef {command}
# zsh completion of {command}.

_{command}() {{
  local -a subcommands=(
{described}
  ) valued=({valued}) nested=({nested}) specs
  local subcommand="" state curcontext=$curcontext
  local -A opt_args
  integer index
  # Options may stand before the subcommand; without one it is {default}.
  for ((index = 2; index < CURRENT; index++)); do
    case $words[index] in
    (--) break ;;
    (-*) if (( $valued[(Ie)$words[index]] )); then index+=1; fi ;;
    (*)
      if [[ -z $subcommand ]]; then
        (( ${{subcommands[(I)${{words[index]}}:*]}} )) || continue
        subcommand=$words[index]
      elif (( $nested[(Ie)$subcommand $words[index]] )); then
        subcommand+=" $words[index]"
      else
        continue
      fi
      words[index]=()
      CURRENT=$((CURRENT - 1)) index=$((index - 1))
      # One that has no subcommands of its own is the last.
      if (( ! ${{nested[(I)$subcommand *]}} )); then break; fi
      ;;
    esac
  done
  case ${{subcommand:-{default}}} in
{specs}
  esac
  if [[ -z $subcommand ]]; then specs+=('1:subcommand:->subcommand'); fi
  _arguments -S : "$specs[@]" && return
  if [[ $state == subcommand ]]; then _describe -V subcommand subcommands; return; fi
  return 1
}}

if [[ $funcstack[1] == _{command} ]]; then _{command} "$@"; else compdef _{command} {command}; fi
"""


def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_name(name):
    return f'"{name}"' if " " in name else name


def fish(command):
    lines, groups = [], []
    for one in command.all:
        for option in one.options:
            # What several subcommands share is said once.
            group = next((group for group in groups if group[0] == option), None)
            if group:
                group[1].append(one.name)
            else:
                groups.append((option, [one.name]))
    for option, subcommands in groups:
        parts = [f"complete -c {command.name} -n '__{command.name}_is {' '.join(map(fish_name, subcommands))}'"]
        parts += [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
        if option.is_list:
            parts.append(f"-x -a '(__{command.name}_list {' '.join(option.values)})'")
        elif option.takes_value:
            parts.append({"text": "-x", "files": "-r -F", "folders": "-x -a '(__fish_complete_directories (commandline -ct))'",
                          "values": f"-x -a {fish_quoted(' '.join(option.values))}"}[option.takes])
        lines.append(" ".join(parts) + f" -d {fish_quoted(option.text)}")
    for one in command.all:
        for each in one.nested:
            lines.append(f"complete -c {command.name} -n '__{command.name}_is {one.name}' -a {each.last_name} -d {fish_quoted(each.text)}")
        if one.takes_files:
            lines.append(f"complete -c {command.name} -n '__{command.name}_is {fish_name(one.name)}' -F")
    for one in command.subcommands:
        lines.append(f"complete -c {command.name} -n __{command.name}_wants_subcommand -a {one.name} -d {fish_quoted(one.text)}")
        if one.is_help:
            others = " ".join(name for name in command.names if name != one.name)
            lines.append(f"complete -c {command.name} -n '__{command.name}_is {one.name}' -a {fish_quoted(others)}")
        if one.runs_command:
            lines.append(f"complete -c {command.name} -n '__{command.name}_runs_command {one.name}' -x -a"
                         f" '(__{command.name}_complete_command)'")
    default = next(one for one in command.subcommands if one.name == command.default)
    valued = " ".join(name for option in default.options if option.takes_value for name in option.names)
    nested = " ".join(fish_name(each.name) for one in command.subcommands for each in one.nested)
    return FISH.format(command=command.name, default=command.default, subcommands=" ".join(command.names), valued=valued,
                       nested=nested, lines="\n".join(lines))


FISH = r"""# fish completion of {command}.

# Prints the subcommand that is typed; nothing where there is none yet. Options may stand before it.
function __{command}_typed
    set -l skips no
    set -l found
    set -l tokens (commandline -opc)
    for token in $tokens[2..-1]
        if test $skips = yes
            set skips no
        else if test "$token" = --
            return 1
        else if string match -q -- '-*' "$token"
            if contains -- "$token" {valued}
                set skips yes
            end
        else if test -n "$found"
            if contains -- "$found $token" {nested}
                set found "$found $token"
                break
            end
        else if contains -- "$token" {subcommands}
            set found $token
            # One that has no subcommands of its own is the last.
            string match -q -- "$found *" {nested}; or break
        end
    end
    test -n "$found"; and echo $found
end

# Whether options of one of these subcommands may come now; without a subcommand it is {default}.
function __{command}_is
    contains -- -- (commandline -opc); and return 1
    set -l typed (__{command}_typed)
    or set typed {default}
    contains -- $typed $argv
end

function __{command}_wants_subcommand
    contains -- -- (commandline -opc); and return 1
    not __{command}_typed >/dev/null
end

# Whether what is typed belongs to the command that this subcommand runs.
function __{command}_runs_command
    contains -- -- (commandline -opc)
    and test "$(__{command}_typed)" = $argv[1]
end

# The values that may follow those that are typed already, with commas between them.
function __{command}_list
    set -l begun (string replace -r '^--[^=]*=' '' -- (commandline -ct) | string match -r '^.*,')
    for value in $argv
        string match -q "*,$value,*" -- ",$begun"; or echo "$begun$value"
    end
end

# Completes the command behind -- as it is completed by itself.
function __{command}_complete_command
    set -l tokens (commandline -opc)
    set -l at (contains -i -- -- $tokens)
    set -l words (string escape -- $tokens[(math $at + 1)..-1])
    complete -C "$(string join ' ' -- $words (commandline -ct))"
end

complete -c {command} -f
{lines}
"""


def scripts(root):
    """The script of each shell, and where it is installed beneath share/."""
    command = Command(root)
    return {
        "bash-completion/completions/" + command.name: bash(command),
        "zsh/site-functions/_" + command.name: zsh(command),
        f"fish/vendor_completions.d/{command.name}.fish": fish(command),
    }
