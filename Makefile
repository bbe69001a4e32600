# Two commands are enough: `make run` and `make test`. Both install what is missing.

CARGO ?= cargo
BIND ?= 127.0.0.1:8080
# Extra words for `xueshi serve`, for instance ARGS="--chaos 5".
ARGS ?=

.PHONY: run test lint fuzz workbooks openapi help

help: ## Show the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: ## Build and start the sandbox: a demo city with known accounts and a clock you can set
	@scripts/setup build
	$(CARGO) build --release --bin xueshi
	@exec scripts/run $(BIND) $(ARGS)

test: ## Everything: format, lints, document, all tests on SQLite and on a throw-away PostgreSQL
	@scripts/setup build test
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) run --quiet --bin xueshi -- openapi --format yaml | diff -u openapi.yaml - \
		|| { echo "openapi.yaml is behind the code: run 'make openapi'"; exit 1; }
	scripts/with-postgres $(CARGO) test --workspace

openapi: ## Write openapi.yaml from the code
	$(CARGO) run --quiet --bin xueshi -- openapi --format yaml > openapi.yaml.new && mv openapi.yaml.new openapi.yaml

lint: ## Check openapi.yaml with redocly and spectral, and compile a TypeScript client (needs Node.js)
	scripts/lint-openapi

workbooks: ## Read and write workbooks with openpyxl (needs Python 3)
	scripts/check-workbooks

fuzz: ## Send what the document allows and forbids, with schemathesis (needs Python 3)
	scripts/fuzz-openapi
