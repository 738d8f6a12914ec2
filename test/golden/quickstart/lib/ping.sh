# none_lost COUNT ANSWER: ANSWER, what ping says when it is not quiet, has at least COUNT replies and none is missing between them. Its own
# sum does not tell: a request that is still under way as ping ends is no loss. iputils numbers them from 1, busybox from 0.
none_lost() {
    next=
    answered=0
    while IFS= read -r line; do
        case $line in
            *seq=*) ;;
            *) continue ;;
        esac
        sequence=${line#*seq=}
        sequence=${sequence%% *}
        case $next:$sequence in
            :0 | :1 | "$sequence:$sequence")
                answered=$((answered + 1))
                next=$((sequence + 1))
                ;;
        esac
    done <<EOF
$2
EOF
    [ "$answered" -ge "$1" ]
}
