#!/bin/sh
# Stands for vdpa, devlink, ip and modprobe, by the name that it is called by; its state is in the tree at $SYSFS. Ends the script that
# has called it at the call number $KILL_AT.
set -u
name=${0##*/}
calls=$SYSFS/../calls
echo "$name $*" >> "$calls"
if [ "${KILL_AT:-0}" -eq "$(wc -l < "$calls")" ]; then
    kill -9 "$PPID"
    exit 1
fi

# The VF or PF is managed: by mlx5_vdpa, or by vp_vdpa once it has been given to that.
managed() {
    [ -e "$SYSFS/../managed/$1" ] && return
    [ -d "$SYSFS/module/vp_vdpa" ] && [ "$(cat "$SYSFS/bus/pci/devices/$1/driver_override")" = vp-vdpa ]
}

case "$name $1 ${2-}" in
    'vdpa mgmtdev show') managed "${3#pci/}" ;;
    'vdpa dev show')
        for device in "$SYSFS"/bus/vdpa/devices/*; do
            [ ! -e "$device" ] || echo "${device##*/}: type network mgmtdev $(cat "$device/mgmtdev") vendor_id 6900 max_vqs 3 max_vq_size 256"
        done
        ;;
    'vdpa dev add')
        # vdpa dev add name NAME mgmtdev MGMTDEV [mac MAC]
        [ ! -e "$SYSFS/../no-device" ] || { echo 'kernel answers: No space left on device' >&2; exit 1; }
        [ "${7-}" != mac ] || [ -e "$SYSFS/../managed/${6#pci/}" ] || { echo 'kernel answers: Operation not supported' >&2; exit 1; }
        mkdir -p "$SYSFS/bus/vdpa/devices/$4"
        echo "$6" > "$SYSFS/bus/vdpa/devices/$4/mgmtdev"
        [ -e "$SYSFS/../no-chardev" ] || mkdir "$SYSFS/bus/vdpa/devices/$4/vhost-vdpa-$(wc -l < "$calls")"
        ;;
    'vdpa dev del') rm -r "$SYSFS/bus/vdpa/devices/$3" ;;
    'devlink -j dev') printf '{"dev":{"%s":{"mode":"%s","inline-mode":"none"}}}\n' "$5" "$(cat "$SYSFS/../eswitch")" ;;
    'devlink dev eswitch')
        [ ! -e "$SYSFS/../eswitch-stuck" ] || exit 1
        echo "$6" > "$SYSFS/../eswitch"
        ;;
    # ip -o address show dev NAME scope global
    'ip -o address') cat "$SYSFS/../addresses/$5" 2>/dev/null ;;
    'ip link add')
        [ ! -e "$SYSFS/../no-bridge" ] || { echo 'RTNETLINK answers: Operation not supported' >&2; exit 2; }
        mkdir "$SYSFS/class/net/$3"
        ;;
    'ip link delete') rm -r "$SYSFS/class/net/$3" ;;
    'ip link set')
        case "$*" in
            *' master '*) echo "$5" > "$SYSFS/class/net/$3/master" ;;
            *' nomaster') rm "$SYSFS/class/net/$3/master" ;;
        esac
        case "$*" in
            *' up') [ ! -e "$SYSFS/class/net/$3/flags" ] || echo 0x1003 > "$SYSFS/class/net/$3/flags" ;;
            *' down') echo 0x1002 > "$SYSFS/class/net/$3/flags" ;;
        esac
        ;;
    'modprobe -q -r') rmdir "$SYSFS/module/$3" ;;
    'modprobe -q '*)
        [ ! -e "$SYSFS/../missing/$2" ] || exit 1
        mkdir -p "$SYSFS/module/$2"
        ;;
    *) echo "unexpected: $name $*" >&2; exit 99 ;;
esac
