#!/bin/sh
# npm test [-- OPTION...]: unit, golden and CLI tests, from a bare clone. Options go to vitest.
set -eu
cd "$(dirname -- "$0")/.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh

# shellcheck source=scripts/setup/node.sh
. scripts/setup/node.sh
# The CLI tests start `lab`, which provisions its toolchain with these.
sh scripts/setup/packages.sh quickstart
sh scripts/setup/dependencies.sh
sh scripts/setup/build.sh

exec node_modules/.bin/vitest run --project unit --project golden --project cli "$@"
