#!/usr/bin/env bash
# The committed answers of the database (.sqlx), with which queries are checked at compile time where no database runs.
#   sqlx.sh prepare   writes them anew       sqlx.sh check   fails if they are not current
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

describe() {
  # cargo does not know that the macros read a database. The old time comes back afterwards, or everything would be built again.
  local before=$1.time
  touch -r src/lib.rs "$before"
  touch src/lib.rs
  local status=0
  SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$1 cargo check --all-targets || status=$?
  touch -r "$before" src/lib.rs
  rm -f "$before"
  return "$status"
}

case "${1:-}" in
  prepare | check) ;;
  # From here on inside `souk database exec`, which sets DATABASE_URL.
  describe)
    target/debug/souk-database migrate --source migrations
    describe "$2"
    exit
    ;;
  *) stop "usage: scripts/sqlx.sh prepare|check" ;;
esac

inputs=$(fingerprint src tests migrations .sqlx Cargo.lock)
if [ "$1" = check ] && unchanged sqlx "$inputs"; then
  say "Queries are as they were when last checked against the database"
  exit
fi
# Any build will do, of older queries as well: it only has to start a database and apply the migrations of the folder.
program=target/debug/souk
if [ ! -x "$program" ]; then program=target/release/souk; fi
if [ ! -x "$program" ]; then
  program=target/debug/souk
  cargo build || stop "Without a build there is no database to ask. Set DATABASE_URL to one with the current schema and run: SQLX_OFFLINE=false cargo build"
fi
mkdir -p target/debug
cp "$program" target/debug/souk-database

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
say "Asking the database about every query"
target/debug/souk-database database exec --throwaway -- scripts/sqlx.sh describe "$fresh"
if [ "$1" = prepare ]; then
  rm -rf .sqlx
  mkdir .sqlx
  cp "$fresh"/*.json .sqlx/
  say "Wrote $(find .sqlx -name '*.json' | wc -l) answers to .sqlx; commit them with the queries"
elif ! diff -rq "$fresh" .sqlx >&2; then
  stop ".sqlx is not current. Run: make sqlx-prepare"
fi
note sqlx "$(fingerprint src tests migrations .sqlx Cargo.lock)"
