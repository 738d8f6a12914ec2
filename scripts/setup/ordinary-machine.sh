#!/bin/sh
# ordinary-machine.sh BASE UID GID COMMAND...: the inner half of scripts/as-user.sh. It runs as root in a mount namespace of
# its own, makes this machine look as an ordinary one does to its users, and becomes the user. No one else sees a change.
set -eu
base=$1
uid=$2
gid=$3
shift 3

as_user() {
  setpriv --reuid "$uid" --regid "$gid" --init-groups "$@"
}

# Distributions give /dev/net/tun the mode 0666; a container or a small VM may not. The node is made on a file system of our
# own, as the temporary folders' may be mounted with nodev.
open_tun() {
  mkdir "$base/dev"
  mount -t tmpfs -o mode=0755 lab "$base/dev"
  mknod "$base/dev/tun" c 10 200
  chmod 0666 "$base/dev/tun"
  mount --bind "$base/dev/tun" /dev/net/tun
  printf '==> /dev/net/tun has the mode 0666 of ordinary distributions for this run alone\n' >&2
}

# A Node in root's home (nvm puts it there) is out of others' reach. BASE/node/bin is in PATH already.
show_node() {
  mkdir "$base/node"
  mount --bind "${1%/bin/node}" "$base/node"
}

if [ -e /dev/net/tun ] && ! as_user sh -c 'exec 3<>/dev/net/tun' 2>/dev/null; then open_tun; fi
node=$(node -p process.execPath)
# By way of a shell: setpriv itself still reaches what root does.
# shellcheck disable=SC2016 # the inner shell's $0
as_user sh -c '"$0" --version' "$node" >/dev/null 2>&1 || show_node "$node"

cd "$base/checkout"
exec setpriv --reuid "$uid" --regid "$gid" --init-groups "$@"
