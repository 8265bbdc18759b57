# `make` alone lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PYTEST := $(BIN)/pytest --quiet
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
SOURCES := shared libs services cli tests benchmarks deploy

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: init
init: $(READY) ## set up all that is needed (Python alone must be there); again: nothing

# What pip warns root of is installing into the system, and bootstrap never does.
$(READY): export PIP_ROOT_USER_ACTION := ignore
$(READY): uv.lock deploy/local/bootstrap.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, for example: make init PYTHON=python3.12")'
	@$(PYTHON) deploy/local/bootstrap.py
	@$(BIN)/folkmoot prepare
	@touch $@

.PHONY: up demo smoke
up: $(READY) ## run Kafka, MongoDB and the four services here until Ctrl-C
	@$(BIN)/folkmoot up
demo: $(READY) ## the same with a sample of seven companies and a walk through
	@$(BIN)/folkmoot demo
smoke: $(READY) ## the walk through, then stop; one JSON object on the last line
	@$(BIN)/folkmoot demo --smoke

.PHONY: fmt lint types arch
fmt: $(READY) ## format the code and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
lint: $(READY) ## look for bad habits and bad format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
types: $(READY) ## check the types of everything, tests too
	@$(BIN)/mypy $(SOURCES)
arch: $(READY) ## check what imports what
	@$(BIN)/lint-imports

# Tests of rules keep one processor busy; those of the real thing wait most of the time.
RULES := tests/contract tests/unit
define side_by_side
@said=$$(mktemp); \
$(PYTEST) -p no:cacheprovider -m $(1) $(RULES) > $$said 2>&1 & rules=$$!; \
trap 'kill $$rules 2> /dev/null || true; rm -f $$said' EXIT; \
failed=0; $(PYTEST) -m $(1) $(addprefix --ignore ,$(RULES)) tests || failed=1; \
wait $$rules || failed=1; cat $$said; exit $$failed
endef

.PHONY: test check chaos chaos-cluster bench
test: $(READY) ## contract, unit, integration and e2e tests (under 4 minutes)
	$(call side_by_side,"not slow and not chaos")
check: lint types arch ## what CI runs: all of the above and the slower tests (under 15)
	$(call side_by_side,"not chaos or not slow")
chaos: $(READY) ## kill processes at every named point, ten times each
	@$(PYTEST) -m "chaos and not hour" --timeout 900 tests
chaos-cluster: export FOLKMOOT_CHAOS_SEED = $(SEED)
chaos-cluster: export FOLKMOOT_CHAOS_FAULTS = $(FAULTS)
chaos-cluster: export FOLKMOOT_CHAOS_EVENTS = $(EVENTS)
chaos-cluster: $(READY) ## an hour of faults on three brokers and three members; SEED, FAULTS, EVENTS
	@$(PYTEST) -m hour tests/chaos
bench: $(READY) ## measure what we claim; docs/performance.md, benchmarks/results/latest.json
	@$(BIN)/python -m benchmarks.pipeline
	@$(BIN)/python -m benchmarks.pipeline --lean
	@$(BIN)/python -m benchmarks.recovery
	@$(BIN)/python -m benchmarks.growth

.PHONY: platform
platform: $(READY) ## keep Kafka and MongoDB up for test runs (FOLKMOOT_TEST_PLATFORM)
	@$(BIN)/python -m tests.support.platform .folkmoot/test-platform.json

.PHONY: images compose-demo
images: ## build the container images and print their sizes (Docker must be there)
	@FOLKMOOT_TAG=$(VERSION) FOLKMOOT_REVISION=$$(git rev-parse --short HEAD) \
	  docker compose build --quiet
	@docker image ls --filter reference='folkmoot/*:$(VERSION)' --format 'table {{.Repository}}:{{.Tag}}\t{{.Size}}'
compose-demo: ## lead through what `docker compose up --wait` has brought up
	@docker compose ps --quiet --status running ingest | grep -q . || \
	  { echo 'Folkmoot is not up: docker compose up --wait' >&2; exit 1; }
	@docker compose run --rm --no-deps walk

.PHONY: schemas
schemas: $(READY) ## write the generated schemas, documents and topics of the chart
	@$(BIN)/python -m folkmoot.registry write
	@$(BIN)/python -m folkmoot.registry.openapi
	@$(BIN)/python -m folkmoot.registry.chart

.PHONY: chart k8s-demo k8s-faults
chart: $(READY) ## check the Helm chart; builds Helm with Go where there is none
	@$(BIN)/python -m deploy.helm.check
k8s-demo: $(READY) ## install the chart into the cluster of KUBECONFIG and walk through
	@$(BIN)/python -m deploy.helm.demo
k8s-faults: $(READY) ## hurt it there in every way under load; what is lost or doubled
	@$(BIN)/python -m tests.k8s.faults

.PHONY: clean
clean: ## forget caches and the local Folkmoot's data; .venv stays
	@if [ -e .folkmoot/lock ] && ! flock --shared --nonblock .folkmoot/lock true; then \
		echo 'Folkmoot is up here: stop it first' >&2; exit 1; fi
	@rm -rf .folkmoot .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find $(SOURCES) -name __pycache__ -prune -exec rm -rf {} +
