# in_namespace NAME COMMAND...: runs the command in that network namespace of the guest; `.` is the initial one, where a PF stays.
in_namespace() {
    namespace=$1
    shift
    if [ "$namespace" = . ]; then
        "$@"
    else
        nsenter "--net=/run/netns/$namespace" "$@"
    fi
}

# ip_in NAME ARGUMENTS...: runs iproute2's ip there. (busybox's nsenter would run busybox's ip.)
ip_in() {
    namespace=$1
    shift
    if [ "$namespace" = . ]; then
        ip "$@"
    else
        ip -n "$namespace" "$@"
    fi
}

# counters NAMESPACE DEV: prints the bytes received and sent, as the function's own driver counts them.
counters() {
    in_namespace "$1" cat /proc/net/dev | while read -r name rx _ _ _ _ _ _ _ tx _; do
        if [ "$name" = "$2:" ]; then
            echo "$rx $tx"
        fi
    done
}

# device NAMESPACE: prints the netdev of the function in there. `give` has stored its name, which is faster than starting a program.
device() {
    if [ "$1" = . ]; then
        devices_of "$pf_bdf"
    elif [ -n "$1" ]; then
        read -r netdev 2>/dev/null <"/run/lab/$1.netdev" && echo "$netdev"
    fi
}

# Only looks at functions that exist.
every_function_has_a_netdev() {
    # The list may contain one word.
    # shellcheck disable=SC2043
    for bdf in 0000:01:00.0 0000:01:00.1 0000:01:00.2 0000:01:00.3; do
        [ ! -d "$pci/$bdf" ] || [ -n "$(devices_of "$bdf")" ] || return 1
    done
}

# Gives each function its address, and each but a PF a new namespace.
give_functions_to_namespaces() {
    take_functions_back
    [ "$(numvfs)" = "$total" ] || { no_vfs_yet; make_vfs | sed 's/^/# VFs refused: /'; }
    wait_for 20 every_function_has_a_netdev
    give 0000:01:00.0 . 10.0.0.10/24 1500
    give 0000:01:00.1 vf0 10.0.0.11/24 1500
    give 0000:01:00.2 vf1 10.0.0.12/24 1500
    give 0000:01:00.3 vf2 10.0.0.13/24 1500
}

# give BDF NAMESPACE ADDRESS MTU: configures a function, in its namespace.
give() {
    netdev=$(devices_of "$1")
    [ -n "$netdev" ] || return 0
    if [ "$2" = . ]; then
        ip address replace "$3" dev "$netdev"
        ip link set dev "$netdev" mtu "$4" up
        return
    fi
    echo "$netdev" >"/run/lab/$2.netdev"
    ip netns add "$2"
    ip link set dev "$netdev" netns "$2"
    # One batch, because starting programs is slow under emulation.
    printf '%s\n' 'link set dev lo up' "address add $3 dev $netdev" "link set dev $netdev mtu $4 up" | ip -n "$2" -batch -
}

# When a namespace is deleted, the kernel returns its physical netdevs to the initial one.
take_functions_back() {
    for namespace in /run/netns/*; do
        [ -e "$namespace" ] || continue
        ip netns delete "${namespace##*/}"
        rm -f "/run/lab/${namespace##*/}.netdev"
    done
    wait_for 20 every_function_has_a_netdev
}
