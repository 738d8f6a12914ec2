# shellcheck shell=sh
# Sourced by base.sh and layer.sh, in a namespace of their own: from the tree of an image to its disk.

# An image is the same whoever builds it.
umask 022

# find_in ROOT EXPRESSION...: of every path of a tree, but for the file systems that a running system mounts.
find_in() (
    cd "$1" || exit
    shift
    find . -mindepth 1 \( -path './dev/*' -o -path './proc/*' -o -path './sys/*' -o -path './run/*' -o -path './tmp/*' \) -prune -o "$@"
)

# list_tree ROOT LIST: every path, sorted.
list_tree() {
    find_in "$1" -print >"$2.raw"
    LC_ALL=C sort "$2.raw" >"$2"
    rm "$2.raw"
}

# describe ROOT STAMP DESCRIPTION: of all that has come or changed since the file STAMP was made: type, owner, group, mode, time, path
# and a link's target, with tabs between them.
describe() {
    find_in "$1" -newercm "$2" -printf '%y\t%U\t%G\t%#m\t%T@\t%p\t%l\n' >"$3.raw"
    LC_ALL=C sort -t "$(printf '\t')" -k 6,6 "$3.raw" >"$3"
}

# disk_commands BEFORE DESCRIPTION: what debugfs(8) does to a disk that has the paths of the list BEFORE. What is there is removed
# first, unless it is a folder; a hard link becomes a file of its own.
disk_commands() {
    awk -F '\t' -v before="$1" '
        function quoted(path) { return "\"" path "\"" }
        BEGIN { while ((getline path < before) > 0) there[path] = 1 }
        $6 ~ /["\n]/ { print "a name that debugfs cannot take: " $6 >"/dev/stderr"; exit 1 }
        {
            path = substr($6, 2)
            cut = match(path, /\/[^\/]*$/)
            folder = cut > 1 ? substr(path, 1, cut - 1) : "/"
            name = substr(path, cut + 1)
            mode = substr("000" $4, length($4))
            if (folder != current) print "cd " quoted(folder)
            current = folder
            if ($1 == "d") {
                if (!($6 in there)) print "mkdir " quoted(name)
                mode = "04" mode
            } else {
                if ($6 in there) print "rm " quoted(path)
                if ($1 == "l") print "symlink " quoted(name) " " quoted($7)
                else if ($1 == "f") print "write " quoted(substr($6, 3)) " " quoted(name)
                else next
                mode = ($1 == "l" ? "012" : "010") mode
            }
            if ($1 != "l") print "sif " quoted(path) " mode " mode
            if ($2 != 0) print "sif " quoted(path) " uid " $2
            if ($3 != 0) print "sif " quoted(path) " gid " $3
            print "sif " quoted(path) " mtime @" int($5)
        }' "$2"
}

# removal_commands GONE BEFORE-ROOT: for the paths of the list GONE, the deepest first.
removal_commands() {
    LC_ALL=C sort -r "$1" | while IFS= read -r path; do
        echo "rm \"${path#.}\""
        echo "rmdir \"${path#.}\""
    done
}

# change_disk ROOT DISK COMMANDS: has debugfs do it, and e2fsck look at the result. debugfs ends with 0 whatever happens.
change_disk() {
    # `cd` of commands is within the disk; files are read from this folder.
    (cd "$1" && debugfs -w -f "$3" "$2") >"$3.log" 2>&1
    # It repeats the commands; what is removed is a file or a folder, and one of both commands for that fails.
    if grep -vE '^(debugfs[: ]|Allocated inode|rm: |rmdir: )' "$3.log" | head -n 5 | grep .; then
        echo 'the disk of the image could not be filled'
        return 1
    fi
    status=0
    e2fsck -fy "$2" >"$3.fsck" 2>&1 || status=$?
    if [ "$status" -gt 1 ]; then
        cat "$3.fsck"
        return 1
    fi
}

# The inodes of an empty ext4, lost+found included.
own_inodes=11

# check_disk DISK LIST: there are as many files on it as paths in the list.
check_disk() {
    used=$(dumpe2fs -h "$1" 2>/dev/null | awk -F ': *' '/^Inode count/ { all = $2 } /^Free inodes/ { free = $2 } END { print all - free }')
    wanted=$(($(wc -l <"$2") + own_inodes))
    [ "$used" = "$wanted" ] || { echo "the disk of the image has $used files instead of $wanted"; return 1; }
}

# start_devices ROOT, end_devices ROOT: what maintainer scripts expect of a system.
devices='null zero full random urandom tty'
start_devices() {
    mkdir -p "$1/dev" "$1/proc" "$1/sys"
    find "$1/dev" -mindepth 1 -delete
    for device in $devices; do
        : >"$1/dev/$device"
        mount --bind "/dev/$device" "$1/dev/$device"
    done
    ln -sf /proc/self/fd "$1/dev/fd"
    mount -t proc proc "$1/proc"
}

end_devices() {
    umount "$1/proc"
    for device in $devices; do umount "$1/dev/$device"; done
    find "$1/dev" "$1/run" "$1/tmp" -mindepth 1 -delete
}

# in_tree ROOT COMMAND...: of the user's environment no more than the ways to the mirror: TMPDIR, for one, names no folder of the tree.
in_tree() {
    tree=$1
    shift
    chroot "$tree" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
        ${all_proxy:+"all_proxy=$all_proxy"} ${no_proxy:+"no_proxy=$no_proxy"} "$@"
}
