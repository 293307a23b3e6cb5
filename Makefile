.DEFAULT_GOAL := help
.PHONY: help run test dev check fmt sqlx-prepare end2end chaos bench clean-data

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build for release, open the shop with demo data
	@scripts/run.sh

test: ## Install what is missing and run everything: format, lints, unit, integration and browser tests
	@scripts/test.sh

dev: ## Serve a debug build and rebuild at each change
	@scripts/dev.sh

check: ## Format and lints for the server and the browser, without tests
	@scripts/lint.sh

fmt: ## Format the code
	@cargo fmt --all

sqlx-prepare: ## Write .sqlx anew after a query or the schema has changed
	@scripts/sqlx.sh prepare

end2end: ## Only the journeys in the browser, on the release build
	@scripts/end2end.sh

chaos: ## Kill, starve and cut off whatever can be, fault by fault; ROWS="F1-F6 F23" takes some, CHAOS_SEED repeats a run
	@scripts/chaos.sh

bench: ## Figures of the release build: 300 sign-ins at once, the catalogue with 100,000 products, figures of and webhooks among 300,000 orders
	@scripts/build.sh && node scripts/bench-sign-ins.mjs && node scripts/bench-catalogue.mjs && node scripts/bench-analytics.mjs && node scripts/bench-payments.mjs

clean-data: ## Delete the embedded database, pictures and keys of this checkout (the shop must not be running)
	@rm -rf .data/postgres .data/media .data/secret_key
