import { backendOf, hostAddress, type Peer } from '../model/lab.js';
import { renderTemplate } from '../render/templates.js';
import {
  assertion,
  failuresOf,
  findings,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckScript,
  type CheckTarget,
} from './check.js';
import { cniPlugin, type CniPlugin } from './cni-plugin.js';
import { namespacedEnds, peersOf, type End } from './ends.js';
import { bytesBetween, readLinkBytes, type LinkBytes } from './link-counters.js';
import { deadlineSeconds } from './ping-deadline.js';
import { vfView } from './vf-view.js';

const SCRIPT_LIMIT_MS = 60_000;
const LIMIT_PER_VF_MS = 30_000;
const PAYLOAD_BYTES = 1408;
/** After the first ADD and after the second. */
const EXCHANGES = 2;
/** Where no lab puts anybody else. */
const VLAN = 4000;

function pluginOf({ request }: CheckTarget): CniPlugin {
  return cniPlugin(request.choices['plugin'] ?? 'host-device');
}

interface Attachment {
  readonly vf: End;
  readonly peer: Peer;
}

/** Each VF that has a peer, with the first of them. */
function attachments(target: CheckTarget): Attachment[] {
  return namespacedEnds(target).flatMap((vf) => {
    const [peer] = peersOf(target.lab, vf);
    return peer === undefined ? [] : [{ vf, peer }];
  });
}

function paths(target: CheckTarget): { attach: string; end: string } {
  const script = `${scriptFolder(target)}/cni-attach-${pluginOf(target).name}`;
  return { attach: `${script}.sh`, end: `${script}-end.sh` };
}

function scripts(target: CheckTarget): CheckScript[] {
  const { count = 0 } = target.request.parameters;
  const plugin = pluginOf(target);
  const vfs = vfView(target);
  const view = {
    ...vfs,
    plugin: plugin.name,
    cniVersion: plugin.cniVersion,
    hasCheck: plugin.hasCheck,
    deviceKey: plugin.deviceKey,
    usesPf: plugin.usesPf,
    adapted: plugin.adapts.includes(target.nic.model),
    // A virtio PF governs nothing.
    governed: plugin.usesPf && vfs.macsByPf,
    vlan: VLAN,
    vlanSetting: `,"vlan":${String(VLAN)}`,
    count,
    deadlineSeconds: deadlineSeconds(count),
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

/** The taps that only one VF is behind, by the VF's name: what they count is its traffic. */
function ownTaps(target: CheckTarget): [string, string][] {
  return target.nic.vfs.flatMap((vf) => {
    const backend = vf.backend === null ? null : backendOf(target.nic, vf);
    return backend?.type === 'tap' ? [[vf.name, backend.ifname] as [string, string]] : [];
  });
}

/** Judges what the taps outside the guest counted while the containers had the VFs. */
export function judgeTaps(
  target: CheckTarget,
  before: ReadonlyMap<string, LinkBytes>,
  after: ReadonlyMap<string, LinkBytes>,
): Assertion[] {
  const { count = 0 } = target.request.parameters;
  const payload = count * PAYLOAD_BYTES * EXCHANGES;
  const attached = attachments(target).map(({ vf }) => vf.name);
  return ownTaps(target)
    .filter(([vf]) => attached.includes(vf))
    .map(([vf, tap]) => {
      const { rx, tx } = bytesBetween(before, after, tap);
      return assertion(
        Math.min(rx, tx) >= payload,
        `outside: the tap of ${vf} counted what its containers sent and got`,
        `counted: ${rx} and ${tx} bytes`,
        `payload: ${payload} bytes`,
      );
    });
}

/** A VF is given to a container by a CNI plugin, and comes back. */
export const cniAttach: Check = {
  name: 'cni-attach',
  summary:
    'a container gets each VF by CNI ADD, with its address and traffic, CHECK passes, and DEL gives it back as it was',
  scripts,
  run: ({ target, host }) => {
    let before = new Map<string, LinkBytes>();
    return {
      steps: [
        {
          type: 'look',
          look: async () => {
            before = await readLinkBytes(host);
            return findings([]);
          },
        },
        { type: 'script', on: 'machine', path: paths(target).attach },
        {
          type: 'look',
          look: async () => findings(judgeTaps(target, before, await readLinkBytes(host))),
        },
      ],
      cleanUp: {
        type: 'script',
        on: 'machine',
        path: paths(target).end,
        use: (found) => findings(failuresOf(found)),
      },
      scriptLimitMs: SCRIPT_LIMIT_MS + attachments(target).length * LIMIT_PER_VF_MS,
    };
  },
};
