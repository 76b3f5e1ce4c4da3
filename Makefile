# Every command by its name: `make help`.
.DEFAULT_GOAL := help
.PHONY: help setup run test check package secure audit deploy ops bench lock
BIN := .venv/bin
STAGE ?= test
REGION ?= eu-north-1
LOCK := $(BIN)/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

help: ## Show this.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## Make .venv from the locks (the others do it by themselves).
	@infra/setup.sh

run: setup ## Do the main job on an emulated AWS, then show the mails: make run ARGS="--help".
	@$(BIN)/python -m infra.local $(ARGS)

test: setup ## Run every test but the large random campaigns; browser tests where there is a Chromium.
	@$(BIN)/python -m pytest -n auto -rs -m "not campaign" $(ARGS)

check: setup ## See that format, lint, types, arrows and templates are as they should be.
	@$(BIN)/ruff format --check --quiet && $(BIN)/ruff check --quiet && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/cfn-lint infra/data.yaml

package: setup ## Build what is deployed into build/.
	@$(BIN)/python -m infra.packaging $(STAGE)

secure: package ## See that what AWS will make of the package is safe: translator, cfn-lint, checkov, bandit.
	@infra/checks/setup.sh && infra/checks/secure.sh

audit: setup ## Ask for known weaknesses of what is shipped; says "not audited" where nobody answers.
	@infra/checks/setup.sh && $(BIN)/python -m infra.checks.audit

deploy: setup ## Package and deploy to the account that you are signed in to, after asking: make deploy STAGE=test REGION=eu-north-1 [ARGS=--yes].
	@$(BIN)/python -m infra.deploying $(STAGE) --region $(REGION) --check
	@$(MAKE) --no-print-directory package
	@$(BIN)/python -m infra.deploying $(STAGE) --region $(REGION) $(ARGS)

ops: setup ## Look into a deployment, or what a run kept, and mend it: make ops ARGS="--help".
	@$(BIN)/python -m infra.ops $(ARGS)

bench: package ## Print what imports, cold starts from the package and a partner's signed call cost, against their floors.
	@$(BIN)/python -m benchmarks.import_time && $(BIN)/python -m benchmarks.cold_start && $(BIN)/python -m benchmarks.signed_call

lock: setup ## Lock anew what pyproject.toml asks for.
	@$(LOCK) pyproject.toml -o requirements.txt && $(LOCK) pyproject.toml --group dev --constraint requirements.txt -o requirements-dev.txt && $(LOCK) --group checks -o requirements-checks.txt && echo uv | $(LOCK) - -o requirements-uv.txt
