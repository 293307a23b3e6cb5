#!/usr/bin/env bash
# `make dev`: rebuilds and restarts at each change. Queries are checked against the running database, so .sqlx may lag behind.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

read_settings
scripts/tools.sh run
if [ ! -x target/debug/souk ]; then cargo build; fi
# A copy, since the build replaces the one it was started from.
cp target/debug/souk target/debug/souk-database
exec target/debug/souk-database database exec -- bash -c '
  target/debug/souk-database migrate --source migrations
  export SQLX_OFFLINE=false
  exec cargo leptos watch --split -- serve --seed-demo'
