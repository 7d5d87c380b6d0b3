#!/usr/bin/env bash
# Builds the page for browsers into client/web/dist, if anything of it has changed. Without a Node.js
# that is new enough it says so and leaves the server to do without.
set -euo pipefail
cd "$(dirname "$0")/../client/web"

without() {
    echo "page: $*; going on without the page for browsers" >&2
    exit 0
}

command -v node >/dev/null && command -v npm >/dev/null || without "Node.js and npm are missing"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    without "Node.js $(node --version) is older than 20.19"

# What the page is made of; generated code is made from the API.
newer() {
    [ ! -e "$1" ] || [ -n "$(find src scripts ./*.json ./*.html ./*.ts ./*.yaml ../../proto/attune -newer "$1" -type f -not -path 'src/gen/*' -not -name '*.test.ts' -not -name 'playwright*' -print -quit)" ]
}

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-fund --no-audit >&2 || without "npm ci failed"
    touch node_modules/.package-lock.json
fi
if newer dist/index.html; then
    npm run --silent build >&2
fi
