#!/bin/sh
# Runs the lab quickstart by hand, without `lab`: a namespace of its own, its networks, its machines. See README.md.
# It ends, and takes everything with it, when the last machine does or on Ctrl-C.
set -eu
cd "$(dirname "$0")"
# Debian keeps bridge(8) in a folder that an ordinary user's PATH lacks.
PATH=$PATH:/usr/sbin:/sbin

if [ "${1:-}" != --inside ]; then
    exec unshare --user --map-root-user --net --mount --pid --fork --kill-child -- ./run.sh --inside
fi

qemu=${QEMU:-qemu-system-x86_64}
accelerator=${ACCELERATOR:-tcg}

./network.sh
machines=''
tr '\n' '\0' < guest.qemu | xargs -0 "$qemu" -accel "$accelerator" &
machines="$machines $!"

status=0
for machine in $machines; do
    wait "$machine" || status=$?
done
exit "$status"
