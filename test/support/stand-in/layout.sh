#!/bin/sh
# layout.sh ext4|xfs TREE DISK: prints what guestfish does to make of the archive TREE a disk of the one kind or of the other.
# ext4: one partition, too small for QEMU, and packages that are missing or broken. xfs: /boot and the root on partitions of their own,
# as on Rocky's images, and all packages.
set -eu
layout=$1 tree=$2 disk=$3

# second_repository NAME WITHOUT
second_repository() {
    cat <<END
write /etc/yum.repos.d/second.repo "[second]\nname=Second\nbaseurl=file:///srv/$1\nenabled=1\nmetadata_expire=-1\n"
rm-rf /srv/$2
END
}

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
    second_repository broken working
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
    second_repository working broken
    ;;
esac
