#!/bin/sh
# Draws docs/agent-view.svg from a real run of the demo call, at the second AT.
set -eu
cd "$(dirname "$0")/.."
PICTURE=${PICTURE:-docs/agent-view.svg} SPEED=${SPEED:-2} exec scripts/demo.sh
