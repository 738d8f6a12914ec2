#!/bin/sh
# Installs the npm packages, unless node_modules already matches package-lock.json.
set -eu
cd "$(dirname -- "$0")/../.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh

# shellcheck source=scripts/setup/node.sh
. scripts/setup/node.sh

wait_for_turn
stamp=node_modules/.lab-stamp
wanted=$(sha256sum <package-lock.json)

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi
say 'Installing npm packages'
# The compiler is a development dependency, and NODE_ENV=production would leave it out.
npm ci --include=dev --no-audit --no-fund </dev/null >&2 || die 'npm ci failed'
# Written last: npm ci begins by removing node_modules, so an interrupted one has no stamp.
printf '%s\n' "$wanted" >"$stamp"
