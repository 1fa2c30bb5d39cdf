#!/bin/bash
# Checks the format, and the rules of the house that a search can check. Arguments: what swift format looks at.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0

# Says what is wrong, and where: one line each.
complain() {
    failed=1
    echo "lint: $1" >&2
    if [ -n "${2:-}" ]; then sed 's/^/    /' <<<"$2" >&2; fi
}

# Complains of every line of the Swift files beneath a folder that matches, but not of what comments say.
forbid() {
    local found
    found=$(grep -rnE --include='*.swift' --exclude-dir=.build "$2" "$3" | grep -vE '^[^:]+:[0-9]+: *//' || true)
    if [ -n "$found" ]; then complain "$1" "$found"; fi
}

swift format lint --strict --parallel --recursive "$@" || complain "the format is not the house's; see: make format"

forbid "a library must not end its host: no try!, as! or fatalError" \
    '(^|[^A-Za-z_])(try!|as!)|(^|[^A-Za-z_.])fatalError\(' Sources
forbid "an example shows what others copy: no try!, as! or fatalError" \
    '(^|[^A-Za-z_])(try!|as!)|(^|[^A-Za-z_.])fatalError\(' Examples
for target in PowerSensors PowerSensors{Core,Machine,Sources,Estimator,Attribution,Carbon}; do
    forbid "$target must not need Foundation" \
        '^ *((public|package|internal|fileprivate|private) +)?import +((class|enum|func|protocol|struct|typealias|var) +)?Foundation' \
        "Sources/$target"
done
forbid "tests see what the package sees: no @testable" '@testable' Tests
# As others evaluate it: CI's option is none of theirs.
manifest=$(env -u OPTIMIZE_ALL_BUT_TESTS swift package dump-package 2>&1) || complain "Package.swift cannot be evaluated" "$manifest"
if grep -q unsafeFlags <<<"$manifest"; then complain "no package can depend on one with unsafeFlags"; fi
forbid "tests are written with Swift Testing" '^ *import +XCTest' Tests

# What the guides show is what the examples do: every line of their code is one of an example's.
shown_by_examples=$(find Examples -name .build -prune -o -name '*.swift' -exec sed 's/^ *//; /^$/d' {} +)
for guide in README.md Docs/*.md Docs/Reference/*.md; do
    code=$(awk '/^```/ { inside = ($0 == "```swift") && !inside; next } inside' "$guide" | sed 's/^ *//; /^$/d')
    if [ -z "$code" ]; then continue; fi
    stale=$(grep -vxFf <(printf '%s\n' "$shown_by_examples") <<<"$code" || true)
    if [ -n "$stale" ]; then complain "$guide shows code that no example has" "$stale"; fi
done

# The protocols that they show are the library's.
declared=$(find Sources -name '*.swift' -exec sed 's/^ *//; /^$/d' {} +)
for guide in README.md Docs/*.md; do
    shown=$(awk '
        /^```/ { if (inside && block ~ /(^|\n)public protocol/) printf "%s", block; inside = !inside; block = ""; next }
        inside { block = block $0 "\n" }' "$guide" | sed 's/^ *//; /^$/d; /^\/\//d')
    if [ -z "$shown" ]; then continue; fi
    stale=$(grep -vxFf <(printf '%s\n' "$declared") <<<"$shown" || true)
    if [ -n "$stale" ]; then complain "$guide shows a protocol otherwise than it is" "$stale"; fi
done

for script in Scripts/*.sh Scripts/deploy/*.sh .ci/run Deploy/debian/* Deploy/harvester/*.sh Tests/Kernel/*.sh Tests/Kernel/guest/{init,*.sh}; do
    case $(head -n 1 "$script") in
        '#!/bin/sh') shell=sh ;;
        '#!/bin/bash' | '# Sourced by '*) shell=bash ;;
        *) complain "$script does not name its shell, sh or bash, in its first line" && continue ;;
    esac
    "$shell" -n "$script" || complain "$script cannot be parsed"
done

for script in Tests/Kernel/run {Scripts,Scripts/deploy,Scripts/page,Tests/Kernel,Tests/Kernel/kerneltests,Fitting,Fitting/estimator}/*.py \
    Python/{tests,powersensors,powersensors/compat}/*.py; do
    python3 -c 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")' "$script" || complain "$script cannot be parsed"
done

python3 Scripts/page/hashes.py --check || complain "the hashes of the live page are not right: make page"

for script in Tests/Kernel/run {Scripts/page,Tests/Kernel,Tests/Kernel/kerneltests,Fitting,Fitting/estimator}/*.py \
    Python/{tests,powersensors,powersensors/compat}/*.py; do
    long=$(grep -nE '^.{121}' "$script" || true)
    if [ -n "$long" ]; then complain "$script has lines of more than 120 characters" "$long"; fi
done

versions=$(sed -n 's/.*version\(: StaticString\)\? = "\(.*\)"/\2/p' Sources/PowerSensorsCommand/Options/RootCommand.swift \
    Sources/PowerSensorsLibrary/Functions.swift | sort -u)
if [ "$(wc -l <<<"$versions")" -ne 1 ]; then complain "the command and the library have different versions" "$versions"; fi

if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    built=$(git ls-files | grep -E '(^|/)(Package\.resolved$|\.build/)' || true)
    if [ -n "$built" ]; then complain "these are built, and must not be committed" "$built"; fi
    spaces=$(git grep -nIE '[[:blank:]]+$' -- . ':!LICENSE' || true)
    if [ -n "$spaces" ]; then complain "blanks at the end of a line" "$spaces"; fi
fi

if [ "$failed" -eq 0 ]; then echo "lint: clean"; fi
exit "$failed"
