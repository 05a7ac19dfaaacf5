# Everything from nothing: `make run` and `make test`, as root or with sudo, on Debian 12 or later.
# What is done already is checked quickly and says nothing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PYTEST := $(BIN)/python -m pytest
# Two folders first, which need the machine for themselves: they kill programs and listen to the audio meanwhile. The
# others after them, three at a time, the longest first: they wait for calls and clocks more than they reckon.
ALONE  := $(wildcard tests/crash tests/sip/engine)
LONGEST := $(addprefix tests/,asterisk browser docker simulation bench sip/scenarios sip/lab sip/fuzz api contract unit)
OTHERS := $(wildcard $(LONGEST)) $(filter-out $(ALONE) $(LONGEST) tests/sip,$(patsubst %/,%,$(wildcard tests/*/ tests/sip/*/))) desktop
BENCHES := media latency setup analysis_tap

.PHONY: help run install test bench bench-pacing crash fuzz lint unit venv pjsua2 desktop types system peers asterisk audit clean distclean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: system venv pjsua2 desktop ## the lab: a demo campaign over real SIP, with a live view
	@exec $(BIN)/cornetta lab$(if $(MODE), --mode $(MODE))$(if $(VIA), --via $(VIA))

install: system venv pjsua2 desktop ## all that a node and an engine need: packages, libraries, pjsua2, the desktop; the program is .venv/bin/cornetta

test: system peers venv pjsua2 desktop asterisk lint ## lint, types, layers and every test, with every peer they need
	@failed=0; tests/parts.sh $(BIN)/python 2 $(ALONE) || failed=1; tests/parts.sh $(BIN)/python 3 $(OTHERS) || failed=1; exit $$failed

screenshots: system venv pjsua2 desktop ## pictures of the pages for README, in docs/images
	@docker/install.sh browser
	@$(BIN)/python -m tests.browser.screenshots

bench: system peers venv pjsua2 desktop asterisk ## every measured comparison, one JSON line each
	@for name in $(BENCHES); do $(BIN)/cornetta bench $$name --json; done; $(BIN)/cornetta bench latency --rate 50 --json; \
	 $(BIN)/cornetta bench latency --phone auto-answer --json

# What an interrupted run has played is kept for the next one, as long as the program is the same.
bench-pacing: venv ## PACE-8h: all cells and rules of the pacing, page and plot, in 90 minutes at most
	@$(BIN)/cornetta bench pacing --page --workers 2 --minutes 90 --results $(VENV)/pace-8h.jsonl --write --json

crash: system peers venv pjsua2 ## a thousand kills of engine and node, 300 restarts of PostgreSQL; CRASH="--engine 100 --node 0" for others
	@$(BIN)/python -m tests.crash.many $(CRASH)

fuzz: system venv pjsua2 ## 100,000 mutated SIP messages against an engine, one line of figures; FUZZ="--messages 5000 --seed 7"
	@$(BIN)/python -m tests.sip.fuzz.run $(FUZZ)

lint: venv ## style, types and layers, of the desktop too
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >.make-imports.log 2>&1 || { cat .make-imports.log; rm -f .make-imports.log; exit 1; }
	@rm -f .make-imports.log
	@said=$$(desktop/npm.sh $(BIN)/python run --silent check 2>&1) || { echo "$$said"; exit 1; }

unit: venv ## the tests that need no peer
	@$(PYTEST) $(wildcard tests/unit tests/simulation)

audit: venv ## known vulnerabilities of the libraries
	@$(BIN)/pip-audit --skip-editable

system:
	@docker/install.sh python run build

peers:
	@docker/install.sh peers browser

asterisk: ## the chroot with Asterisk 22 that the tests and `cornetta lab --via asterisk` use
	@docker/asterisk/chroot.sh make >/dev/null

venv: $(VENV)/.stamp ## the virtual environment, with Cornetta and the tools of a developer

$(VENV)/.stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or later is needed, and '$(PYTHON)' is not: set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "venv: installing the libraries for $$($(PYTHON) --version) (about a minute)"
	@$(BIN)/python -c '' 2>/dev/null || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,desktop]' 2>$(VENV)/pip.log || { \
	    cat $(VENV)/pip.log; exit 1; }
	@touch $@

pjsua2: venv ## pjsua2, built once and kept in the cache
	@sip/pjsua2/build.sh $(BIN)/python

desktop: venv ## the page that a node serves, built once and kept in the cache
	@desktop/build.sh $(BIN)/python

types: venv ## what the desktop knows of the API, after a change of its routes: document and types
	@$(BIN)/python -m agent_api.document --write
	@desktop/npm.sh $(BIN)/python run --silent types

clean: ## what tests and tools left behind
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache htmlcov .coverage .coverage.* build *.egg-info desktop/dist
	@find . -name __pycache__ -not -path './$(VENV)/*' -not -path './desktop/node_modules/*' -prune -exec rm -rf {} +

distclean: clean ## the virtual environment and the packages of npm too; the cache in ~/.cache/cornetta stays
	@rm -rf $(VENV) desktop/node_modules
