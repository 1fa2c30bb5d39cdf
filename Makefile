# Each target sets up what it needs; none asks a question.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SOURCES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Benchmarks

# What a skipped test is: "tell" names it, "fail" makes it a failure.
SKIPS ?= tell

# SwiftPM resolves and builds in one folder for every target: run, test and docs share what they compile.
SWIFT_BUILD := swift build --quiet

.PHONY: help deps run test sanitize bench lint format docs clean

help: ## say what the targets do
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS=$$'\t' read -r name text; \
	    do printf 'make %-8s %s\n' "$$name" "$$text"; done

deps: ## install the Debian packages that are missing, or say what goes on without them
	@sh Scripts/install-dependencies.sh

run: deps ## show this machine's watts for five seconds
	@echo "Building the command; the first time takes a minute or so."
	@$(SWIFT_BUILD) --product powersensors
	@timeout --kill-after=5s 60s "$$(swift build --show-bin-path)/powersensors" watch --interval 1s --duration 5s

test: deps ## run every test
	@SKIPS=$(SKIPS) bash Scripts/test.sh

sanitize: deps ## run every test under the thread and the address sanitizer
	@bash Scripts/sanitize.sh

bench: ## measure the library against plain C; fails where something allocates that must not
	@sh Scripts/install-dependencies.sh bench
	@bash Scripts/bench.sh

lint: deps ## check the format and the project's rules
	@bash Scripts/lint.sh $(SOURCES)

format: deps ## put the sources in the house's format
	@swift format --in-place --parallel --recursive $(SOURCES)

docs: deps ## build the API reference into .build/docs
	@sh Scripts/build-docs.sh PowerSensors PowerSensorsTesting

clean: ## remove everything that was built
	@rm -rf .build Benchmarks/.build
