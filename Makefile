# Every target works as root and as a plain user, on a fresh clone, from this folder. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# One setting for builds, tests and lint, so that they share one build cache; nothing here needs a C compiler.
export CGO_ENABLED ?= 0
# The tests and `rapport dev` look for their companion programs beside the binary and on PATH. bin/node holds the Node
# that scripts/deps.sh fetches where the system's is missing or too old.
export PATH := $(CURDIR)/bin:$(CURDIR)/bin/node/node_modules/.bin:$(PATH)
# Debian's Chromium drives the browser tests; the test runner must not fetch a browser of its own.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

# How long a day lasts in the demo's calendars.
DAY ?= 30s
# More flags for `rapport dev`, such as other ports.
ARGS ?=

VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unversioned)
GO_BUILD := go build -buildvcs=false -ldflags "-X main.version=$(VERSION)"

DEVSERVER_SOURCES := $(shell find temporal/devserver -name '*.go' -o -name go.mod -o -name go.sum)
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts web/tsconfig*.json -type f 2>/dev/null)
PROGRAMS := bin/rapport bin/rapport-sandbox bin/temporal-devserver

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2 }' Makefile

# --- Run -------------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: deps web build ## Build everything and run it with a sample world (DAY=30s is the length of a day)
	bin/rapport dev --demo --day $(DAY) $(ARGS)

.PHONY: dev
dev: deps web build ## Build everything and run it on this machine, empty
	bin/rapport dev $(ARGS)

.PHONY: demo-reset
demo-reset: ## Delete the state of the demo and of `rapport dev`
	@scripts/reset.sh .rapport

# --- Build -----------------------------------------------------------------------------------------------------------

.PHONY: deps
deps: ## Check what must be installed, and install it with apt-get where that is allowed
	@scripts/deps.sh run

.PHONY: deps-test
deps-test:
	@scripts/deps.sh test

.PHONY: build
build: $(PROGRAMS) ## Build the programs into bin/

# go build knows better than file times what is stale here: the sources, the migrations and the dashboard are embedded.
.PHONY: FORCE
bin/rapport bin/rapport-sandbox: bin/%: FORCE
	@mkdir -p bin && $(GO_BUILD) -o $@ ./cmd/$*

bin/temporal-devserver: $(DEVSERVER_SOURCES) scripts/build-devserver.sh
	@scripts/build-devserver.sh $@

.PHONY: web
web: web/dist/index.html ## Build the dashboard that the programs embed

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@echo "Installing the dashboard's packages ..."
	npm --prefix web ci --no-audit --no-fund
	@touch $@

# Lighthouse is a tool of the measurements and no part of the dashboard.
tools/lighthouse/node_modules/.package-lock.json: tools/lighthouse/package-lock.json
	npm --prefix tools/lighthouse ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json web/package.json $(WEB_SOURCES)
	npm --prefix web run build
	@touch $@

.PHONY: generate
generate: bin/sqlc bin/oapi-codegen web/node_modules/.package-lock.json ## Write all generated files anew
	@scripts/generate.sh

# Each tool is a module of its own, so that it is built with the versions its authors tested.
tool = @echo "Building $(@F) ..." && mkdir -p bin && go -C tools/$(@F) build -buildvcs=false -o $(CURDIR)/$@ $(1)

bin/sqlc: tools/sqlc/go.mod
	$(call tool,github.com/sqlc-dev/sqlc/cmd/sqlc)
bin/oapi-codegen: tools/oapi-codegen/go.mod
	$(call tool,github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen)
bin/golangci-lint: tools/golangci-lint/go.mod
	$(call tool,github.com/golangci/golangci-lint/v2/cmd/golangci-lint)
bin/workflowcheck: tools/workflowcheck/go.mod
	$(call tool,go.temporal.io/sdk/contrib/tools/workflowcheck)
bin/gotestsum: tools/gotestsum/go.mod
	$(call tool,gotest.tools/gotestsum)
bin/stripe-mock: tools/stripe-mock/go.mod
	$(call tool,github.com/stripe/stripe-mock)

# --- Test ------------------------------------------------------------------------------------------------------------

.PHONY: test
test: deps-test web build bin/gotestsum bin/stripe-mock ## Run the whole suite: Go, dashboard, browser
	@scripts/test.sh

.PHONY: test-full
test-full: deps-test web build bin/gotestsum bin/stripe-mock ## The same, with every page in every theme, state and width
	@RAPPORT_TEST_FULL=1 scripts/test.sh

.PHONY: faults
faults: deps build ## Kill processes and cut connections under load (at most 30 minutes)
	@scripts/measure.sh faults

.PHONY: faults-full
faults-full: deps build ## The same with many seeds and a soak
	@scripts/measure.sh faults-full

.PHONY: bench
bench: deps build ## Measure lifecycles against the floor (at most 12 minutes); writes bench/latest.json
	@scripts/measure.sh bench

.PHONY: bench-full
bench-full: deps-test web build tools/lighthouse/node_modules/.package-lock.json ## The same with 10,000 idle partnerships (at most 2 hours)
	@scripts/measure.sh bench-full

.PHONY: eval
eval: deps build ## Measure accuracy on the public data sets; writes bench/eval.json
	@scripts/measure.sh eval

# --- Keep it clean ---------------------------------------------------------------------------------------------------

.PHONY: verify
verify: bin/sqlc bin/oapi-codegen bin/golangci-lint bin/workflowcheck web/node_modules/.package-lock.json ## Formatting, generated files, lint, workflow determinism, import fences, types
	@scripts/verify.sh

.PHONY: lint
lint: bin/golangci-lint bin/workflowcheck ## Lint the Go code and check workflows for nondeterminism
	@scripts/verify.sh lint workflowcheck

.PHONY: fmt
fmt: bin/golangci-lint ## Format the Go code
	bin/golangci-lint fmt
	cd temporal/devserver && $(CURDIR)/bin/golangci-lint fmt --config $(CURDIR)/.golangci.yml
