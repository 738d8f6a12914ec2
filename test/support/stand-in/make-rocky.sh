#!/bin/sh
# Run with `sh -eu` as root in a fresh tree of Debian: makes it a system that takes itself for Rocky Linux 9, with a dnf and
# repositories of packages of its own. Programs in the packages are Debian's: they work, and before a package is installed the tree
# lacks them. /tmp has vp_vdpa.ko, a module that the kernel in /usr/lib/modules lacks.
export LC_ALL=C.UTF-8
release=$(ls /usr/lib/modules)
mv "/usr/lib/modules/$release/vmlinuz" "/boot/vmlinuz-$release"
depmod -a "$release"

# --- The repositories: what every disk has, and beside it what works and what does not; see layout.sh ---------------------------------
build=/tmp/build
mkdir -p "$build"

# into NAME: packages go into this repository from now on.
into() {
    repository=/srv/$1
    mkdir -p "$repository"
}

# package NAME VERSION [LINE...]: a package of the files in $build/NAME; LINEs go into its specification.
package() {
    name=$1 version=$2
    shift 2
    mkdir -p "$build/$name"
    {
        printf 'Name: %s\nVersion: %s\nRelease: 1.el9\nSummary: %s\nLicense: none\nAutoReqProv: no\n' "$name" "$version" "$name"
        printf '%s\n' "$@"
        printf '%%description\n%s\n%%install\nmkdir -p %%{buildroot}\ncp -a %s/. %%{buildroot}\n%%files\n' "$name" "$build/$name"
        (cd "$build/$name" && find . ! -type d -printf '"/%P"\n')
    } >"$build/$name.spec"
    rpmbuild --quiet -bb --target x86_64 --define "_topdir $build/top" --define "_rpmdir $repository" \
        --define '_build_name_fmt %%{NAME}-%%{VERSION}.rpm' --define '__os_install_post %{nil}' --define 'debug_package %{nil}' \
        "$build/$name.spec" >"$build/log" 2>&1 || { cat "$build/log" >&2; exit 1; }
}

# put NAME FROM TO: a file of Debian's goes into the package.
put() {
    mkdir -p "$build/$1/${3%/*}"
    mv "$2" "$build/$1/$3"
}

# unit NAME UNIT: a unit of systemd's, from the standard input, goes into the package.
unit() {
    mkdir -p "$build/$1/usr/lib/systemd/system"
    cat >"$build/$1/usr/lib/systemd/system/$2"
}

into baseos

# As EL 9.4 and later have it: a list of calls, and running commands is not among them.
put qemu-guest-agent /usr/sbin/qemu-ga usr/bin/qemu-ga
mkdir -p "$build/qemu-guest-agent/etc/sysconfig" "$build/qemu-guest-agent/usr/lib/udev/rules.d"
echo 'FILTER_RPC_ARGS="--allow-rpcs=guest-sync-delimited,guest-sync,guest-ping,guest-info"' >"$build/qemu-guest-agent/etc/sysconfig/qemu-ga"
unit qemu-guest-agent qemu-guest-agent.service <<'END'
[Unit]
BindsTo=dev-virtio\x2dports-org.qemu.guest_agent.0.device
After=dev-virtio\x2dports-org.qemu.guest_agent.0.device
[Service]
EnvironmentFile=/etc/sysconfig/qemu-ga
ExecStart=/usr/bin/qemu-ga --method=virtio-serial --path=/dev/virtio-ports/org.qemu.guest_agent.0 $FILTER_RPC_ARGS
Restart=always
[Install]
WantedBy=dev-virtio\x2dports-org.qemu.guest_agent.0.device
END
echo 'SUBSYSTEM=="virtio-ports", ATTR{name}=="org.qemu.guest_agent.0", TAG+="systemd", ENV{SYSTEMD_WANTS}="qemu-guest-agent.service"' \
    >"$build/qemu-guest-agent/usr/lib/udev/rules.d/99-qemu-guest-agent.rules"
package qemu-guest-agent 9.1.0

put iperf3 /usr/bin/iperf3 usr/bin/iperf3
package iperf3 3.9
put iproute /usr/sbin/vdpa usr/sbin/vdpa
package iproute 6.11.0
# Without it no kernel boots: the system has it.
package kmod 28
put openssh /usr/bin/ssh-keygen usr/bin/ssh-keygen
package openssh 8.7p1
for program in ssh ssh-keyscan; do put openssh-clients /usr/bin/$program usr/bin/$program; done
package openssh-clients 8.7p1 'Requires: openssh'

into working
for program in sshd-auth sshd-session sftp-server; do put openssh-server /usr/lib/openssh/$program usr/lib/openssh/$program; done
put openssh-server /usr/sbin/sshd usr/sbin/sshd
put openssh-server /etc/ssh/sshd_config etc/ssh/sshd_config
unit openssh-server sshd-keygen@.service <<'END'
[Unit]
ConditionFileNotEmpty=!/etc/ssh/ssh_host_%i_key
[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -q -t %i -f /etc/ssh/ssh_host_%i_key -N ''
END
unit openssh-server sshd-keygen.target <<'END'
[Unit]
Wants=sshd-keygen@ecdsa.service sshd-keygen@ed25519.service
After=sshd-keygen@ecdsa.service sshd-keygen@ed25519.service
END
unit openssh-server sshd.service <<'END'
[Unit]
Wants=sshd-keygen.target
After=sshd-keygen.target
[Service]
Type=notify
RuntimeDirectory=sshd
ExecStart=/usr/sbin/sshd -D
[Install]
WantedBy=multi-user.target
END
package openssh-server 8.7p1 'Requires: openssh'

# Of Docker's repository, which nothing here reaches.
for program in containerd containerd-shim-runc-v2 ctr; do put containerd.io /usr/bin/$program usr/bin/$program; done
put containerd.io /usr/sbin/runc usr/bin/runc
put containerd.io /usr/lib/systemd/system/containerd.service usr/lib/systemd/system/containerd.service
package containerd.io 1.7.29

put "kernel-modules-$release" /tmp/vp_vdpa.ko "usr/lib/modules/$release/kernel/drivers/vdpa/virtio_pci/vp_vdpa.ko"
package "kernel-modules-$release" 9 '%post' "depmod -a $release"

into broken
# dnf ends with 0 when this fails.
package openssh-server 8.7p1 '%post' 'echo no host keys >&2' 'exit 1'

for name in baseos working broken; do createrepo_c --quiet "/srv/$name"; done

# What scripts of packages ask for, and what says which release this is.
into system
package rocky-release 9.6 'Provides: system-release = 9.6' 'Provides: system-release(releasever) = 9' 'Provides: /bin/sh' \
    'Provides: bash' 'Provides: glibc'
rpm --initdb
rpm -i --nodeps "$repository/rocky-release-9.6.rpm"
rm -r "$repository"

# --- The system -------------------------------------------------------------------------------------------------------------------
# What is left of Debian's ways to start these.
rm -f /etc/ssh/ssh_host_* /usr/lib/systemd/system/ssh* /etc/systemd/system/sshd.service /etc/systemd/system/*.wants/ssh* \
    /etc/systemd/system/*.wants/containerd.service
rm -rf /usr/lib/os-release /etc/os-release /etc/debian_version /etc/dpkg /var/lib/dpkg /etc/apt /var/lib/apt /var/cache/apt
cat >/usr/lib/os-release <<'END'
NAME="Rocky Linux"
VERSION="9.6 (Blue Onyx)"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.6"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Rocky Linux 9.6 (Blue Onyx)"
CPE_NAME="cpe:/o:rocky:rocky:9::baseos"
END
ln -s ../usr/lib/os-release /etc/os-release
echo 'Rocky Linux release 9.6 (Blue Onyx)' >/etc/rocky-release
ln -s rocky-release /etc/redhat-release
ln -s rocky-release /etc/system-release
mkdir -p /etc/dnf /etc/yum.repos.d
printf '[main]\ngpgcheck=0\ninstallonly_limit=3\nbest=True\nskip_if_unavailable=True\n' >/etc/dnf/dnf.conf
printf '[baseos]\nname=BaseOS\nbaseurl=file:///srv/baseos\nenabled=1\nmetadata_expire=-1\n' >/etc/yum.repos.d/rocky.repo
# Nothing is to come from outside, whatever the network has.
printf '127.0.0.1 localhost download.docker.com\n' >/etc/hosts
echo stand-in >/etc/hostname

# Every path has a label in this policy, which has no more than that.
mkdir -p /etc/selinux/targeted/contexts/files
printf 'SELINUX=enforcing\nSELINUXTYPE=targeted\n' >/etc/selinux/config
printf '/.*\tsystem_u:object_r:default_t:s0\n/usr/bin/qemu-ga\tsystem_u:object_r:virt_qemu_ga_exec_t:s0\n' \
    >/etc/selinux/targeted/contexts/files/file_contexts

test -f "/boot/vmlinuz-$release"
rm -rf "$build" /boot/initrd* /usr/share/doc /usr/share/man /usr/share/locale /var/log/* /root/.rpmdb
