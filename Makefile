# `make help` lists the targets. Only Python 3.11+ and make are needed beforehand.

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help env test-env run test check bench train docs messages lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: $(VENV)/installed ## create .venv with everything that running needs

run: env ## crawl the demonstration press, analyse it, open the dashboard (ARGS=--help: options)
	@$(PYTHON) -m crawler.demo $(ARGS)

test: test-env ## run all tests (ARGS="tests/crawler -k feed": some of them)
	$(PYTHON) -m pytest -p tests.plugins.no_skips --numprocesses auto --dist loadfile $(ARGS)

check: test-env ## lint, formatting, types
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

bench: env ## measure crawling and extraction on the demonstration press
	@for file in bench/[a-z]*.py; do $(PYTHON) -m "bench.$$(basename $$file .py)" || exit 1; done

train: env ## make the encoder's model anew (under an hour on two cores; ARGS=--help: options)
	$(PIP) install --requirement requirements-train.txt
	$(PYTHON) -m analysis.training $(ARGS)

docs: env ## write docs/commands.md from the commands' help
	$(PYTHON) docs/commands.py > docs/commands.md

messages: env ## gather the interface's texts into its catalogues, to be translated
	$(PYTHON) -m analysis.dashboard.messages

lock: ## resolve requirements*.in anew into requirements*.txt (needs uv)
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-test.in --output-file requirements-test.txt

clean: ## remove .venv and caches; the store under var/ stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

test-env: $(VENV)/installed-test

$(VENV)/installed: requirements.txt | $(PYTHON)
	$(PIP) install --requirement requirements.txt
	@touch $@

$(VENV)/installed-test: requirements-test.txt $(VENV)/installed
	$(PIP) install --requirement requirements-test.txt
	@touch $@

# A shim or a Debian without python3-venv passes for Python until asked.
$(PYTHON):
	@for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	    2>/dev/null; then \
	    echo "Creating $(VENV) with $$("$$candidate" --version)"; \
	    exec "$$candidate" -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "Earshot needs Python 3.11 or newer with its venv module, and found none." >&2; \
	echo "Install it (Debian, Ubuntu: apt install python3-venv; macOS: python.org)," >&2; \
	echo "then run make again." >&2; \
	exit 1
