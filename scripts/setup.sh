#!/bin/sh
# Installs what the build needs and Debian's Rust does not bring: cmake, a C++ compiler, make; and for
# the page for browsers Node.js and npm, without which everything else works.
set -eu

missing=""
command -v cmake >/dev/null 2>&1 || missing="$missing cmake"
command -v c++ >/dev/null 2>&1 || missing="$missing g++"
page=""
command -v node >/dev/null 2>&1 || page="nodejs"
command -v npm >/dev/null 2>&1 || page="$page npm"
[ -z "$missing$page" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    [ -z "$page" ] || echo "setup: for the page for browsers, please install: $page" >&2
    [ -z "$missing" ] && exit 0
    echo "setup: please install:$missing" >&2
    exit 1
fi
root=""
[ "$(id -u)" -eq 0 ] || root="sudo"
$root apt-get update -qq >&2
# shellcheck disable=SC2086 # lists of words
if [ -n "$missing" ]; then
    echo "setup: installing$missing" >&2
    $root apt-get install -y -qq --no-install-recommends $missing >&2
fi
# shellcheck disable=SC2086 # lists of words
if [ -n "$page" ]; then
    echo "setup: installing $page for the page for browsers" >&2
    $root apt-get install -y -qq --no-install-recommends $page >&2 ||
        echo "setup: $page cannot be had; going on without the page for browsers" >&2
fi
