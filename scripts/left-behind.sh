#!/bin/sh
# Finds what a run of tests left on this machine.
#
#   left-behind.sh before SNAPSHOT           writes down what is there already
#   left-behind.sh after SNAPSHOT [FOLDER]   prints what has come since; exits 1 if anything has
#
# FOLDER is the run's own: its tests have FOLDER/tmp as TMPDIR, and running labs somewhere in it. So a process with FOLDER in
# its environment, its arguments or as its working folder comes from the run, whatever its name. So does every process of
# FOLDER/tmp's owner, where that is not who runs this: it is a user made for the run.
set -eu
LC_ALL=C
export LC_ALL

# Lines are compared up to the first tab; what follows is for the reader.

processes() {
  pids_of_names=$(grep -lsxE 'qemu-system.*|qemu-ga|netserver|netperf|iperf3|nsenter|unshare' /proc/[0-9]*/comm || true)
  pids_of_run=
  [ -z "$folder" ] || pids_of_run=$(processes_of_run)
  printf '%s\n%s\n' "$pids_of_names" "$pids_of_run" | cut -d/ -f3 | sort -un | while read -r pid; do
    if [ -n "$pid" ] && [ "$pid" != $$ ]; then describe_process "$pid"; fi
  done
}

processes_of_run() {
  # From a file, or grep's own arguments would match.
  printf '%s\n' "$folder" >"$pattern"
  grep -lsaFf "$pattern" /proc/[0-9]*/environ /proc/[0-9]*/cmdline || true
  find /proc/[0-9]*/cwd -maxdepth 0 -lname "$folder*" 2>/dev/null || true
  owner=$(stat -c %u "$folder/tmp")
  [ "$owner" = "$(id -u)" ] || find /proc -maxdepth 1 -name '[0-9]*' -user "$owner" 2>/dev/null || true
}

# A pid alone may be another process by now, so its start time goes with it. What has ended is not there, nor is a zombie.
describe_process() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # After the name, which may hold anything: state, parent, ..., and as the 20th the start time.
  # shellcheck disable=SC2086
  set -- "$1" ${stat##*)}
  [ "$2" != Z ] && [ "$3" != $$ ] || return 0
  printf 'process %s %s\t%s\n' "$1" "${21}" "$(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null || true)"
}

namespaces() {
  lsns --noheadings --output TYPE,NS,PID,COMMAND 2>/dev/null |
    sed -nE 's/^ *(net|user|pid) +([0-9]+) +([0-9].*)/\1 namespace \2\tpid \3/p'
}

# Temporary files but for what Node and tsx keep for their next start; and sockets, which nobody listens to any more.
files() {
  find "${TMPDIR:-/tmp}" /tmp /var/tmp -maxdepth 1 -name 'sriov-lab*' -printf 'file %p\n' 2>/dev/null || true
  [ -n "$folder" ] || return 0
  find "$folder/tmp" -mindepth 1 -maxdepth 1 ! -name 'node-compile-cache' ! -name 'tsx-*' -printf 'file %p\n' || true
  find "$folder" \( -type s -o -type p \) -printf 'socket %p\n' || true
}

snapshot() {
  processes
  namespaces
  cut -d' ' -f2 /proc/self/mounts | sed 's/^/mount /'
  find /sys/class/net -mindepth 1 -printf 'link %f\n'
  files
}

new_lines() {
  snapshot >"$now"
  awk -F '\t' 'NR == FNR { known[$1]; next } !($1 in known) && !shown[$1]++' "$before" "$now"
}

# The kernel takes down a namespace, and a signalled process ends, a moment after the command that asked for it has.
compare() {
  for _ in 1 2 3 4 5 6; do
    left=$(new_lines)
    [ -n "$left" ] || return 0
    sleep 0.5
  done
  printf '%s\n' "$left" | expand | sed 's/^/left behind: /' >&2
  return 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
now=$work/now
pattern=$work/pattern
before=${2-}
folder=${3-}

case ${1-}:$before in
  before:?*) snapshot >"$before" ;;
  after:?*) compare ;;
  *) printf 'usage: left-behind.sh before SNAPSHOT | after SNAPSHOT [FOLDER]\n' >&2 && exit 2 ;;
esac
