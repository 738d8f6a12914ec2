import { readEnvironment } from '../../src/cli/environment.js';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootImage } from '../../src/images/boot-images.js';
import type { BootImage } from '../../src/images/boot-image.js';
import { withInside } from '../../src/images/with-inside.js';
import { silentTask } from '../../src/model/task.js';
import { resolveToolchain } from '../../src/toolchain/resolve.js';
import type { Toolchain } from '../../src/toolchain/types.js';
import { BootedImage } from './support/booted-image.js';

/** A virtio function behind an IOMMU, as a server's are. */
const DEVICES = [
  ...['-machine', 'q35,kernel-irqchip=split'],
  ...['-device', 'intel-iommu,intremap=on,snoop-control=on,device-iotlb=on'],
  ...['-device', 'pcie-root-port,id=rp0,bus=pcie.0,addr=1,chassis=1'],
  ...['-netdev', 'user,id=net'],
  ...['-device', 'virtio-net-pci,bus=rp0,addr=0.0,netdev=net,romfile=,iommu_platform=on,ats=on'],
];
const FUNCTION = '0000:01:00.0';

let toolchain: Toolchain;
let micro: BootImage;
let server: BootedImage | undefined;

beforeAll(async () => {
  const environment = readEnvironment();
  toolchain = await resolveToolchain({ environment }, silentTask());
  const context = { toolchain, environment, mirror: undefined };
  const task = silentTask();
  micro = await bootImage('micro', context, task);
  const hypervisor = await bootImage('hypervisor', context, task);
  const middle = await withInside(hypervisor, [{ machine: 'inner', image: micro }], context, task);
  const inside = [
    { machine: 'guest', image: micro },
    { machine: 'middle', image: middle },
    { machine: 'other', image: micro },
  ];
  const outer = await withInside(hypervisor, inside, context, task);
  server = await BootedImage.boot(outer, toolchain, { devices: DEVICES, append: 'intel_iommu=on' });
});
afterAll(async () => {
  await server?.dispose();
});

async function output(script: string): Promise<string> {
  if (server === undefined) throw new Error('it is not up');
  return server.output(script);
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('the image hypervisor', () => {
  it('loads nothing of what it has for vDPA and KVM by itself', async () => {
    expect(await output('cat /proc/modules')).not.toMatch(/^(vdpa|vhost\w*|vp_vdpa|kvm\w*|bridge|tun) /m);
  });

  it('has the machines that it runs, each content once, for three levels', async () => {
    const sums = await output('cd /inside && sha256sum guest.*');
    expect(sums).toContain(`${sha256(micro.kernel)}  guest.kernel`);
    expect(sums).toContain(`${sha256(micro.initrd)}  guest.initrd`);
    expect(await output('readlink /inside/other.initrd')).toBe('guest.initrd\n');
    expect(await output('cpio -t < /inside/middle.initrd | grep bin/vdpa')).toContain('vdpa');
  });

  it('has a QEMU with composable SR-IOV, socat, vdpa and devlink that run', async () => {
    expect(await output('qemu-system-x86_64 -device virtio-net-pci,help')).toContain('sriov-pf=');
    expect(await output('qemu-system-x86_64 -version')).toContain(toolchain.qemu.version);
    expect(await output('socat -V')).toContain('socat version');
    expect(await output('vdpa -V && devlink -V')).toMatch(/vdpa utility[\s\S]*devlink utility/);
  });

  it('makes a vDPA device of a virtio function, and QEMU starts a machine on it', async () => {
    await output(`
      set -e
      for module in vdpa vhost_vdpa vp_vdpa; do modprobe "$module"; done
      cd /sys/bus/pci/devices/${FUNCTION}
      echo vp-vdpa > driver_override
      if [ -e driver ]; then echo ${FUNCTION} > driver/unbind; fi
      echo ${FUNCTION} > /sys/bus/pci/drivers_probe
      vdpa dev add name vdpa0 mgmtdev pci/${FUNCTION}`);
    expect(await output('vdpa dev show')).toContain(`vdpa0: type network mgmtdev pci/${FUNCTION}`);
    // Paused: what an inner guest takes to boot is not asked here, but that QEMU finds its firmware and the device.
    const answers = await output(`
      ulimit -l unlimited
      { echo '{"execute":"qmp_capabilities"}'; echo '{"execute":"query-status"}'; sleep 3; echo '{"execute":"quit"}'; } |
        ash -c 'ulimit -l unlimited; exec qemu-system-x86_64 "$@"' qemu -nodefaults -display none -S -M q35 -m 256 \
          -kernel /inside/guest.kernel -initrd /inside/guest.initrd -qmp stdio \
          -netdev vhost-vdpa,id=net,vhostdev=/dev/vhost-vdpa-0 -device virtio-net-pci,netdev=net,romfile=`);
    expect(answers).toContain('"status": "prelaunch"');
    expect(answers).toContain('SHUTDOWN');
  });

  it('refuses the module as soon as it is for another kernel', async () => {
    const refused = await server?.shell(`
      rmmod vp_vdpa
      sed 's/vermagic=[0-9]/vermagic=0/' /lib/modules/*/updates/vp_vdpa.ko > /tmp/vp_vdpa.ko
      insmod /tmp/vp_vdpa.ko`);
    expect(refused?.exitCode).not.toBe(0);
    expect(refused?.stderr).toMatch(/invalid module format/i);
  });

  it('has kvm for a computer that has it', async () => {
    expect(await output('modprobe -D kvm_intel; modprobe -D kvm_amd')).toMatch(
      /kvm-intel\.ko[\s\S]*kvm-amd\.ko/,
    );
  });
});
