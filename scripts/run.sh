#!/usr/bin/env bash
# `make run`: from a fresh clone to an open shop.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

read_settings
scripts/tools.sh run
scripts/build.sh
# In our place, so that Ctrl-C and a supervisor's signals reach the server itself.
exec target/release/souk serve --seed-demo
