# settled PAYLOAD NAMESPACE DEV BEFORE AFTER: prints AFTER. If the two counters have not both moved by PAYLOAD bytes yet, reads them again for
# up to two seconds: a driver such as igbvf counts a packet only after the device has reported that it has left.
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
