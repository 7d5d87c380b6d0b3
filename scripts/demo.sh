#!/usr/bin/env bash
# A live call through the whole line: a server, a recording at live pace, the agent's view.
#
#   DEMO=de          a German call
#   CALL=my.wav      another recording (stereo, caller left; CALLER=right if not), in the language of DEMO
#   SPEED=4          faster than life
#   OPEN=1           opens the agent's page in the browser
#   BUILD=debug      the programs of another build
#   PICTURE=view.svg draws the screen of second AT instead of showing it
set -euo pipefail
cd "$(dirname "$0")/.."

language=${DEMO:-en}
case $language in
    en) call=tests/data/demo/call.wav ;;
    de) call=tests/data/demo/call-de.wav ;;
    *)
        echo "demo: DEMO=$language: there is en and de" >&2
        exit 2
        ;;
esac
call=${CALL:-$call}
bin=${CARGO_TARGET_DIR:-target}/${BUILD:-release}
server_bin=$bin/attune-server
attune_bin=$bin/attune
dir=$(mktemp -d)
server=
stream=

fail() {
    echo "demo: $*" >&2
    exit 1
}

clean_up() {
    [ -z "$stream" ] || kill "$stream" 2>/dev/null || true
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ -r "$call" ] || fail "$call: no such recording"
for program in "$server_bin" "$attune_bin"; do
    [ -x "$program" ] || fail "$program is not built: cargo build --release --workspace --bins"
done
unset ATTUNE_TOKEN ATTUNE_CA

# The first free port: a server that finds its port taken ends at once.
for port in $(seq 50561 50580); do
    export ATTUNE_SERVER=http://127.0.0.1:$port
    "$server_bin" serve --listen "127.0.0.1:$port" --metrics-listen off \
        --data-dir "$dir/data" >"$dir/server.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        kill -0 "$server" 2>/dev/null || break
        "$attune_bin" calls list >/dev/null 2>&1 && break 2
        sleep 0.1
    done
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
    grep -qi "in use" "$dir/server.log" || break
done
[ -n "$server" ] || { cat "$dir/server.log" >&2; fail "the server does not start"; }

"$attune_bin" stream "$call" --call-id demo --caller "${CALLER:-left}" --language "$language" \
    --speed "${SPEED:-1}" >"$dir/stream.log" 2>&1 &
stream=$!
until "$attune_bin" calls get demo >/dev/null 2>&1; do
    kill -0 "$stream" 2>/dev/null || { cat "$dir/stream.log" >&2; fail "the call did not start"; }
    sleep 0.1
done

if [ -n "${PICTURE:-}" ]; then
    "$attune_bin" watch demo --lang "$language" --svg "$PICTURE" --at "${AT:-42}" --size "${SIZE:-110x32}"
    exit 0
fi
page="$ATTUNE_SERVER/?call=demo&lang=$language"
echo "demo: the same call in the browser: $page" >&2
if [ -n "${OPEN:-}" ]; then
    opener=xdg-open
    [ "$(uname)" != Darwin ] || opener=open
    # Beside the call: some browsers keep whoever starts them waiting, and this one is not ours to end.
    { "$opener" "$page" >/dev/null 2>&1 || echo "demo: please open it yourself; no browser could be started" >&2; } &
    disown
    wait "$stream" || { cat "$dir/stream.log" >&2; fail "the call broke"; }
    stream=
    echo "demo: the call has ended; the page stays until Ctrl-C" >&2
    wait "$server"
    exit 0
fi
# Long enough to be read before the terminal's view covers it.
[ ! -t 1 ] || sleep 3
"$attune_bin" watch demo --lang "$language" --exit
# Whoever leaves with q has seen enough; otherwise the stream ends with the call.
for _ in $(seq 30); do
    kill -0 "$stream" 2>/dev/null || break
    sleep 0.1
done
kill -0 "$stream" 2>/dev/null && exit 0
wait "$stream" || { cat "$dir/stream.log" >&2; fail "the call broke"; }
stream=
