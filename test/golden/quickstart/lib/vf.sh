# The PF.
pci=/sys/bus/pci/devices
pf_bdf=0000:01:00.0
pf=$pci/$pf_bdf
total=3

# These functions start no program if the shell can do the work: under emulation, starting one takes longer than creating VFs.

# write_numvfs N: prints nothing on success, otherwise the system's error (from env's echo, as a shell's own may not report it).
write_numvfs() {
    echo "$1" 2>/dev/null >"$pf/sriov_numvfs" || { env echo "$1" >"$pf/sriov_numvfs"; } 2>&1 | sed 's/.*: //'
}

# devices_of BDF: prints the function's netdevs. Those of a virtio function are one level further down.
devices_of() {
    for link in "$pci/$1"/net/* "$pci/$1"/virtio*/net/*; do
        [ -e "$link" ] && echo "${link##*/}"
    done
}

all_devices() {
    echo /sys/class/net/*
}

# identity_of NETDEV: prints its MAC.
identity_of() {
    read -r identity <"/sys/class/net/$1/address" && echo "$identity"
}

# has_driver BDF DRIVER: succeeds if the function is bound to the driver.
has_driver() {
    [ "$pci/$1/driver" -ef "/sys/bus/pci/drivers/$2" ]
}

# present_vfs: prints the BDFs of the VFs that exist, in order.
present_vfs() {
    for physfn in "$pci"/*/physfn; do
        [ "$physfn" -ef "$pf" ] || continue
        vf=${physfn%/physfn}
        echo "${vf##*/}"
    done
}

# wait_for SECONDS COMMAND...: waits until the command succeeds.
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

# now_ms: prints the milliseconds since boot.
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

# make_vfs: creates all VFs and waits until their drivers are bound. Prints nothing on success, otherwise the error.
make_vfs() {
    write_numvfs "$total"
    wait_for 20 every_vf_has_a_device
}
