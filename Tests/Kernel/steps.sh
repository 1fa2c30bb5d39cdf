#!/bin/bash
# What the scripts that prepare guests share: steps that are made again only where what they depend on changed, and
# packages that are fetched without being installed. Sourced in the folder they work in, with `name` set.

say() { echo "$name: $*"; }
fail() {
    echo "$name: $1" >&2
    exit 1
}
# Something from outside cannot be had, which is no fault of ours; who calls knows it by the status.
lack() {
    echo "$name: $1" >&2
    exit 75
}

# Whether the step's result was made of what is there now. Arguments: the step, and what it depends on.
is_current() { [ "$(cat "$1.stamp" 2>/dev/null)" = "$(stamp_of "${@:2}")" ]; }
mark_current() { stamp_of "${@:2}" >"$1.stamp"; }
# Files count by what is in them, other words as they are.
stamp_of() {
    local word
    for word; do if [ -f "$word" ]; then sha256sum <"$word"; else echo "$word"; fi; done
}

# apt with lists of its own, so that the host's settings stay as they are and no other suite is in the way. Argument: the
# suite.
apt_options=()
set_up_apt() {
    local suite=$1
    [ ${#apt_options[@]} -eq 0 ] || return 0
    command -v apt-get >/dev/null || lack "there is no apt-get to fetch the kernel with. Remedy: run this on Debian"
    local archive
    archive=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' "Created-By: Packages" |
        sed -n 's/^\(bookworm\|stable\) //p' | head -n 1)
    [ -n "$archive" ] || lack "apt names no archive of Debian 12. Remedy: add bookworm to apt's sources"
    mkdir -p apt/lists/partial apt/archives/partial
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $suite main" >apt/sources.list
    apt_options=(-o "Dir::Etc::SourceList=$PWD/apt/sources.list" -o Dir::Etc::SourceParts=/nonexistent
        -o "Dir::State::Lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt" -o APT::Sandbox::User=root
        -o "APT::Default-Release=$suite" -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=60)
    say "reading the lists of packages"
    apt-get -qq "${apt_options[@]}" update </dev/null || lack "the lists of packages cannot be had. Remedy: a network"
}

# Prints the packages of the kernel that another package needs.
needed_by() {
    apt-cache "${apt_options[@]}" depends "$1" | sed -n 's/.*Depends: \(linux-[^ :]*\).*/\1/p' | sort -u
}

# Fetches a package and prints its path.
fetch() {
    rm -f apt/"$1"_*.deb
    (cd apt && apt-get -qq "${apt_options[@]}" download "$1" </dev/null >&2) || lack "$1 cannot be fetched. Remedy: a network"
    ls apt/"$1"_*.deb
}

