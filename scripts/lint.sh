#!/usr/bin/env bash
# `make check`: format and lints, for the server and for the browser.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

scripts/tools.sh lint
say "Format"
cargo fmt --all --check
say "Lints, server"
cargo clippy -p souk -p stripe-gateway --all-targets -- -D warnings
# In a build of its own: `ssr` and `hydrate` must never be unified.
say "Lints, browser"
cargo clippy -p frontend --target wasm32-unknown-unknown -- -D warnings
