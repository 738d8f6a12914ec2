# shellcheck shell=sh
# Sourced by the other scripts. All they say goes to standard error: standard output belongs to what they run.

say() {
  printf '==> %s\n' "$*" >&2
}

# Like lab itself: 2 means that the usage or the environment is wrong, not that a test failed.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 2
}
