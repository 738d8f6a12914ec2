#!/bin/sh
# Not every script uses the whole library; dash, bash and busybox all have -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# hotplug-free and enumeration, in the guest: the kernel's log tells of no hotplug slot.
set -u
# lib/tap.sh stands here.

slots=$(dmesg | grep -E '(pciehp|acpiphp|shpchp).*[Ss]lot.*(Card|card|[Ll]ink|[Pp]ower|[Pp]resence|[Bb]utton|event|enabl|disabl)|Slot\([^)]*\): (Card|Link|Button|Attention|Powering|Presence)')
if [ -z "$slots" ]; then
    ok "the guest's log has no hotplug slot event"
else
    not_ok "the guest's log has no hotplug slot event" "$slots"
fi
finish
