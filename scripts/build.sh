#!/usr/bin/env bash
# The release build: server, WebAssembly, styles, compressed. Skipped if nothing has changed since the last one.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

inputs=$(fingerprint .cargo src crates migrations style public .sqlx Cargo.toml Cargo.lock build.rs)-$(rustc --version)
if [ -x target/release/souk ] && [ -d target/site/pkg ] && unchanged release "$inputs"; then
  say "The release build is up to date"
  exit
fi
say "Building for release (about seven minutes on two cores the first time, one or two after a change)"
cargo leptos build --release --split --precompress
note release "$inputs"
