#!/bin/sh
# layer.sh WORK RESULT SCRIPT FILES TREE...: adds a layer to an image of Debian. WORK is an empty folder, on which a file system in
# memory is mounted, in this namespace alone. The TREEs, from the base up, are folders with tree.tar and, but for the base, the list
# `gone`. FILES is a folder that is copied into the tree; SCRIPT is run in it. RESULT has the disk of the layer below, disk.raw,
# which is changed, and gets tree.tar with what this layer changed.
set -eu
exec 1>&2
here=${0%/*}
# shellcheck source=src/images/debian/files/pack.sh
. "$here/pack.sh"
work=$1 result=$2 script=$3 files=$4
shift 4

mount -t tmpfs -o "size=80%,mode=755" tmpfs "$work"
root=$work/root
mkdir "$root"
for tree in "$@"; do
    if [ -e "$tree/gone" ]; then
        while IFS= read -r path; do rm -rf "${root:?}/$path"; done <"$tree/gone"
    fi
    tar -C "$root" --numeric-owner -xpf "$tree/tree.tar"
done
list_tree "$root" "$work/before"

# A change in the tick of the clock in which the stamp is made would not be seen.
sleep 0.1
touch "$work/stamp"
sleep 0.1
tar -C "$files" --owner=0 --group=0 --mode=u=rwX,go=rX -cf - . | tar -C "$root" --no-overwrite-dir -xpf -
cp "$script" "$root/tmp/script"
cp /etc/resolv.conf "$root/etc/resolv.conf"
start_devices "$root"
in_tree "$root" sh -e /tmp/script
end_devices "$root"
rm -f "$root/etc/resolv.conf"

list_tree "$root" "$result/paths"
LC_ALL=C comm -23 "$work/before" "$result/paths" >"$result/gone"
describe "$root" "$work/stamp" "$work/description"
{
    removal_commands "$result/gone"
    disk_commands "$work/before" "$work/description"
} >"$work/commands"
change_disk "$root" "$result/disk.raw" "$work/commands"
check_disk "$result/disk.raw" "$result/paths"
cut -f 6 "$work/description" | tar -C "$root" --numeric-owner --no-recursion -T - -cf "$result/tree.tar"
# shellcheck disable=SC2016 # dpkg-query fills them in
in_tree "$root" dpkg-query --show --showformat='${Package} ${Version}\n' >"$result/packages"
