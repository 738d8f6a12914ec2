#!/bin/sh
# Compiles src/ to dist/, unless dist/ was made from the very same sources.
set -eu
cd "$(dirname -- "$0")/../.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh

# The lock file too: it names the compiler.
digest() {
  find src scripts/build scripts/build.js package.json package-lock.json tsconfig*.json -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

stamp=dist/.stamp
# Before the build: what is edited while it runs is not in it.
sources=$(digest)

if [ -f "$stamp" ] && [ -f oclif.manifest.json ] && [ "$(cat "$stamp")" = "$sources" ]; then exit 0; fi
say 'Building'
npm run --silent build </dev/null >&2 || die 'the build failed'
printf '%s\n' "$sources" >"$stamp"
