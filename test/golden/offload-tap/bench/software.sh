#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# bench, side software: a container reaches uplink through veth, bridge, routing and NAT in the guest, as in a Kubernetes software
# network. Runs in the guest.
set -u
# lib/tap.sh stands here.

# The PF.
pci=/sys/bus/pci/devices
pf_bdf=0000:02:00.0
pf=$pci/$pf_bdf
total=0

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

# driver_of BDF: prints the driver that the function is bound to, or `no driver`.
driver_of() {
    its_driver='no driver'
    [ ! -e "$pci/$1/driver" ] || its_driver=$(readlink "$pci/$1/driver")
    echo "${its_driver##*/}"
}

# present_vfs: prints the BDFs of the VFs that exist, in order.
present_vfs() {
    for physfn in "$pci"/*/physfn; do
        [ "$physfn" -ef "$pf" ] || continue
        vf=${physfn%/physfn}
        echo "${vf##*/}"
    done
}

# now_ms: prints the milliseconds since boot.
now_ms() {
    read -r uptime _ </proc/uptime
    echo "${uptime%.*}${uptime#*.}0"
}

# wait_for SECONDS COMMAND...: waits until the command succeeds. By the clock: under emulation the command itself may take long.
wait_for() {
    wait_until=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$wait_until" ] || return 1
        sleep 0.02
    done
}

every_vf_has_a_device() {
    for bdf in $(present_vfs); do
        [ -n "$(devices_of "$bdf")" ] || return 1
    done
}

numvfs() {
    read -r numvfs <"$pf/sriov_numvfs" && echo "$numvfs"
}

no_vfs_yet() {
    [ "$(numvfs)" = 0 ] || write_numvfs 0
}

# bind_vfs: lets the drivers bind to the VFs that have none, for example because somebody has set drivers_autoprobe of the bus to 0.
bind_vfs() {
    for made in $(present_vfs); do
        [ -e "$pci/$made/driver" ] || echo "$made" >/sys/bus/pci/drivers_probe
    done
}

# make_vfs: creates all VFs and waits until their drivers are bound. Prints nothing on success, otherwise the error. Whatever somebody
# has set sriov_drivers_autoprobe to, it is so again afterwards.
make_vfs() {
    read -r autoprobe_before <"$pf/sriov_drivers_autoprobe"
    echo 1 >"$pf/sriov_drivers_autoprobe"
    trouble=$(write_numvfs "$total")
    [ -n "$trouble" ] || bind_vfs
    echo "$autoprobe_before" >"$pf/sriov_drivers_autoprobe"
    if [ -n "$trouble" ]; then
        echo "$trouble"
        return
    fi
    wait_for 20 every_vf_has_a_device
}

# have_vfs: creates the VFs unless they are there.
have_vfs() {
    if [ "$(numvfs)" != "$total" ]; then
        no_vfs_yet
        make_vfs | sed 's/^/# VFs refused: /'
    fi
}

# The checks put functions into network namespaces of the guest whose names begin with lab-, and write down the netdev and the BDF of each.
# netdev_of NAMESPACE: prints the netdev of the function in there.
netdev_of() {
    read -r netdev _ 2>/dev/null <"/run/lab/$1.netdev" && echo "$netdev"
}

# A process that still runs in a namespace would keep its function.
end_processes_in_namespaces() {
    for process in /proc/[0-9]*; do
        [ ! "$process/ns/net" -ef /proc/self/ns/net ] || continue
        for namespace in /run/netns/lab-*; do
            [ ! "$process/ns/net" -ef "$namespace" ] || kill -9 "${process##*/}"
        done
    done
}

functions_are_back() {
    for bdf in $away; do
        [ ! -d "$pci/$bdf" ] || [ -n "$(devices_of "$bdf")" ] || return 1
    done
}

# take_functions_back: ends whatever a check has left of its namespaces, however it ended. When a namespace is deleted, the kernel returns
# its physical netdevs to the initial one, down and without addresses and routes.
take_functions_back() {
    away=
    end_processes_in_namespaces
    for namespace in /run/netns/lab-*; do
        [ -e "$namespace" ] || continue
        its_file=/run/lab/${namespace##*/}.netdev
        [ ! -e "$its_file" ] || { read -r _ bdf <"$its_file" && away="$away $bdf"; }
        rm -f "$its_file"
        ip netns delete "${namespace##*/}"
    done
    [ -z "$away" ] || wait_for 20 functions_are_back
}

bdf=0000:02:00.0
container=software
bridge=lab-bridge
port=lab-port
table=lab-bench

function_has_a_netdev() {
    [ -n "$(devices_of "$bdf")" ]
}

# Remove what an earlier run has left.
ip netns delete "$container" 2>/dev/null
ip link delete "$bridge" 2>/dev/null
nft delete table ip "$table" 2>/dev/null
# The kernel itself would look for modprobe at a path that does not exist in this guest.
modprobe -q -a veth bridge nft_chain_nat nft_masq
wait_for 20 function_has_a_netdev
uplink=$(devices_of "$bdf")

# The guest's other netdevs are on the same network and must not answer for this one.
echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore
ip address replace 10.0.0.12/24 dev "$uplink"
ip link set dev "$uplink" mtu 1500 up

ip link add "$bridge" mtu 1500 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
ip address add 10.244.0.1/24 dev "$bridge"
ip link set dev "$bridge" up
ip netns add "$container"
ip link add "$port" mtu 1500 type veth peer name eth0 mtu 1500 netns "$container"
ip link set dev "$port" master "$bridge" up
ip -n "$container" -batch - <<'END'
link set dev lo up
address add 10.244.0.2/24 dev eth0
link set dev eth0 up
route add default via 10.244.0.1
END
echo 1 >/proc/sys/net/ipv4/ip_forward
nft -f - <<END
table ip $table {
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr 10.244.0.0/24 oifname "$uplink" counter masquerade
    }
}
END

is 'software: the container has its end of the veth pair and no other netdev' "$(ip -n "$container" -oneline link show | cut -d ' ' -f 2 | cut -d @ -f 1 | tr -d ':' | tr '\n' ' ')" 'lo eth0 '
if answer=$(nsenter "--net=/run/netns/$container" ping -q -A -c 3 -w 10 10.0.0.1 2>&1); then
    ok 'software: the container reaches server'
else
    not_ok 'software: the container reaches server' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
translated=$(nft list table ip "$table" 2>&1 | sed -n 's/.*counter packets \([0-9]*\).*/\1/p')
at_least 'software: the guest has translated the address of what the container sent' "${translated:-0}" 1
finish
