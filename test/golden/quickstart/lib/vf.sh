# The PF.
pci=/sys/bus/pci/devices
pf_bdf=0000:01:00.0
pf=$pci/$pf_bdf
total=3

# What follows starts no program where the shell can do it itself: under emulation each costs more than the VFs do.

# write_numvfs N: nothing on success, else the system's own error, which a shell's built-in echo may not tell.
write_numvfs() {
    echo "$1" 2>/dev/null >"$pf/sriov_numvfs" || { env echo "$1" >"$pf/sriov_numvfs"; } 2>&1 | sed 's/.*: //'
}

# The netdevs of a function. A virtio function has its device one level further down.
devices_of() {
    for link in "$pci/$1"/net/* "$pci/$1"/virtio*/net/*; do
        [ -e "$link" ] && echo "${link##*/}"
    done
}

all_devices() {
    echo /sys/class/net/*
}

# Its MAC.
identity_of() {
    read -r identity <"/sys/class/net/$1/address" && echo "$identity"
}

# has_driver BDF DRIVER
has_driver() {
    [ "$pci/$1/driver" -ef "/sys/bus/pci/drivers/$2" ]
}

# BDFs of the VFs that there are, in order.
present_vfs() {
    for physfn in "$pci"/*/physfn; do
        [ "$physfn" -ef "$pf" ] || continue
        vf=${physfn%/physfn}
        echo "${vf##*/}"
    done
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    tries=$(($1 * 50))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.02
    done
}

every_vf_has_a_device() {
    for bdf in $(present_vfs); do
        [ -n "$(devices_of "$bdf")" ] || return 1
    done
}

# Milliseconds after boot.
now_ms() {
    read -r uptime _ </proc/uptime
    echo "${uptime%.*}${uptime#*.}0"
}

numvfs() {
    read -r numvfs <"$pf/sriov_numvfs" && echo "$numvfs"
}

no_vfs_yet() {
    [ "$(numvfs)" = 0 ] || write_numvfs 0
}

# make_vfs: all of them, until their drivers have them. Says nothing on success, else what went wrong.
make_vfs() {
    write_numvfs "$total"
    wait_for 20 every_vf_has_a_device
}
