#!/bin/sh
# bench: runs a command in the container of a side, for a limited time: sh enter.sh SIDE SECONDS COMMAND... Runs in the guest.
. /etc/profile 2>/dev/null
container=$1
limit=$2
shift 2
exec timeout "$limit" nsenter "--net=/run/netns/$container" "$@"
