#!/usr/bin/env bash
# `make chaos`: breaks what can break, and says for each fault how it went. The table of faults and tests is in tests/it/chaos/mod.rs.
# ROWS="F7-F8 F23" takes some of them; CHAOS_SEED=… repeats what chance did.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

run() { cargo test --quiet -p souk --test it -- --nocapture --exact "$@"; }

# Inside `souk database exec`, which sets DATABASE_URL.
if [ "${1:-}" = rows ]; then
  matrix=$(run chaos::print_the_matrix --ignored | grep '^row|')
  shown=0 failed=()
  while IFS='|' read -r _ number fault not_shown tests; do
    if [ -n "${ROWS:-}" ] && [[ " $ROWS " != *" $number "* ]]; then continue; fi
    shown=$((shown + 1))
    say "$number  $fault"
    # Names of tests have no spaces.
    # shellcheck disable=SC2086
    run $tests </dev/null || failed+=("$number")
    if [ -n "$not_shown" ]; then echo "not shown: $not_shown"; fi
  done <<<"$matrix"
  if [ "$shown" = 0 ]; then stop "No row of the table has one of these numbers: $ROWS."; fi
  if [ ${#failed[@]} -gt 0 ]; then stop "These faults are not borne: ${failed[*]}. CHAOS_SEED=$CHAOS_SEED repeats them."; fi
  say "All faults are borne; seed $CHAOS_SEED"
  exit
fi

unset DATABASE_URL
scripts/tools.sh server
point_at_postgres
say "Building the tests"
cargo test -p souk --test it --no-run
export CHAOS_SEED=${CHAOS_SEED:-$RANDOM$RANDOM}
say "Seed $CHAOS_SEED"
target/debug/souk database exec --throwaway -- scripts/chaos.sh rows
