#!/bin/sh
# npm run verify [-- [--all] [--share-cache] PART...]: what has to pass before a change lands, from a bare clone.
#
# PART is lint, test (unit, golden and CLI tests), browser (the page of lab report in Chromium), parity (our verdicts against QEMU's)
# or e2e (real guests, their images, and guests inside guests); without any, all of them.
#
#   --all          runs the tests tagged `thorough` too, and more random cases: everything that there is
#   --share-cache  gives the e2e tests root's toolchain and images; without it they provision all from nothing
#
# Labs are made for ordinary users: as root, e2e runs as a user made for it, and root itself only tests a lab's life (test:e2e:life).
set -eu
cd "$(dirname -- "$0")/.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh
# shellcheck source=scripts/setup/set-up.sh
. scripts/setup/set-up.sh

# step NAME COMMAND...: runs a step and writes down how it ended. A failure does not keep the others from being run.
step() {
  name=$1
  shift
  number=$((number + 1))
  record=$results/$(printf '%02d-%s' "$number" "$name")
  say "$name"
  status=0
  "$@" || status=$?
  printf '%s\n' "$status" >"$record.exit"
  [ "$status" -eq 0 ] || say "$name FAILED (exit status $status)"
}

lint_shell() {
  find scripts .ci src/images test/support -type f \( -name '*.sh' -o -name run \) -exec shellcheck -x {} +
}

# tests SCRIPT [COMMAND...]: an npm script that runs vitest, through COMMAND if any, with its report where `step` has its own.
tests() {
  script=$1
  shift
  # Writable for the user whom COMMAND may run it as.
  : >"$record.json"
  chmod 666 "$record.json"
  set -- "$@" npm run --silent "$script" -- --reporter=default --reporter=json "--outputFile.json=$record.json"
  [ "$all" = yes ] || set -- "$@" '--tags-filter=!thorough'
  "$@"
}

# Temporary files and running labs in folders of this run's own: nothing is mixed up with the developer's labs, and what
# is left can be told. Toolchains and images are shared with them, which saves minutes.
with_own_folders() {
  TMPDIR=$work/tmp XDG_STATE_HOME=$work/state "$@"
}

# as_oneself NAME SCRIPT
as_oneself() {
  rm -rf "$work/tmp" "$work/state"
  mkdir -m 700 "$work/tmp" "$work/state"
  sh scripts/left-behind.sh before "$work/before"
  step "$1-as-$(id -un)" tests "$2" with_own_folders
  step "nothing-left-by-$(id -un)-after-$1" sh scripts/left-behind.sh after "$work/before" "$work"
}

# as_ordinary_user NAME SCRIPT [--share-cache]; as-user.sh looks itself for what is left.
as_ordinary_user() {
  step "$1-as-ordinary-user" tests "$2" sh scripts/as-user.sh ${3:+"$3"}
}

run_part() {
  case $1 in
    lint)
      step lint npm run --silent lint
      step shellcheck lint_shell
      ;;
    test) step test tests test ;;
    browser) step browser tests test:browser ;;
    parity) step parity tests test:parity ;;
    e2e)
      if [ "$(id -u)" -eq 0 ]; then
        as_oneself e2e test:e2e:life
        as_ordinary_user e2e test:e2e "$share_cache"
      else
        as_oneself e2e test:e2e
      fi
      ;;
  esac
}

all=no
share_cache=
while [ $# -gt 0 ]; do
  case $1 in
    --all) all=yes ;;
    --share-cache) share_cache=$1 ;;
    *) break ;;
  esac
  shift
done
for part in "$@"; do
  case $part in
    lint | test | browser | parity | e2e) ;;
    *) die "no such part: $part (there are lint, test, browser, parity and e2e)" ;;
  esac
done
[ $# -gt 0 ] || set -- lint test browser parity e2e
if [ "$all" = yes ]; then
  LAB_FUZZ_CASES=${LAB_FUZZ_CASES:-10000}
  LAB_PARITY_CASES=${LAB_PARITY_CASES:-2000}
  export LAB_FUZZ_CASES LAB_PARITY_CASES
fi

set_up verify

# A short path, as there will be sockets in it, and one that the ordinary user can reach.
work=$(mktemp -d /var/tmp/lab-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 711 "$work"
results=$work/results
mkdir -m 711 "$results"
number=0

for part in "$@"; do run_part "$part"; done
node scripts/count-tests.js "$results"
