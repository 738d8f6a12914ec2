import { closeSync, openSync } from 'node:fs';
import type { Probe } from './probe.js';

interface Device {
  readonly path: string;
  readonly name: string;
  readonly required: boolean;
  readonly ifAbsent: string;
  readonly ifClosed: string;
}

/** Without it no function can be put on a network. */
export const tun: Device = {
  path: '/dev/net/tun',
  name: '/dev/net/tun',
  required: true,
  ifAbsent: 'sudo modprobe tun (in a container: start it with --device /dev/net/tun)',
  ifClosed:
    'sudo chmod 0666 /dev/net/tun, the usual mode (each user of a tap still needs rights over its network); ' +
    `to keep it: echo 'KERNEL=="tun", MODE="0666"' | sudo tee /etc/udev/rules.d/60-tun.rules`,
};

export const vhostNet: Device = {
  path: '/dev/vhost-net',
  name: '/dev/vhost-net',
  required: false,
  ifAbsent: 'only for speed under KVM: sudo modprobe vhost_net',
  ifClosed: 'only for speed under KVM: sudo usermod -aG kvm "$USER", then log in again',
};

export function probeDevice(device: Device): Probe {
  const common = { name: device.name, required: device.required };
  try {
    closeSync(openSync(device.path, 'r+'));
    return { ...common, verdict: 'ok', found: 'opens' };
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') {
      return {
        ...common,
        verdict: 'missing',
        found: 'the current user cannot open it',
        remedy: device.ifClosed,
      };
    }
    const found = code === 'ENOENT' ? 'does not exist' : `cannot be opened (${code})`;
    return { ...common, verdict: 'missing', found, remedy: device.ifAbsent };
  }
}
