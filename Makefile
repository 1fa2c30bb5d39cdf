# Each target sets up what it needs; none asks a question.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# What swift format looks at: not what is built beside the examples' sources.
SOURCES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Benchmarks $(wildcard Scripts/*.swift) \
    $(foreach example,$(wildcard Examples/*),$(wildcard $(addprefix $(example)/,Package.swift Sources Tests Benchmarks)))

# What a skipped test is: "tell" names it, "fail" makes it a failure.
SKIPS ?= tell

# How many seconds parsers are fed with texts that are almost right, and the seed of one input to try again.
FUZZ ?= 30
SEED ?=

# Under the address sanitizer, as Scripts/sanitize.sh builds the tests: a parser that reads beyond its text is caught in the act.
FOR_ADDRESSES := --disable-default-traits --sanitize=address --scratch-path .build/address

# thread or address; both, if empty.
SANITIZERS ?=

# How many seconds a soak takes.
SOAK ?= 300

# SwiftPM resolves and builds in one folder for every target: run, test and docs share what they compile.
SWIFT_BUILD := bash Scripts/swift-build.sh --quiet

# Where make install puts its files, and what goes before that.
PREFIX ?= /usr/local
DESTDIR ?=
BINARY ?=
LIBRARY ?=

# Where release builds lie, apart, so that other builds need not wait for them.
RELEASE := .build/for-release

.PHONY: help deps run test test-kernel prepare-test-kernel examples test-library library wheel layers traits api api-renew sanitize \
    bench figures bench-run bench-scrape memcheck fuzz dist install uninstall test-deploy open-files short-lived soak soak-threads page \
    test-page test-history terminal lint format docs clean estimator-check estimator-report estimator-tables

help: ## say what the targets do
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS=$$'\t' read -r name text; \
	    do printf 'make %-16s %s\n' "$$name" "$$text"; done

deps: ## install the Debian packages that are missing, or say what goes on without them
	@sh Scripts/install-dependencies.sh

run: deps ## show this machine's watts for five seconds
	@echo "Building the command; the first time takes some minutes."
	@$(SWIFT_BUILD) --product powersensors
	@timeout --kill-after=5s 60s "$$(swift build --show-bin-path)/powersensors" watch --interval 1s --duration 5s

test: examples test-library ## run every test, and the examples
	@SKIPS=$(SKIPS) bash Scripts/test.sh

prepare-test-kernel: ## fetch and build all that test-kernel needs
	@sh Scripts/install-dependencies.sh kernel
	@BINARY=$(BINARY) SKIPS=$(SKIPS) bash Scripts/test-kernel.sh prepare

test-kernel: ## run the command on real kernels, in guests that QEMU emulates; ONLY=NAME runs some of the cases
	@sh Scripts/install-dependencies.sh kernel
	@BINARY=$(BINARY) SKIPS=$(SKIPS) bash Scripts/test-kernel.sh

examples: deps ## build and run the examples, and check that they link and fetch nothing else
	@bash Scripts/examples.sh

test-library: deps ## build the shared library without optimisation, and test it from C, Go, Rust and Python
	@SKIPS=$(SKIPS) bash Scripts/test-library.sh

library: deps ## make the shared library as it is shipped, in .build/for-release/library
	@bash Scripts/dist.sh library

wheel: deps ## make the Python package in dist/, with the library inside
	@bash Scripts/dist.sh wheel

layers: deps ## print the layers of the library, and prove that an import against their order is refused
	@bash Scripts/layers.sh

traits: deps ## build without the traits
	@bash Scripts/build-without-traits.sh

api: deps ## compare the public API with Docs/PublicAPI; api-renew writes it anew
	@bash Scripts/api.sh

api-renew: deps
	@bash Scripts/api.sh --renew

sanitize: deps ## run the library's tests under the thread and the address sanitizer, or the one that SANITIZERS names
	@bash Scripts/sanitize.sh $(SANITIZERS)

bench: ## measure the library against plain C; fails where something allocates that must not; ENERGY=yes adds Examples/BenchmarkEnergy
	@sh Scripts/install-dependencies.sh bench
	@bash Scripts/bench.sh

figures: ## measure everything, and write the tables of Docs/Figures.md anew
	@sh Scripts/install-dependencies.sh bench
	@bash Scripts/figures.sh

bench-run: deps ## measure what `run` itself takes beside commands that wait and compute; leave the machine alone meanwhile
	@[ -n "$(BINARY)" ] || bash Scripts/dist.sh
	@timeout --kill-after=5s 1800s python3 Scripts/run-cost.py "$(or $(BINARY),$(RELEASE)/powersensors)"

bench-scrape: ## measure a scrape of ours against one of node_exporter's, and scrape 50 000 times
	@sh Scripts/install-dependencies.sh bench
	@bash Scripts/bench-scrape.sh

memcheck: ## run export under valgrind, with scrapes over TLS and a Loki that refuses some pushes
	@sh Scripts/install-dependencies.sh bench
	@bash Scripts/dist.sh
	@timeout --kill-after=5s 600s python3 Scripts/memcheck.py $(RELEASE)/release/powersensors

test-history: deps ## simulate a year of history, which takes some minutes, and tell its size and how long it takes to read
	@HISTORY_YEAR=1 SKIPS=$(SKIPS) bash Scripts/test.sh --filter HistorySizeTests

fuzz: deps ## feed every parser with texts that are almost right for FUZZ seconds (30), under the address sanitizer
	@$(SWIFT_BUILD) --product Fuzz $(FOR_ADDRESSES)
	@ASAN_OPTIONS=detect_leaks=0 timeout --kill-after=5s $$(( $(FUZZ) + 60 ))s .build/address/debug/Fuzz $(FUZZ) $(SEED)

open-files: deps ## run export with 24 to 128 open files and up to a thousand clients, which takes ten minutes
	@$(SWIFT_BUILD) --product powersensors
	@timeout --kill-after=5s 3600s python3 Scripts/open-files.py "$$(swift build --show-bin-path)/powersensors"

short-lived: deps ## tell what share of a parallel build's energy falls to processes that no scan has seen
	@$(SWIFT_BUILD) --product powersensors
	@rm -rf .build/short-lived
	@timeout --kill-after=5s 3600s python3 Scripts/short-lived.py "$$(swift build --show-bin-path)/powersensors" $(OLDER) -- \
	    swift build --disable-default-traits --scratch-path .build/short-lived

soak: deps ## sample at 1 kHz for SOAK seconds (300), and see that nothing grows and no joule is lost
	@$(SWIFT_BUILD) -c release --static-swift-stdlib -debug-info-format none --product Soak --scratch-path $(RELEASE)
	@timeout --kill-after=5s $$(( $(SOAK) + 120 ))s $(RELEASE)/release/Soak $(SOAK)

soak-threads: deps ## run the soak for 20 seconds under the thread sanitizer
	@$(SWIFT_BUILD) --product Soak --disable-default-traits --sanitize=thread --scratch-path .build/thread
	@TSAN_OPTIONS="halt_on_error=1 suppressions=$(CURDIR)/Scripts/thread-sanitizer.suppressions" \
	    timeout --kill-after=5s 120s .build/thread/debug/Soak 20

estimator-check: deps ## check that the data in ESTIMATOR_DATA give the estimator's tables; skipped without it
	@timeout --kill-after=5s 300s bash Scripts/estimator.sh check

estimator-report: deps ## tell the estimator's errors on machines it was not fitted to, by the data in ESTIMATOR_DATA
	@bash Scripts/estimator.sh report

estimator-tables: deps ## write the estimator's tables anew from the data in ESTIMATOR_DATA
	@bash Scripts/estimator.sh write

dist: ## make what is shipped, in dist/: a tarball, a Debian package, an rpm, an image and their checksums
	@sh Scripts/install-dependencies.sh dist
	@bash Scripts/dist.sh

install: ## install the command, man pages, completions and units; PREFIX (/usr/local), DESTDIR, BINARY
	@[ -n "$(BINARY)" ] || test -x $(RELEASE)/powersensors || bash Scripts/dist.sh
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" bash Scripts/install.sh "$(or $(BINARY),$(RELEASE)/powersensors)" \
	    "$(or $(LIBRARY),$$(ls $(RELEASE)/library/libpowersensors.so.0 2>/dev/null || true))"

uninstall: ## remove what install has put there, other than settings; PREFIX, DESTDIR and BINARY as there
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" bash Scripts/uninstall.sh "$(or $(BINARY),$(RELEASE)/powersensors)" \
	    "$(or $(LIBRARY),$$(ls $(RELEASE)/library/libpowersensors.so.0 2>/dev/null || true))"

test-deploy: ## prove what is shipped: packages, units, image, manifests, rules, queries; ONLY=NAME runs some of the stages
	@sh Scripts/install-dependencies.sh dist
	@SKIPS=$(SKIPS) bash Scripts/test-deploy.sh

page: ## write the hashes of the live page's script and style, which its policy allows
	@python3 Scripts/page/hashes.py

test-page: ## drive the live page in a real Chromium; IMAGES=--images takes the guide's pictures anew
	@sh Scripts/install-dependencies.sh page
	@SKIPS=$(SKIPS) bash Scripts/test-page.sh $(IMAGES)

terminal: deps ## take the pictures of Docs/Terminal.md anew, in tmux
	@bash Scripts/terminal.sh

lint: deps ## check the format and the project's rules
	@bash Scripts/lint.sh $(SOURCES)

format: deps ## put the sources in the house's format
	@swift format --in-place --parallel --recursive $(SOURCES)

docs: deps ## build the guides and the API reference into .build/docs
	@bash Scripts/build-docs.sh

clean: ## remove everything that was built
	@rm -rf .build dist Examples/*/.build Benchmarks/.build
