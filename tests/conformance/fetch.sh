#!/usr/bin/env bash
# Brings the source package of Redis, whose Tcl suite is our conformance suite, into a cache
# folder outside the repository, and prints the folder. Debian or Ubuntu, needs root the first time.
set -euo pipefail

cache=${CONFORMANCE_SRC:-${XDG_CACHE_HOME:-$HOME/.cache}/hashlane/suite}
mkdir -p "$cache"

find_suite() { find "$cache" -maxdepth 3 -path '*/redis-*/tests/test_helper.tcl' -printf '%h\n' | sort | tail -1; }

retry() {
    local n
    for n in 1 2 3 4; do
        "$@" >&2 && return 0
        echo "attempt $n failed: $*" >&2
        sleep $((n * 3))
    done
    return 1
}

found=$(find_suite)
if [ -z "$found" ]; then
    # The machine's own package sources, with the type turned into deb-src: no mirror is named here.
    dir=/etc/apt/sources.list.d
    for f in "$dir"/debian.sources "$dir"/ubuntu.sources; do
        if [ -f "$f" ]; then sed 's/^Types:.*/Types: deb-src/' "$f" >"$dir/hashlane-src.sources"; fi
    done
    if [ -s /etc/apt/sources.list ]; then sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$dir/hashlane-src.list"; fi
    export DEBIAN_FRONTEND=noninteractive
    retry apt-get update -q
    retry apt-get install -q -y --no-install-recommends redis-server redis-tools tcl dpkg-dev
    # apt drops to the user _apt, who cannot enter a private folder: say so instead of a warning.
    (cd "$cache" && retry apt-get -q -o APT::Sandbox::User=root source redis)
    found=$(find_suite)
fi
[ -n "$found" ] || { echo "no redis source below $cache" >&2; exit 1; }
dirname "$found"
