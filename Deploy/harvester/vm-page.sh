#!/bin/bash
# Adds the panels Power and Energy to the page of each virtual machine in Harvester, or removes them: vm-page.sh
# add|remove|check
#
# Harvester's page shows one fixed Grafana dashboard, so the panels go into the ConfigMap with it. Only panels of ours are
# touched: those with such a title whose description begins with "Power Sensors:". Doing it twice changes nothing. check exits
# with 1 where the panels are missing or not these. Needs bash, jq and kubectl with the rights to get and patch that
# ConfigMap.
set -euo pipefail

namespace=${DASHBOARD_NAMESPACE:-cattle-dashboards}
configmap=${DASHBOARD_CONFIGMAP:-harvester-vm-detail-dashboard}
key=${DASHBOARD_KEY:-harvester_vm_info_details.json}
panels=${PANELS:-$(dirname "${BASH_SOURCE[0]}")/vm-page-panels.json}

fail() {
    echo "vm-page: $*" >&2
    exit 1
}

# Where panels cannot be, remove has done its work: Helm runs it before a removal, which a failure would stop.
nothing_to_remove() {
    if [ "$action" = remove ]; then
        echo "vm-page: $*, so nothing to remove"
        exit 0
    fi
}

action=${1:-}
case $#,$action in
    1,add | 1,remove | 1,check) ;;
    *) echo "usage: vm-page.sh add|remove|check" >&2 && exit 64 ;;
esac
for tool in jq kubectl; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Remedy: install it, or run this where it is, such as a node"
done
[ -r "$panels" ] || fail "$panels cannot be read. Remedy: set PANELS to the file vm-page-panels.json"

# Files, since a dashboard may be longer than one argument of a command can be.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
object=$scratch/object.json before=$scratch/before.json after=$scratch/after.json patch=$scratch/patch.json

kubectl get configmap "$configmap" --namespace "$namespace" --ignore-not-found --output json >"$object" ||
    fail "the ConfigMap cannot be read: see above"
if [ ! -s "$object" ]; then
    nothing_to_remove "there is no ConfigMap $namespace/$configmap"
    fail "there is no ConfigMap $namespace/$configmap. Remedy: enable Harvester's add-on rancher-monitoring"
fi
if ! jq --exit-status --raw-output --arg key "$key" '.data[$key] // empty' "$object" >"$before"; then
    nothing_to_remove "the ConfigMap $namespace/$configmap has no $key"
    fail "the ConfigMap $namespace/$configmap has no $key. Remedy: set DASHBOARD_KEY to the key with the dashboard"
fi
if ! jq --exit-status --slurp 'length == 1 and ([.[0] | .panels? | type] == ["array"])' "$before" >/dev/null 2>&1; then
    nothing_to_remove "$key is no dashboard with panels"
    fail "$key is no dashboard with panels, so it is left as it is"
fi

# Ids above all others, in rows too, and a place below all others: nothing else moves.
jq --slurpfile new "$panels" --arg action "$action" '
    def ours: (.title as $title | any($new[0][]; .title == $title))
        and ((.description // "") | tostring | startswith("Power Sensors:"));
    .panels |= map(select(ours | not))
    | if $action == "remove" then . else
        ([.panels[] | .id, (.panels[]?.id) | numbers] | max // 0) as $id
        | ([.panels[] | .gridPos? | values | (.y // 0) + (.h // 0)] | max // 0) as $y
        | .panels += [$new[0] | to_entries[] | .key as $index | .value | .id = $id + 1 + $index | .gridPos.y = $y + .gridPos.y]
      end' "$before" >"$after" || fail "$key cannot be changed, and is left as it is"

if jq --exit-status --null-input --slurpfile a "$before" --slurpfile b "$after" '$a == $b' >/dev/null; then
    echo "vm-page: $namespace/$configmap is as it should be"
    exit 0
fi
[ "$action" != check ] || fail "the panels are missing in $namespace/$configmap, or are others. Remedy: vm-page.sh add"

# With the version that was read, so that a change by someone else in between is refused and not undone.
jq --arg key "$key" --rawfile dashboard "$after" \
    '{metadata: {resourceVersion: .metadata.resourceVersion}, data: {($key): $dashboard}}' "$object" >"$patch"
kubectl patch configmap "$configmap" --namespace "$namespace" --type merge --patch-file "$patch" >/dev/null ||
    fail "the ConfigMap was not changed: see above. Remedy: if someone else changed it just now, run this again"
echo "vm-page: $action done in $namespace/$configmap; Grafana shows it within a minute"
