#!/bin/sh
# Checks that Node is recent enough, before anything fails with a syntax error. package.json's `engines` says what is.
set -eu
cd "$(dirname -- "$0")/../.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh

wanted=$(sed -n 's/^ *"node": *">=\([0-9]*\.[0-9]*\).*/\1/p' package.json)
[ -n "$wanted" ] || die 'package.json says no "node": ">=MAJOR.MINOR" under "engines"'

command -v node >/dev/null || die "Node $wanted or newer is needed, and there is no node in PATH. See https://nodejs.org/"
found=$(node --version)
found=${found#v}
major=${found%%.*}
minor=${found#*.}
minor=${minor%%.*}

if [ "$major" -lt "${wanted%.*}" ] || { [ "$major" -eq "${wanted%.*}" ] && [ "$minor" -lt "${wanted#*.}" ]; }; then
  die "Node $wanted or newer is needed; $(command -v node) is $found. See https://nodejs.org/"
fi
command -v npm >/dev/null || die 'npm is needed, and there is none in PATH: it comes with Node, or in the package npm'
