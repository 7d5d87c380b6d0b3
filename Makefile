# One form of build (`--workspace`) everywhere: naming single packages changes features and
# compiles whisper.cpp again.
#
# `make demo` and `make test` are all a newcomer needs; both set up what they use.

CARGO ?= cargo

.PHONY: help setup page demo gallery test lint bench load benchmarks accuracy picture clean

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# cmake builds whisper.cpp, Node.js the page; nothing else is needed from the system.
setup:
	@scripts/setup.sh

page: setup ## The page for browsers, which the server's next build takes in
	@scripts/page.sh

demo: page ## A live call through the whole line, in the browser and the terminal (DEMO=de in German, CALL=my.wav for yours, OPEN=1 opens the browser)
	$(CARGO) build --release --locked --workspace --bins
	@scripts/demo.sh

test: page ## All tests
	$(CARGO) build --workspace --all-targets --locked
	$(CARGO) test --workspace --locked
	@scripts/page-tests.sh

gallery: page ## docs/gallery: pictures of every view, from a real run
	$(CARGO) build --workspace --all-targets --locked
	@mkdir -p docs/gallery && rm -f docs/gallery/*.png
	@GALLERY="$(CURDIR)/docs/gallery" scripts/page-tests.sh live views review reports practice playbooks

lint: setup ## Formatting, clippy, licences
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny check; else echo "cargo-deny is not installed: licences not checked"; fi

bench: setup ## Criterion benchmarks of signal chain and session
	$(CARGO) bench --locked -p attune-benches

load: setup ## Lag with 1 and 8 live calls
	$(CARGO) build --release --locked --workspace --bins
	for calls in 1 8; do target/release/load --calls $$calls --seconds 90 || exit 1; done

benchmarks: setup ## docs/benchmarks.md from real runs, in about ten minutes
	$(CARGO) build --release --locked --workspace --bins
	target/release/load --benchmarks

accuracy: setup ## docs/accuracy.md from real runs (DATA=folder of the public sets, as the page names them)
	$(CARGO) build --release --locked --workspace --bins
	target/release/accuracy $(if $(DATA),--data $(DATA))

picture: setup ## Redraw docs/agent-view.svg from a real run
	$(CARGO) build --release --locked --workspace --bins
	@scripts/picture.sh

clean:
	$(CARGO) clean
