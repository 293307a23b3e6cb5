#!/usr/bin/env bash
# Asks the API, as each role, what its own document allows and what it does not (schemathesis). Without arguments a short form, on a shop of
# its own; EXAMPLES=100 for a long one; a URL as the argument for a shop with demo data that runs already.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

VERSION=4.32.5
EXAMPLES=${EXAMPLES:-8}
PORT=${PORT:-3975}
PASSWORD='souk-demo-2026!'
VENV=$PROJECT/.data/schemathesis
CUSTOMER=customer@example.com
VENDOR=hollow-kiln@example.com
ADMIN=admin@example.com

if [ "$(cat "$VENV/.version" 2>/dev/null)" != "$VERSION" ]; then
  say "Fetching schemathesis $VERSION"
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$VERSION"
  printf '%s' "$VERSION" >"$VENV/.version"
fi

URL=${1:-}
if [ -z "$URL" ]; then
  URL=http://127.0.0.1:$PORT
  data=$(mktemp -d)
  point_at_postgres
  env -u DATABASE_URL SOUK_DATA_DIR="$data" SOUK_LISTEN="127.0.0.1:$PORT" BASE_URL="$URL" RUST_LOG=error target/debug/souk serve --seed-demo &
  shop=$!
  trap 'kill "$shop"; wait "$shop" || true; rm -rf "$data"' EXIT
fi

token() {
  curl --silent --fail "$URL/api/v1/auth/token" -H 'Content-Type: application/json' -d "{\"email\":\"$1\",\"password\":\"$PASSWORD\"}" | jq --raw-output .access_token
}

# first EMAIL PATH FILTER: of what somebody is shown.
first() { curl --silent --fail "$URL/api/v1/$2" -H "Authorization: Bearer $(token "$1")" | jq --raw-output --exit-status "$3"; }

# Accounts come last of the demo data.
for _ in $(seq 120); do
  if token "$ADMIN" >/dev/null 2>&1; then break; fi
  sleep 1
done

say "A purchase as in the README"
order=$(scripts/purchase.sh "$URL")

# What the paths of the API stand for, besides what schemathesis makes up: scripts/schemathesis.toml says where.
export ORDER LINE PRODUCT_SLUG SHOP_SLUG ADDRESS VENDOR_PRODUCT ADMIN_PRODUCT ADMIN_USER ADMIN_VENDOR
ORDER=$(jq --raw-output .id <<<"$order")
LINE=$(jq --raw-output '.parts[0].lines[0].id' <<<"$order")
PRODUCT_SLUG=$(jq --raw-output '.parts[0].lines[0].product_slug' <<<"$order")
SHOP_SLUG=${VENDOR%@*}
ADDRESS=$(first "$CUSTOMER" addresses '.data[0].id')
VENDOR_PRODUCT=$(first "$VENDOR" 'vendor/products?status=published' '.data[0].id')
ADMIN_PRODUCT=$(first "$ADMIN" 'admin/products?status=published' '.data[0].id')
ADMIN_USER=$(first "$ADMIN" admin/users '.data[0].id')
ADMIN_VENDOR=$(first "$ADMIN" 'admin/vendors?status=approved' '.data[0].id')

# ask NAME EMAIL PATHS: who signs out, shuts accounts out or changes roles would ask no more.
ask() {
  say "The API, asked by $1"
  local header=()
  if [ -n "$2" ]; then header=(--header "Authorization: Bearer $(token "$2")"); fi
  "$VENV/bin/schemathesis" --config-file scripts/schemathesis.toml run "$URL/api/v1/openapi.json" "${header[@]}" --include-path-regex "$3" \
    --exclude-path-regex '^/auth/(logout|register)|/(disable|role)$' --max-examples "$EXAMPLES" --continue-on-failure \
    --generation-deterministic --suppress-health-check all --report-dir "$PROJECT/.data/schemathesis/report" || failed=1
}

failed=""

ask nobody '' '^/(products|categories|vendors|auth)'
ask "a customer" "$CUSTOMER" '^/(me|cart|wishlist|addresses|checkout|orders|order-lines)'
ask "a vendor" "$VENDOR" '^/vendor'
ask "an admin" "$ADMIN" '^/admin'
[ -z "$failed" ]
