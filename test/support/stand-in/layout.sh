#!/bin/sh
# layout.sh ext4|xfs TREE DISK: prints what guestfish does to make of the archive TREE a disk of the one kind (one partition) or of the
# other (/boot and the root on partitions of their own, as on Rocky's images).
set -eu
layout=$1 tree=$2 disk=$3
case $layout in
  ext4)
    cat <<END
disk-create $disk qcow2 480M
add $disk format:qcow2
run
part-disk /dev/sda gpt
mkfs ext4 /dev/sda1
mount /dev/sda1 /
tar-in $tree /
write /etc/fstab "/dev/vda1 / ext4 defaults 0 0\n"
END
    ;;
  xfs)
    cat <<END
disk-create $disk qcow2 2G
add $disk format:qcow2
run
part-init /dev/sda gpt
part-add /dev/sda primary 2048 4095
part-add /dev/sda primary 4096 1052671
part-add /dev/sda primary 1052672 -2048
mkfs xfs /dev/sda2
mkfs xfs /dev/sda3
mount /dev/sda3 /
mkdir /boot
mount /dev/sda2 /boot
tar-in $tree /
write /etc/fstab "/dev/vda3 / xfs defaults 0 0\n/dev/vda2 /boot xfs defaults 0 0\n"
END
    ;;
esac
