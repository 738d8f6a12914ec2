import { backendOf, hostAddress, type Peer } from '../../model/lab.js';
import { renderTemplate } from '../../render/templates.js';
import {
  assertion,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckScript,
  type CheckTarget,
} from '../check.js';
import { mtusToPeer, peersOf, workingEnds, type End } from '../ends.js';
import { bytesBetween, readLinkBytes, type LinkBytes } from '../link-counters.js';
import { sizeThatFitsAll } from '../packet-size.js';
import { deadlineSeconds } from '../ping-deadline.js';
import { parametersOf } from '../spec.js';
import { vfView, type VfView } from '../vf-view.js';
import { cniPlugin, type CniPlugin } from './plugin.js';
import { cniAttach } from './spec.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/cni-attach.sh': CniAttachView;
    'checks/cni-attach-end.sh': CniAttachView;
  }
}

const SCRIPT_LIMIT_MS = 60_000;
const LIMIT_PER_VF_MS = 30_000;
const PING_SIZE = 1400;
const ICMP_HEADER_BYTES = 8;
/** After the first ADD and after the second. */
const EXCHANGES = 2;
/** A VLAN that no lab uses. */
const VLAN = 4000;

function pluginOf(target: CheckTarget): CniPlugin {
  return cniPlugin(parametersOf(cniAttach, target).plugin);
}

interface Attachment {
  readonly vf: End;
  readonly peer: Peer;
}

/** Each VF that has a peer, with the first of them. */
function attachments(target: CheckTarget): Attachment[] {
  return workingEnds(target).flatMap((vf) => {
    const [peer] = peersOf(target.lab, vf);
    return peer === undefined ? [] : [{ vf, peer }];
  });
}

/** The payload of each packet, in bytes. */
function sizeOf(target: CheckTarget): number {
  const ways = attachments(target).map(({ vf, peer }) => mtusToPeer(target.lab, vf, peer));
  return sizeThatFitsAll(PING_SIZE, ways);
}

interface CniAttachView extends VfView {
  readonly plugin: string;
  readonly cniVersion: string;
  readonly hasCheck: boolean;
  readonly deviceKey: string;
  readonly usesPf: boolean;
  readonly adapted: boolean;
  /** Whether the plugin sets up VFs through the PF. */
  readonly governed: boolean;
  readonly vlan: number;
  readonly vlanSetting: string;
  readonly count: number;
  readonly size: number;
  readonly deadlineSeconds: number;
  readonly attachments: readonly {
    readonly vf: End;
    readonly index: number;
    readonly peer: string;
    readonly peerAddress: string;
  }[];
}

function paths(target: CheckTarget): { attach: string; end: string } {
  const script = `${scriptFolder(target)}/cni-attach-${pluginOf(target).name}`;
  return { attach: `${script}.sh`, end: `${script}-end.sh` };
}

function scripts(target: CheckTarget): CheckScript[] {
  const { count } = parametersOf(cniAttach, target);
  const plugin = pluginOf(target);
  const vfs = vfView(target);
  const view: CniAttachView = {
    ...vfs,
    plugin: plugin.name,
    cniVersion: plugin.cniVersion,
    hasCheck: plugin.hasCheck,
    deviceKey: plugin.deviceKey,
    usesPf: plugin.usesPf,
    adapted: plugin.adapts.includes(target.nic.model),
    // A virtio PF has no settings for its VFs.
    governed: plugin.usesPf && vfs.macsByPf,
    vlan: VLAN,
    vlanSetting: `,"vlan":${String(VLAN)}`,
    count,
    size: sizeOf(target),
    deadlineSeconds: deadlineSeconds(count, target.machine),
    attachments: attachments(target).map(({ vf, peer }) => ({
      vf,
      index: target.nic.vfs.findIndex(({ name }) => name === vf.name),
      peer: peer.name,
      peerAddress: hostAddress(peer.address),
    })),
  };
  const { attach, end } = paths(target);
  return [
    { path: attach, content: renderTemplate('checks/cni-attach.sh', view) },
    { path: end, content: renderTemplate('checks/cni-attach-end.sh', view) },
  ];
}

/** VFs that have a tap of their own, with that tap: it counts the traffic of this VF alone. */
function ownTaps(target: CheckTarget): [string, string][] {
  return target.nic.vfs.flatMap((vf) => {
    const backend = vf.backend === null ? null : backendOf(target.nic, vf);
    return backend?.type === 'tap' ? [[vf.name, backend.ifname] as [string, string]] : [];
  });
}

/** Judges the taps' counters outside the guest, read before and after the containers had the VFs. */
export function judgeTaps(
  target: CheckTarget,
  before: ReadonlyMap<string, LinkBytes>,
  after: ReadonlyMap<string, LinkBytes>,
): Assertion[] {
  const { count } = parametersOf(cniAttach, target);
  const payload = count * (sizeOf(target) + ICMP_HEADER_BYTES) * EXCHANGES;
  const attached = attachments(target).map(({ vf }) => vf.name);
  return ownTaps(target)
    .filter(([vf]) => attached.includes(vf))
    .map(([vf, tap]) => {
      const { rx, tx } = bytesBetween(before, after, tap);
      return assertion(
        Math.min(rx, tx) >= payload,
        `outside: the tap of ${vf} counted what its containers sent and received`,
        `counted: ${rx} and ${tx} bytes`,
        `payload: ${payload} bytes`,
      );
    });
}

/** A CNI plugin gives a VF to a container, and takes it back. */
export const check: Check = {
  scripts,
  scriptLimitMs: (target) => SCRIPT_LIMIT_MS + attachments(target).length * LIMIT_PER_VF_MS,
  async *run(world) {
    const { target, host } = world;
    const { attach, end } = paths(target);
    const before = await readLinkBytes(host);
    try {
      yield* world.script(attach);
      yield* judgeTaps(target, before, await readLinkBytes(host));
    } finally {
      yield* world.takeBack(end);
    }
  },
};
