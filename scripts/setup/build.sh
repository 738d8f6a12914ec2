#!/bin/sh
# Compiles src/ to dist/, unless dist/ was made from the same sources.
set -eu
cd "$(dirname -- "$0")/../.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh

# The lock file too: it names the compiler.
digest() {
  find src scripts/build scripts/build.js package.json package-lock.json tsconfig*.json -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

# shellcheck source=scripts/setup/node.sh
. scripts/setup/node.sh

wait_for_turn
stamp=dist/.stamp
# Taken before the build: changes made while it runs are not in it.
sources=$(digest)

if [ -f "$stamp" ] && [ -f oclif.manifest.json ] && [ "$(cat "$stamp")" = "$sources" ]; then exit 0; fi
say 'Building'
npm run --silent build </dev/null >&2 || die 'the build failed'
printf '%s\n' "$sources" >"$stamp"
