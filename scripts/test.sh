#!/bin/sh
# npm test [-- OPTION...]: unit, golden and CLI tests, from a bare clone. Options go to vitest.
set -eu
cd "$(dirname -- "$0")/.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh
# shellcheck source=scripts/setup/set-up.sh
. scripts/setup/set-up.sh

# The CLI tests start `lab`, which needs what the quickstart does.
set_up quickstart

exec node_modules/.bin/vitest run --project unit --project golden --project cli "$@"
