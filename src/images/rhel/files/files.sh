#!/bin/sh
# Run with `sh -eu` on the disk of a layer by virt-customize: puts the files of the layer's components where they belong.
archive=/var/tmp/sriov-lab-files.tar
# What is unpacked beside it must fit as well.
needed=$(du -k "$archive" | cut -f 1)
left=$(df -Pk /usr | awk 'NR == 2 { print $4 }')
if [ "$left" -lt "$((needed + 65536))" ]; then
    echo "lab-said: the disk of the image is full: $left KiB are left, and $((needed + 65536)) KiB are needed" >/dev/console
    exit 1
fi
tar -C / --no-overwrite-dir -xpf "$archive"
rm "$archive" "$0"
