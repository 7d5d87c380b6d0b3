#!/bin/sh
# Installs what the build needs and Debian's Rust does not bring: cmake, a C++ compiler, make.
set -eu

missing=""
command -v cmake >/dev/null 2>&1 || missing="$missing cmake"
command -v c++ >/dev/null 2>&1 || missing="$missing g++"
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: please install:$missing" >&2
    exit 1
fi
root=""
[ "$(id -u)" -eq 0 ] || root="sudo"
echo "setup: installing$missing" >&2
$root apt-get update -qq >&2
# shellcheck disable=SC2086 # a list of words
$root apt-get install -y -qq --no-install-recommends $missing >&2
