# TAP 14 on standard output: each assertion when it is made, the plan at the end. A stream without a plan has failed.
count=0
failed=0

ok() {
    count=$((count + 1))
    echo "ok $count - $1"
}

not_ok() {
    count=$((count + 1))
    failed=1
    echo "not ok $count - $1"
    shift
    for text in "$@"; do
        echo "$text" | sed 's/^/# /'
    done
}

# is TITLE GOT WANTED
is() {
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1" "got: $2" "wanted: $3"
    fi
}

# at_least TITLE GOT WANTED
at_least() {
    if [ "$2" -ge "$3" ]; then
        ok "$1"
    else
        not_ok "$1" "got: $2" "wanted at least: $3"
    fi
}

finish() {
    echo "1..$count"
    exit "$failed"
}
