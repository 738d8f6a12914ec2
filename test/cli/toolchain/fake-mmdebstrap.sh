#!/bin/sh
# Stands in for mmdebstrap: fake-mmdebstrap.sh BEHAVIOUR NOTES ARGUMENTS...
# Notes its arguments on a line of NOTES/calls. Makes a tree of shell scripts, or fails in the way that BEHAVIOUR names, with the words of the real one.
set -eu
behaviour=$1
notes=$2
shift 2
{
  printf '%s ' "$@" | tr '\n' ' '
  echo
} >>"$notes/calls"

# The tree is the argument after the suite.
tree=
previous=
for argument in "$@"; do
  [ "$previous" = trixie ] && tree=$argument
  previous=$argument
done

program() {
  mkdir -p "$(dirname "$tree/$1")"
  printf '#!/bin/sh\n%s\n' "$2" >"$tree/$1"
  chmod 755 "$tree/$1"
}

start_tree() {
  mkdir -p "$tree/usr/bin" "$tree/var/lib"
  touch "$tree/usr/bin/half"
}

finish_tree() {
  # The loader: it is given --argv0 NAME --library-path DIR PROGRAM ARGUMENTS...
  program usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 'shift 4; exec "$@"'
  for name in ip iperf3 kmod netperf netserver ping qemu-img xz zstd busybox; do program "usr/bin/$name" 'exit 0'; done
  for name in bridge qemu-ga; do program "usr/sbin/$name" 'exit 0'; done
  program usr/bin/qemu-system-x86_64 'case "$*" in *-version*) echo "QEMU emulator version 11.1.3 (Debian)" ;; *help*) echo "  sriov-pf=<str>" ;; esac'
  mkdir -p "$tree/usr/lib/modules/7.0.0-fake/kernel" "$tree/dev"
  touch "$tree/usr/lib/modules/7.0.0-fake/vmlinuz"
  printf 'busybox-static 1:1.37\nqemu-system-x86 1:11.1.3\n' >"$tree/var/lib/sriov-lab-packages"
}

fail() {
  echo "E: $1" >&2
  echo "E: mmdebstrap failed to run" >&2
  exit 25
}

# The real one puts apt's configuration there, and leaves it when it is killed.
mkdir "$TMPDIR/mmdebstrap.$$"
echo "$TMPDIR/mmdebstrap.$$" >"$notes/temporary"
echo "I: running apt-get update..." >&2
case $behaviour in
  good)
    start_tree
    finish_tree
    ;;
  frozen)
    case "$*" in
      *'Acquire::Check-Valid-Until "false"'*)
        [ ! -e "$tree" ] || fail "the tree is not empty"
        start_tree
        finish_tree
        ;;
      *)
        start_tree
        fail 'Release file for http://mirror.example/debian/dists/trixie/InRelease is expired (invalid since 30d 2h). Updates for this repository will not be applied.'
        ;;
    esac
    ;;
  offline)
    start_tree
    fail "Failed to fetch http://mirror.example/debian/dists/trixie/InRelease  Could not resolve 'mirror.example'"
    ;;
  without-headers)
    start_tree
    fail 'Unable to locate package linux-headers-7.0.0-fake'
    ;;
  full)
    start_tree
    chmod 500 "$tree/usr"
    fail 'dpkg-deb: error: No space left on device'
    ;;
  killed)
    start_tree
    # The shell that is the process `timeout` watches.
    kill -KILL $$
    ;;
  slow)
    start_tree
    echo $$ >"$notes/pid"
    sleep 60
    finish_tree
    ;;
  short)
    start_tree
    sleep 0.5
    finish_tree
    ;;
  without-netperf)
    start_tree
    finish_tree
    rm "$tree/usr/bin/netperf"
    ;;
  without-kernel)
    start_tree
    finish_tree
    rm "$tree/usr/lib/modules/7.0.0-fake/vmlinuz"
    ;;
  without-feature)
    start_tree
    finish_tree
    program usr/bin/qemu-system-x86_64 'echo "QEMU emulator version 10.0.0"'
    ;;
  broken-busybox)
    start_tree
    finish_tree
    program usr/bin/busybox 'exit 1'
    ;;
  *)
    fail "no such behaviour: $behaviour"
    ;;
esac
echo "I: success in 0.1 seconds" >&2
