#!/bin/sh
# packages.sh quickstart|verify: sees to the packages of the operating system that the one or the other needs.
# As root it installs those that are missing; otherwise it prints the command that does, and exits 2.
set -eu
cd "$(dirname -- "$0")/../.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh

# The one list: a package, and the program that shows it to be there (`-`: none does, ask dpkg).
packages_of() {
  cat <<'END'
mmdebstrap mmdebstrap
debian-archive-keyring -
util-linux unshare
iproute2 ip
END
  [ "$1" = verify ] || return 0
  cat <<'END'
chromium chromium
e2fsprogs mke2fs
git git
libguestfs-tools virt-customize
libguestfs-xfs -
mount mount
passwd useradd
shellcheck shellcheck
uidmap newuidmap
END
}

# A package counts as there when its program is, however that came: a developer may have built it.
is_missing() {
  case $2 in
    -) ! dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed ;;
    *) ! command -v "$2" >/dev/null ;;
  esac
}

missing_of() {
  packages_of "$1" | while read -r package program; do
    if is_missing "$package" "$program"; then printf ' %s' "$package"; fi
  done
}

install() {
  say "Installing packages:$missing"
  export DEBIAN_FRONTEND=noninteractive
  # A mirror that is out of date or partly down may still have what is needed: the installation decides.
  apt-get --quiet update </dev/null >&2 || say 'apt-get update failed; trying with the package lists that are there'
  # shellcheck disable=SC2086 # a list of words
  apt-get --quiet --yes -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing </dev/null >&2 ||
    die "apt-get could not install:$missing"
}

case ${1-} in
  quickstart | verify) ;;
  *) die 'usage: packages.sh quickstart|verify' ;;
esac
# /usr/sbin, where mke2fs and useradd are, is not in every ordinary user's PATH.
PATH=$PATH:/usr/sbin:/sbin

# Libguestfs takes the owner of its modules' folder from this one, which a container may not have.
if [ "$1" = verify ] && [ "$(id -u)" -eq 0 ]; then mkdir -p /lib/modules; fi

missing=$(missing_of "$1")
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null ||
  die "these packages, or what your distribution has in their place, have to be installed first:$missing"
if [ "$(id -u)" -eq 0 ]; then
  install
else
  say 'Some packages are missing. Install them with this, then try again:'
  printf 'sudo apt-get update && sudo apt-get install --no-install-recommends%s\n' "$missing" >&2
  exit 2
fi
