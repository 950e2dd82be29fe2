# Everything a person types. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
DEMO ?= 1
BIN := .venv/bin
export PORT DEMO
# The interpreter is the one that is here; uv must not fetch another.
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup setup-browser lock run dev test test-night check audit bench clean wipe translations

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | while IFS='|' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

run: setup ## The portal with its engines, worker and clock on http://127.0.0.1:8000 (PORT=, DEMO=0)
	@exec $(BIN)/python -m config.supervisor

dev: setup ## The same, reloading when code changes
	@exec $(BIN)/python -m config.supervisor --reload

test: setup ## The whole suite
	@$(BIN)/python -m pytest $(ARGS)

test-night: setup ## The long tests only
	@$(BIN)/python -m pytest -m night $(ARGS)

check: setup ## Format, lint, types, import contracts, migrations, templates, translations
	@$(BIN)/python -m config.checks

audit: setup ## Known vulnerabilities in requirements.lock (asks a public service)
	@$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip

bench: setup ## Measure against the bare engine: one line `name value unit` each
	@$(BIN)/python -m bench

setup: .venv/.synced static/vendor/.fetched translations ## Environment, front-end files, translations

# A bare Debian has Python without venv: say what to install instead of a stack of errors.
.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed; \`$(PYTHON)\` is $$($(PYTHON) --version 2>&1). Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making the environment in .venv"
	@rm -rf .venv && $(PYTHON) -m venv .venv && touch $@

# uv comes first, with the hash that the lock file has for it, and installs the rest in seconds.
.venv/.synced: requirements.lock | .venv/.made
	@echo "Installing what requirements.lock names"
	@awk '/^[a-z]/ {keep = /^uv==/} keep' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r .venv/uv.txt
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@touch $@

static/vendor/.fetched: config/frontend.json config/frontend.py | .venv/.synced
	@$(BIN)/python -m config.frontend
	@touch $@

# Compiled translations are not committed: each catalogue is compiled when it is newer.
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/*.po)
translations: $(CATALOGUES:.po=.mo)
	@:
%.mo: %.po | .venv/.synced
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale zh_Hans

setup-browser: ## Install Chromium, Chinese fonts and gettext with apt, where that is possible
	@if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		missing=; \
		command -v chromium chromium-browser google-chrome > /dev/null || missing="chromium"; \
		ls /usr/share/fonts/opentype/noto/NotoSansCJK* > /dev/null 2>&1 || missing="$$missing fonts-noto-cjk"; \
		command -v xgettext > /dev/null || missing="$$missing gettext"; \
		if [ -n "$$missing" ]; then \
			echo "Installing$$missing"; \
			{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing > /dev/null; } \
				|| echo "They could not be installed: browser tests are skipped where Chromium is missing" >&2; \
		fi; \
	else echo "Not root, or no apt: browser tests are skipped where Chromium is missing"; fi

lock: | .venv/.made ## Make requirements.lock again from pyproject.toml
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --output-file requirements.lock
	@sed -n 's/^frontend = \["\(.*\)"\]/\1/p' pyproject.toml | $(BIN)/uv pip compile --quiet - --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --output-file config/frontend.lock

clean: ## Remove what set-up made; the data in var/ stay
	@rm -rf .venv static/vendor .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find locale -name '*.mo' -delete 2> /dev/null || true

wipe: clean ## Remove the data too
	@if [ -L var/pgdata ]; then rm -rf "$$(dirname "$$(readlink var/pgdata)")"; fi
	@rm -rf var
