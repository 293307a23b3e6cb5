#!/usr/bin/env bash
# `make end2end`: journeys through the release build in Chromium. Arguments go to Playwright.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

if [ ! -f end2end/package.json ]; then exit; fi
scripts/tools.sh test
point_at_postgres
scripts/build.sh
CHROMIUM_PATH=$(scripts/tools.sh chromium)
export CHROMIUM_PATH
# No settings of this checkout: each run starts a shop of its own.
unset DATABASE_URL
cd end2end
packages=$(sha256sum package-lock.json)
if [ "$(cat node_modules/.souk-packages 2>/dev/null)" != "$packages" ]; then
  say "Fetching the packages of the browser tests"
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund
  printf '%s' "$packages" >node_modules/.souk-packages
fi
npx tsc --noEmit
say "End-to-end tests"
npx playwright test "$@"
