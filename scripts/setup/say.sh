# shellcheck shell=sh
# Sourced by the other scripts. Their messages go to standard error: standard output belongs to the programs that they run.

say() {
  printf '==> %s\n' "$*" >&2
}

# As in lab itself, 2 means that the usage or the environment is wrong, not that a test failed.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 2
}

# One set-up at a time works on a checkout. The lock is on the folder itself, and ends with the shell that called this.
wait_for_turn() {
  exec 9<.
  flock --nonblock 9 && return
  say 'Waiting for another set-up of this checkout'
  flock 9
}
