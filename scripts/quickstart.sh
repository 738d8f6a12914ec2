#!/bin/sh
# npm run quickstart [-- OPTION...]: from a bare clone to the report of the first lab. Options go to `lab test`.
set -eu
cd "$(dirname -- "$0")/.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh
# shellcheck source=scripts/setup/set-up.sh
. scripts/setup/set-up.sh

set_up quickstart

say 'Running: lab test labs/quickstart'
exec node bin/run.js test labs/quickstart "$@"
