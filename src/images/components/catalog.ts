import type { Component } from './component.js';
import { cniPlugins } from './cni-plugins.js';
import { containerd } from './containerd.js';
import { controlPlane } from './control-plane.js';
import { guestAgent } from './guest-agent.js';
import { kubernetes } from './kubernetes.js';
import { measure } from './measure.js';
import { qemu } from './qemu.js';
import { sriovCni } from './sriov-cni.js';
import { ssh } from './ssh.js';
import { vdpa } from './vdpa.js';

const components: readonly Component[] = [
  guestAgent,
  ssh,
  measure,
  containerd,
  qemu,
  vdpa,
  cniPlugins,
  sriovCni,
  kubernetes,
  controlPlane,
];

/** The component of that name. Throws if there is none: rules.ts has refused such a definition before. */
export function findComponent(name: string): Component {
  const found = components.find((component) => component.name === name);
  if (found === undefined) throw new Error(`no component ${name}`);
  return found;
}
