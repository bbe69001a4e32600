# Two commands are enough: `make run` and `make test`. Both install what is missing.

CARGO ?= cargo
BIND ?= 127.0.0.1:8080
# Extra words for `xueshi serve`, for instance ARGS="--chaos 5".
ARGS ?=

.PHONY: run test bench lint fuzz webhooks workbooks certificates credentials log cluster openapi help

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
	scripts/with-postgres $(CARGO) test --workspace

bench: ## Measure speed on SQLite and PostgreSQL, as ratios within one run; PEOPLE=500 CITY=20000 ROUNDS=7 (docs/performance.md)
	@scripts/setup build test
	$(CARGO) build --release --package xueshi-bench
	XUESHI_POSTGRES_DURABLE=1 scripts/with-postgres $(CARGO) run --quiet --release --package xueshi-bench -- $(ARGS)

# With the binary of the tests, which then need not be built anew: the packages that are asked for decide about the features of all.
openapi: ## Write openapi.yaml from the code
	$(CARGO) run --quiet -p xueshi-tests --bin xueshi-under-test -- openapi --format yaml > openapi.yaml.new && mv openapi.yaml.new openapi.yaml

lint: ## Check openapi.yaml with redocly and spectral, and compile a TypeScript client (needs Node.js)
	scripts/lint-openapi

workbooks: ## Read and write workbooks with openpyxl (needs Python 3)
	scripts/check-workbooks

fuzz: ## Send what the document allows and forbids, with schemathesis (needs Python 3)
	scripts/fuzz-openapi

credentials: ## Have PyPI PyJWT, and openssl for SM2, verify credentials of certificates (needs Python 3)
	scripts/check-credentials

certificates: ## Have poppler, zbar, qpdf, a browser and axe look at certificates and their verification (needs Python 3 and Node.js)
	scripts/check-certificates

webhooks: ## Have the libraries of PyPI and npm verify real deliveries (needs Python 3 and Node.js)
	scripts/check-webhooks

log: ## Have libraries of PyPI verify the transparency log while 64 people write, on both databases (needs Python 3)
	@scripts/setup build test
	scripts/check-log

cluster: ## Two instances, a primary, a replica and PgBouncer, killed one by one under load
	@scripts/setup build test
	$(CARGO) build --release --bin xueshi
	scripts/check-cluster
