#!/bin/sh
# private-tmp.sh CACHE TMP COMMAND...: runs COMMAND with the folder TMP in the place of /tmp, in this mount namespace alone. CACHE stays
# where it is, though it may be below /tmp.
set -eu
cache=$1 tmp=$2
shift 2
here=$(pwd)
case $cache in
    /tmp/*)
        mkdir -p "$tmp/${cache#/tmp/}"
        mount --bind "$cache" "$tmp/${cache#/tmp/}"
        ;;
esac
mount --rbind "$tmp" /tmp
cd "$here"
exec "$@"
