#!/usr/bin/env bash
# `make test`: everything, in the order in which it fails fastest.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

# The tests make and drop databases: they get a PostgreSQL of their own, whatever else is configured.
unset DATABASE_URL
scripts/tools.sh test
point_at_postgres
scripts/lint.sh

say "Building the tests"
cargo test -p souk -p stripe-gateway --no-run
scripts/sqlx.sh check
say "Unit and integration tests"
target/debug/souk database exec --throwaway -- cargo test -p souk -p stripe-gateway
scripts/schemathesis.sh
scripts/end2end.sh
say "All tests passed"
