# `make` alone prints what there is to make. Every target sets up what it needs first, and only once.
START := deploy/local/start
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test unit check screens outages faults mutants attacks audit bench clients contracts db db-stop clean lock fmt

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

run: ## set up and run the whole system in the foreground; Ctrl-C stops it, the data stays
	@$(START) run

test: ## the whole suite but the outages, on a real PostgreSQL and Redis of its own
	@$(START) setup tests
	@# What failed beside six thousand others is looked at once more alone; both outcomes stay in the output.
	$(BIN)/pytest tests -n 2 --dist worksteal -m "not outage" || \
		$(BIN)/pytest tests -n 0 -m "not outage" --last-failed --last-failed-no-failures none

unit: ## only the tests that need neither database nor network
	@$(START) setup tests
	$(BIN)/pytest tests -n 0 -m unit

check: ## formatting, lint, types, import contracts, and the shape of the house
	@$(START) setup tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/shape -n 0

screens: ## pictures of every page of the cockpit with the demo station, into docs/screens
	@$(START) setup tests
	$(BIN)/pytest tests/cockpit/screens.py -n 0 -s -p no:randomly

outages: ## the short forms of the fault tests that take servers down; minutes of waiting
	@$(START) setup tests
	$(BIN)/pytest tests/faults -n 0 -s -m outage

faults: ## the long forms of the fault tests, one after the other; an hour or more
	@$(START) setup tests
	FAULTS=long $(BIN)/pytest tests/faults -n 0 -s

attacks: ## the long forms of the attacks, one after the other; minutes; writes tests/attacks/RESULTS.md
	@$(START) setup tests
	ATTACKS=long $(BIN)/pytest tests/attacks -n 0 -s

audit: ## known vulnerabilities, secrets in the tree, and the list of what is inside; needs the network
	@$(START) setup tests
	@deploy/audit.sh

mutants: ## break one safeguard at a time in a copy of the tree; each must turn a named test red
	@$(START) setup tests
	$(BIN)/python -m tests.faults.mutants

bench: ## the measurements, on a durable database of their own; writes bench/RESULTS.md
	@$(START) setup tests
	$(BIN)/python -m bench

clients: ## generate clients in six languages from mobile_contracts/openapi.json into var/clients
	@$(START) setup tests
	$(BIN)/python -m deploy.clients

contracts: ## write what phones rely on into mobile_contracts/, from the code
	@$(START) exec flask --app wsgi contracts write

db: ## psql on the database of `make run`
	@$(START) db

db-stop: ## stop the private servers; the data stays
	@$(START) stop

clean: ## stop the private servers; remove var/ (the data!) and .venv
	@$(START) clean

lock: ## pin pyproject.toml into requirements.txt and tests/requirements.txt, with hashes
	@$(START) lock

fmt: ## format the code and sort its imports
	@$(START) setup tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --select I --fix .
