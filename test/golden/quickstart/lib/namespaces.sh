# in_namespace NAME COMMAND...: runs the command in that network namespace of the guest.
in_namespace() {
    namespace=$1
    shift
    nsenter "--net=/run/netns/$namespace" "$@"
}

# ip_in NAME ARGUMENTS...: runs iproute2's ip there. (busybox's nsenter would run busybox's ip.)
ip_in() {
    namespace=$1
    shift
    ip -n "$namespace" "$@"
}

# counters NAMESPACE DEV: prints the bytes received and sent, as the function's own driver counts them.
counters() {
    in_namespace "$1" cat /proc/net/dev | while read -r name rx _ _ _ _ _ _ _ tx _; do
        if [ "$name" = "$2:" ]; then
            echo "$rx $tx"
        fi
    done
}

# Only looks at functions that exist.
every_function_has_a_netdev() {
    # The list may contain one word.
    # shellcheck disable=SC2043
    for bdf in 0000:01:00.0 0000:01:00.1 0000:01:00.2 0000:01:00.3; do
        [ ! -d "$pci/$bdf" ] || [ -n "$(devices_of "$bdf")" ] || return 1
    done
}

# has_link NAMESPACE: succeeds if the function in there has a carrier.
has_link() {
    case $(ip_in "$1" -brief link show dev "$(netdev_of "$1")" 2>&1) in
        *LOWER_UP*) ;;
        *) return 1 ;;
    esac
}

# The namespaces of functions that were found without a link.
unlinked=

# note_links NAMESPACES...
note_links() {
    for one in "$@"; do
        has_link "$one" || unlinked="$unlinked $one"
    done
}

# Gives each function a namespace of its own and its address there: so nothing that another function is given, or that somebody else has
# set up in the guest, is in its way.
give_functions_to_namespaces() {
    take_functions_back
    have_vfs
    wait_for 23 every_function_has_a_netdev
    give 0000:01:00.0 lab-pf0 10.0.0.10/24 1500
    give 0000:01:00.1 lab-vf0 10.0.0.11/24 1500
    give 0000:01:00.2 lab-vf1 10.0.0.12/24 1500
    give 0000:01:00.3 lab-vf2 10.0.0.13/24 1500
}

# give BDF NAMESPACE ADDRESS MTU: configures a function, in its namespace.
give() {
    netdev=$(devices_of "$1")
    [ -n "$netdev" ] || return 0
    echo "$netdev $1" >"/run/lab/$2.netdev"
    ip netns add "$2"
    ip link set dev "$netdev" netns "$2"
    # One batch, because starting programs is slow under emulation.
    printf '%s\n' 'link set dev lo up' "address add $3 dev $netdev" "link set dev $netdev mtu $4 up" | ip -n "$2" -batch -
}
