#!/bin/sh
# Run with `sh -e` in a new base image of Debian: what makes it boot quickly and answer on its console.

# The kernel takes its name from the command line.
rm -f /etc/hostname /etc/resolv.conf /etc/apt/apt.conf.d/99mmdebstrap
printf '127.0.0.1 localhost\n::1 localhost\n' >/etc/hosts
: >/etc/machine-id
sed -i 's|^root:[^:]*:|root::|' /etc/shadow

# On the console root is logged in: whoever can reach it has the machine anyway.
mkdir -p /etc/systemd/system/serial-getty@ttyS0.service.d
# shellcheck disable=SC2016 # systemd fills in TERM
printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --noreset --noclear --keep-baud 115200,57600,38400,9600 - ${TERM}\n' \
    >/etc/systemd/system/serial-getty@ttyS0.service.d/autologin.conf

systemctl enable serial-getty@ttyS0.service

# Generators are programs that systemd waits for, at most for 90 s. A machine inside a machine needs longer for them under emulation, and
# there is nothing that they would have to generate.
mkdir -p /etc/systemd/system-generators
for generator in /usr/lib/systemd/system-generators/*; do
    ln -s /dev/null "/etc/systemd/system-generators/${generator##*/}"
done

# What a guest that lives for a few minutes has no use for, and what emulation makes slow.
systemctl mask \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer e2scrub_reap.service \
    systemd-tmpfiles-clean.timer systemd-timesyncd.service systemd-random-seed.service systemd-update-utmp.service \
    systemd-journal-flush.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-pstore.service \
    systemd-machine-id-commit.service systemd-firstboot.service systemd-udev-settle.service modprobe@drm.service \
    modprobe@efi_pstore.service modprobe@fuse.service dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount \
    sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount getty@tty1.service \
    systemd-hwdb-update.service ldconfig.service systemd-networkd-wait-online.service \
    systemd-journal-catalog-update.service systemd-update-done.service systemd-sysusers.service systemd-remount-fs.service \
    systemd-udev-load-credentials.service getty-static.service dracut-shutdown.service run-lock.mount
systemctl set-default multi-user.target
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nStorage=volatile\n' >/etc/systemd/journald.conf.d/volatile.conf
rm -rf /var/log/apt /var/log/dpkg.log /var/log/bootstrap.log /var/lib/apt/lists/* /var/cache/ldconfig/aux-cache
