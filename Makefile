# Everything a person or a CI job runs. The first target that needs it makes .venv; Python 3.11+, pip and make suffice.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 18

# A .venv that was copied or moved with its folder runs the code of the folder that it was made in.
.PHONY: own-venv
own-venv:
	@test ! -s $(READY) || test "$$(cat $(READY))" = "$(CURDIR)" || \
		{ echo "$(VENV) belongs to $$(cat $(READY)): remove it (make clean), and run make again" >&2; exit 2; }

$(READY): pyproject.toml constraints.txt | own-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt hatchling editables hatch-fancy-pypi-readme
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	echo "$(CURDIR)" > $@

.PHONY: venv
venv: $(READY) ## make .venv from constraints.txt

.PHONY: demo
demo: $(READY) ## run the flow of the 2021 notebook against a stand-in on this machine
	@$(BIN)/python -m notebooks.demo

.PHONY: notebooks
notebooks: $(READY) ## run the notebooks from clean kernels, and fail if an output is not as stored
	@$(BIN)/python -m notebooks

.PHONY: write-notebooks
write-notebooks: $(READY) ## run the notebooks and store their outputs
	@$(BIN)/python -m notebooks --write

.PHONY: serve
serve: $(READY) ## serve the API of June 2021 on http://127.0.0.1:8021
	@$(BIN)/idc-standin serve --as-of 2.0

# $(call yield,FOLDER): the client that openapi.yaml yields, into an empty folder, formatted by our ruff.
yield = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/openapi-python-client generate --path openapi.yaml --meta none \
	--config generator-config.yml --custom-template-path generator-templates --fail-on-warning --output-path $(1)

# $(call answers,FILE): the answers that openapi.yaml describes, as data, into a file.
answers = $(BIN)/python -c 'import sys, yaml; from idc_openapi import answers_text, content; \
	open(sys.argv[1], "w").write(answers_text(yaml.safe_load(content())))' $(1)

.PHONY: generate
generate: $(READY) ## make generated/idc_client, idc_openapi/answers.json and idc_ext/v3/_attributes.py from openapi.yaml
	fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(call yield,"$$fresh/idc_client") >/dev/null; \
	rm -rf generated/idc_client; mv "$$fresh/idc_client" generated/idc_client
	$(call answers,idc_openapi/answers.json)
	$(BIN)/python -m idc_ext.v3._attributes_writer > .attributes.py && mv .attributes.py idc_ext/v3/_attributes.py

.PHONY: check-generated
check-generated: $(READY) ## fail if one of the files of make generate differs from what openapi.yaml yields
	fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(call yield,"$$fresh/idc_client") >/dev/null; \
	$(call answers,"$$fresh/answers.json"); \
	$(BIN)/python -m idc_ext.v3._attributes_writer > "$$fresh/_attributes.py"; \
	{ diff --recursive --brief --exclude=__pycache__ "$$fresh/idc_client" generated/idc_client && \
		diff --brief "$$fresh/answers.json" idc_openapi/answers.json; } || \
		{ echo "generated/ or idc_openapi/answers.json is not what openapi.yaml yields: run make generate and commit the result" >&2; exit 1; }; \
	diff "$$fresh/_attributes.py" idc_ext/v3/_attributes.py || \
		{ echo "idc_ext/v3/_attributes.py is not what openapi.yaml yields: run make generate and commit the result" >&2; exit 1; }

.PHONY: lint
lint: $(READY) ## check the document, the code, the types and the import order
	$(BIN)/openapi-spec-validator openapi.yaml
	$(BIN)/yamllint --strict openapi.yaml generator-config.yml idc_standin/v1/deviations.yaml idc_standin/v3/deviations.yaml \
		idc_drift/accepted.yaml idc_drift/changes/examples.yaml tests/interop .github .pre-commit-config.yaml
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(READY) ## format the hand-written code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: packages
packages: $(READY) ## build the packages of the last commit, install them in every allowed way and over 0.1.0, and use them (minutes)
	$(BIN)/pytest tests/packages/matrix.py tests/packages/upgrade.py $(PACKAGES_OPTIONS)

# Many tests wait for a server or for a clock, so there is one process more than cores.
.PHONY: test
test: $(READY) ## run the tests
	$(BIN)/pytest --numprocesses $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist loadfile

# $(call given,OPTION,VALUE): the option if there is a value.
given = $(if $(2),$(1) "$(2)")

.PHONY: contract
contract: $(READY) ## test the stand-in, or URL=https://..., against openapi.yaml (see docs/contract.md)
	$(BIN)/idc-contract --reports reports/contract $(call given,--url,$(URL)) \
		$(call given,--seed,$(SEED)) $(call given,--rate,$(RATE)) $(call given,--baseline,$(BASELINE)) \
		$(foreach generation,$(GENERATION),--generation $(generation)) \
		$(foreach file,$(CREDENTIALS),--credentials "$(file)") $(if $(WRITE),--write) \
		$(if $(URL)$(GENERATION),,--floor 92) $(CONTRACT_OPTIONS)

.PHONY: contract-http
contract-http: $(READY) ## test the stand-in against openapi.yaml over a loopback socket
	$(BIN)/idc-contract --http --reports reports/contract-http $(call given,--seed,$(SEED)) \
		$(foreach generation,$(GENERATION),--generation $(generation)) $(CONTRACT_OPTIONS)

.PHONY: faults
faults: $(READY) ## break the stand-in on purpose and write docs/contract-power.md: which faults the contract tests find (an hour)
	$(BIN)/python -m tests.contract.faults.power $(call given,--seed,$(SEED)) $(FAULTS_OPTIONS)

# The document that upstream serves today. A saved copy works as well: make drift URL=saved.json
LIVE := https://api.imaging.datacommons.cancer.gov/v3/openapi.json
# Where it says of which release it is; with a document of another service: make drift URL=... VERSION_URL=...
VERSION_URL ?= $(if $(URL),,$(LIVE:openapi.json=version))

.PHONY: drift
drift: $(READY) ## compare openapi.yaml with the live service's document, or with URL=a URL or a file
	$(BIN)/python -m idc_drift openapi.yaml "$(or $(URL),$(LIVE))" --scope /v3 --accepted idc_drift/accepted.yaml \
		--fail-on info $(call given,--version-url,$(VERSION_URL)) $(DRIFT_OPTIONS)

# The contract suite keeps one core busy, the tests the others.
.PHONY: check
check: $(READY) ## lint, generated code, tests, contract tests (10 minutes)
	$(MAKE) --no-print-directory lint check-generated
	$(MAKE) --no-print-directory --jobs 2 --output-sync=line test contract

# Tools that check what is not code. They run in environments of their own, at these versions.
tool = $(BIN)/uv tool run --quiet --python $(BIN)/python $(1)

.PHONY: workflows
workflows: $(READY) ## check GitHub's workflows, and CITATION.cff
	$(call tool,zizmor==1.32.0) --quiet --offline --persona pedantic .
	$(call tool,cffconvert==2.0.0) --validate

.PHONY: printed
printed: $(READY) ## check the types of all Python that README.md and docs/ print, as its readers' tools do (mypy, pyright)
	$(BIN)/pytest tests/typing/printed_code.py

.PHONY: docs
docs: $(READY) ## build the documentation as a site, in reports/site; a broken link is an error
	$(BIN)/python docs/build/site.py reports/docs
	$(call tool,--with 'mkdocstrings[python]==1.0.8' zensical==0.0.73) build --clean --strict

# axe-core finds what people with impaired sight or hands cannot use; it is a package of Node.js.
AXE := reports/node/node_modules/axe-core/axe.min.js
$(AXE):
	@command -v npm > /dev/null || { echo "Node.js is missing: make browser needs its npm" >&2; exit 2; }
	npm install --silent --no-audit --no-fund --prefix reports/node axe-core@4.14.1

.PHONY: browser
browser: docs $(AXE) ## open Swagger UI, both reports and the documentation in headless Chromium; screens are in reports/screens
	$(BIN)/pytest tests/browser/pages.py

# Generators, a mock and linters that others wrote, at the versions of tests/interop: Python's in an environment, Node.js's in
# a folder. openapi-generator is a program in Java.
INTEROP := reports/interop
INTEROP_PINS := $(addprefix tests/interop/,requirements.txt package.json package-lock.json)
$(INTEROP)/.ready: $(READY) $(INTEROP_PINS)
	rm -rf $(INTEROP)
	$(PYTHON) -m venv $(INTEROP)/venv
	$(INTEROP)/venv/bin/python -m pip install --quiet --no-deps --requirement tests/interop/requirements.txt
	mkdir $(INTEROP)/node && cp tests/interop/package.json tests/interop/package-lock.json $(INTEROP)/node
	npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $(INTEROP)/node
	touch $@

.PHONY: interop-needs
interop-needs:
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
		2> /dev/null && command -v npm > /dev/null || \
		{ echo "Node.js 20.19 or newer is missing: make interop needs it and its npm" >&2; exit 2; }
	@java -version > /dev/null 2>&1 || { echo "Java is missing: make interop needs it for openapi-generator" >&2; exit 2; }

.PHONY: interop
interop: interop-needs $(INTEROP)/.ready ## read openapi.yaml with the generators, mocks and linters of others (2 minutes)
	$(BIN)/pytest tests/interop/gate.py

.PHONY: check-all
check-all: workflows printed notebooks interop browser packages ## what takes longer or needs more: packages, notebooks, pages, tools of others (CI runs both)

# idc-index needs another DuckDB than the stand-in, so it has an environment of its own.
PEER := .venv-idc-index
$(PEER)/.ready:
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet 'idc-index==0.13.*' "idc-index-data==$$($(BIN)/python -c \
		'from importlib.metadata import version; print(version("idc-index-data"))')"
	touch $@

.PHONY: bench
bench: $(READY) $(PEER)/.ready ## run all benchmarks and write docs/performance.md (an hour; BENCH=client for one module)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev,bench]'
	$(BIN)/python -m benchmarks $(BENCH)

.PHONY: torture-standin
torture-standin: $(READY) ## attack the stand-in from outside (20 minutes), and write its section of docs/reliability.md
	$(BIN)/python -m tests.torture.standin $(TORTURE_OPTIONS)

.PHONY: torture-client
torture-client: $(READY) ## try the client with every fault (20 minutes), and write its section of docs/reliability.md
	$(BIN)/python -m tests.torture.client $(TORTURE_OPTIONS)

.PHONY: torture
torture: torture-standin torture-client ## all attacks, and docs/reliability.md

.PHONY: constraints
constraints: ## rewrite constraints.txt with the newest release of every package
	fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(PYTHON) -m venv "$$fresh"; \
	"$$fresh/bin/python" -m pip install --quiet hatchling editables hatch-fancy-pypi-readme; \
	"$$fresh/bin/python" -m pip install --quiet --no-build-isolation --editable '.[dev]'; \
	{ sed '/^[^#]/,$$d' constraints.txt; "$$fresh/bin/python" -m pip freeze --exclude idc-client \
		| grep -vE '^(-e|pip==|setuptools==)'; } > "$$fresh/constraints.txt"; \
	mv "$$fresh/constraints.txt" constraints.txt

.PHONY: clean
clean: ## remove the files that the targets above make
	rm -rf $(VENV) $(PEER) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist reports
