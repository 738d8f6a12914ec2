#!/bin/sh
# base.sh WORK RESULT SIZE SCRIPT MMDEBSTRAP-ARGUMENTS...: makes a base image of Debian. WORK is an empty folder, on which a file system in
# memory is mounted, in this namespace alone: nothing is left of it when this ends, however it ends. SCRIPT is run in the new
# system. RESULT has the file `sources`, apt's; it gets tree.tar, disk.raw of SIZE bytes, and the lists `paths` and `packages`.
set -eu
exec 1>&2
here=${0%/*}
# shellcheck source=src/images/debian/files/pack.sh
. "$here/pack.sh"
work=$1 result=$2 size=$3 script=$4
shift 4

mount -t tmpfs -o "size=80%,mode=755" tmpfs "$work"
root=$work/root
mkdir "$work/tmp"
# INITRD=No: the image boots with an initramfs that lab makes.
TMPDIR=$work/tmp INITRD=No mmdebstrap "$@" "$root" - <"$result/sources"
# What must not be in the image comes back when mmdebstrap has cleaned up after itself.
cp "$script" "$root/tmp/script"
start_devices "$root"
in_tree "$root" sh -e /tmp/script
end_devices "$root"

: >"$work/none"
touch -d '1970-01-01' "$work/stamp"
describe "$root" "$work/stamp" "$work/description"
list_tree "$root" "$result/paths"
disk_commands "$work/none" "$work/description" >"$work/commands"
truncate -s "$size" "$result/disk.raw"
# Of a disk that is thrown away, and read by one machine at a time, no journal is needed; without -b a small disk gets small blocks.
mke2fs -q -t ext4 -b 4096 -O '^has_journal' -E lazy_itable_init=1,root_owner=0:0 -m 0 -L root "$result/disk.raw"
change_disk "$root" "$result/disk.raw" "$work/commands"
check_disk "$result/disk.raw" "$result/paths"
tar -C "$root" --numeric-owner -cf "$result/tree.tar" .
# shellcheck disable=SC2016 # dpkg-query fills them in
in_tree "$root" dpkg-query --show --showformat='${Package} ${Version}\n' >"$result/packages"
