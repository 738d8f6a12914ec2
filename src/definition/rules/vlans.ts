import type { Problem } from '../../errors/lab-error.js';
import type { LabFile, NetworkFile } from '../../model/lab-file.js';
import type { Path } from '../load.js';
import { tapOf } from '../written-backend.js';
import { eachBackend, type Locator, type Rule } from './rule.js';

interface WrittenPort {
  readonly network: string;
  readonly vlan: number | undefined;
  readonly path: Path;
}

function* eachPort(lab: LabFile): Iterable<WrittenPort> {
  for (const [name, { network, vlan }] of Object.entries(lab.peers ?? {}))
    yield { network, vlan, path: ['peers', name] };
  for (const { backend, path } of eachBackend(lab)) {
    const tap = tapOf(backend);
    if (tap !== undefined) yield { network: tap.tap, vlan: tap.vlan, path };
  }
}

function portProblem(
  { network, vlan, path }: WrittenPort,
  { vlans = [], on }: NetworkFile,
  at: Locator,
): Problem | undefined {
  const code = 'LAB-RULE-VLAN';
  const choice = vlans.join(', ');
  if (vlan === undefined) {
    if (vlans.length === 0) return undefined;
    return {
      code,
      message: `network ${network} has VLANs, and this port is on none`,
      hint: `add \`vlan\`, one of: ${choice}`,
      location: at.locate(path),
    };
  }
  const location = at.locate([...path, 'vlan']);
  if (vlans.length === 0) {
    const hint =
      on === undefined
        ? `leave \`vlan\` out, or give the network \`vlans: [${vlan}]\``
        : 'leave `vlan` out: the network is inside a machine, and its `uplink` decides';
    return { code, message: `network ${network} has no VLANs`, hint, location };
  }
  if (vlans.includes(vlan)) return undefined;
  return {
    code,
    message: `network ${network} has no VLAN ${vlan}`,
    hint: `choose from: ${choice}`,
    location,
  };
}

/** A port is on one VLAN of its network, when that has any. A network that is not there is another rule's to tell. */
export const vlansExist: Rule = function* (lab, at) {
  for (const port of eachPort(lab)) {
    if (!Object.hasOwn(lab.networks ?? {}, port.network)) continue;
    const problem = portProblem(port, lab.networks?.[port.network] ?? {}, at);
    if (problem !== undefined) yield problem;
  }
};

export const vlanIdsDiffer: Rule = function* (lab, at) {
  for (const [name, network] of Object.entries(lab.networks ?? {})) {
    const vlans = network?.vlans ?? [];
    for (const [index, vlan] of vlans.entries()) {
      if (vlans.indexOf(vlan) === index) continue;
      yield {
        code: 'LAB-RULE-VLAN',
        message: `VLAN ${vlan} stands in network ${name} already`,
        hint: 'name each VLAN once',
        location: at.locate(['networks', name, 'vlans', index]),
      };
    }
  }
};
