#!/usr/bin/env bash
# The tests of the page: of its state, and in Debian's Chromium against the servers of the build.
# GALLERY=folder keeps pictures of every view.
set -euo pipefail
cd "$(dirname "$0")/../client/web"

skip() {
    echo "skipped: tests of the page: $*" >&2
    exit 0
}

[ -e dist/index.html ] || skip "the page is not built"
npm run --silent test

browser=${CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$browser" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "page: installing chromium for its tests" >&2
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null || true
fi
[ -x "$browser" ] || skip "no Chromium (apt-get install chromium)"
npm run --silent e2e -- "$@"
