#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# hotplug-free and enumeration: the guest's kernel log mentions no event of a hotplug slot. Runs in the guest.
set -u
# lib/tap.sh stands here.

slots=$(dmesg | grep -E '(pciehp|acpiphp|shpchp).*[Ss]lot.*(Card|card|[Ll]ink|[Pp]ower|[Pp]resence|[Bb]utton|event|enabl|disabl)|Slot\([^)]*\): (Card|Link|Button|Attention|Powering|Presence)')
if [ -z "$slots" ]; then
    ok "the guest's log contains no hotplug slot event"
else
    not_ok "the guest's log contains no hotplug slot event" "$slots"
fi
finish
