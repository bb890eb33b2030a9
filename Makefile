# Iterant. `make demo` shows it, `make test` checks it; both set up .venv first when it is not there.

PYTHON ?= python3
BIN    := .venv/bin
EXTRAS := io,viz,film,docs,dev
PIP    := PYTHONWARNINGS=ignore $(BIN)/pip --disable-pip-version-check --quiet
# Threads that spin for long between two parallel regions starve each other on a busy machine.
export GOMP_SPINCOUNT = 20000

.PHONY: help venv test lint types slow demo bench docs format links pins clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

venv: .venv/.ready  ## the environment in .venv, rebuilt when pyproject.toml or constraints.txt change

# What the environment is made from: the part of pyproject.toml above the tools, and the pins.
RECIPE := $(shell sed '/^\[tool.ruff\]/,$$d' pyproject.toml | cat - constraints.txt | cksum)

.venv/.ready: pyproject.toml constraints.txt
	@if [ "$$(cat $@ 2>/dev/null)" != "$(RECIPE)" ]; then \
	    echo "setting up .venv (a few minutes the first time, seconds later)" && \
	    { test -x $(BIN)/python || $(PYTHON) -m venv .venv; } && \
	    $(PIP) install -c constraints.txt 'setuptools>=77' wheel && \
	    $(PIP) install -c constraints.txt --no-build-isolation -e '.[$(EXTRAS)]'; fi
	@echo "$(RECIPE)" > $@

# A file of tests stays in one process, where what it compiled is found again.
SHARED := -n auto --maxprocesses 4 --dist loadfile

test: lint types  ## ruff, mypy --strict and the tests that take seconds
	@$(BIN)/python -m pytest $(SHARED)

lint: venv
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: venv
	@$(BIN)/mypy --strict

slow: venv  ## the tests that take minutes, such as building the wheel and running it elsewhere
	@$(BIN)/python -m pytest -m slow $(SHARED)

demo: venv  ## compile Perona-Malik, prove its step stable, denoise a photograph
	@$(BIN)/python examples/demo.py

bench: .venv/.peers  ## against peers and against the machine's limit
	@$(BIN)/python -m benchmarks.run $(ARGS)
	@test -n '$(ARGS)' || $(BIN)/python -m benchmarks.too_large

.venv/.peers: .venv/.ready
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[bench]'
	@touch $@

docs: venv  ## the documentation, in docs/_build/html
	@$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

format: venv  ## rewrite the sources in the house style
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

# .typed/iterant/ shows mypy the layout of the installed package: a link to each file of iterant/
# and one to each folder that is mapped into it.
links:  ## refresh .typed/iterant/
	@mkdir -p .typed/iterant
	@for path in iterant/* compiler runtime grammars; do \
	    case $$path in *__pycache__) ;; *) ln -sfn ../../$$path .typed/iterant/ ;; esac; done
	@find -L .typed/iterant -maxdepth 1 -type l -delete

pins: .venv/.peers  ## write the versions now in .venv to constraints.txt
	@{ echo "# The exact versions the tests and benchmarks ran with; 'make pins' rewrites this file."; \
	    $(BIN)/pip freeze --all --exclude-editable | sed 's/+cpu$$//' | grep -iv '^pip=='; } > .pins
	@mv .pins constraints.txt

clean:  ## remove caches and built documents, keep .venv
	@rm -rf build dist docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis
