#!/bin/sh
# Installs the npm packages, unless node_modules is what package-lock.json says.
set -eu
cd "$(dirname -- "$0")/../.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh

stamp=node_modules/.lab-stamp
wanted=$(sha256sum <package-lock.json)

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi
say 'Installing npm packages'
# The compiler is a development dependency, and NODE_ENV=production would leave it out.
npm ci --include=dev --no-audit --no-fund </dev/null >&2 || die 'npm ci failed'
# Last, as npm ci begins by removing node_modules: one that was interrupted has no stamp.
printf '%s\n' "$wanted" >"$stamp"
