# settled PAYLOAD NAMESPACE DEV BEFORE AFTER: AFTER, or what the counters say up to two seconds later if they have not both moved by PAYLOAD
# bytes yet. A driver such as igbvf counts a packet only when the device has told it that the packet has left.
settled() {
    after=$5
    tries=20
    until [ $((${after% *} - ${4% *})) -ge "$1" ] && [ $((${after#* } - ${4#* })) -ge "$1" ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || break
        sleep 0.1
        after=$(counters "$2" "$3")
    done
    echo "$after"
}
