#!/usr/bin/env bash
# Buys something as the README says, in its very words: `purchase.sh URL` of a shop with demo data and the sandbox. Prints the order.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

# Longest that the webhook may take where everything else is busy, too.
PATIENCE_S=60

purchase=$(awk '/^A purchase, /{ here = 1 } here && /^```$/ { exit } inside { print } here && /^```sh$/ { inside = 1 }' README.md)
[ -n "$purchase" ] || stop "The README shows no purchase."
purchase=${purchase/http:\/\/127.0.0.1:3000/$1}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
eval "$purchase" >"$answer"
for _ in $(seq "$PATIENCE_S"); do
  order=$(curl -s "$api/orders/$(jq -r .order.id <<<"$placed")" -H "$me")
  if [ "$(jq -r .status <<<"$order")" = paid ]; then
    echo "$order"
    exit
  fi
  sleep 1
done
cat "$answer" >&2
stop "The README's purchase does not end in a paid order: $order"
