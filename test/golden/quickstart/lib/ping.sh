# none_lost COUNT ANSWER: succeeds if ANSWER, the output of ping without -q, has at least COUNT replies with no gap between them. ping's own
# summary counts a request that is still under way at the end as lost. iputils numbers the requests from 1, busybox from 0.
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
