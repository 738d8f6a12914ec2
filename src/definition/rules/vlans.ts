import type { Problem } from '../../errors/lab-error.js';
import type { Draft, DraftNetwork } from '../draft.js';
import type { Path } from '../path.js';
import { allBackends, networkNamed } from '../relations.js';
import type { Locator, Rule } from './rule.js';

/** A port of a network's bridge: a peer's, or a tap. */
interface Port {
  readonly network: string;
  readonly vlan: number | null;
  readonly path: Path;
}

function portsOf(draft: Draft): Port[] {
  return [
    ...draft.peers,
    ...allBackends(draft).flatMap(({ backend }) => (backend.type === 'tap' ? [backend] : [])),
  ];
}

function portProblem(
  { network, vlan, path }: Port,
  { vlans, on }: DraftNetwork,
  at: Locator,
): Problem | undefined {
  const code = 'LAB-RULE-VLAN';
  const choice = vlans.join(', ');
  if (vlan === null) {
    if (vlans.length === 0) return undefined;
    return {
      code,
      message: `network ${network} has VLANs, but this port names none`,
      hint: `add \`vlan\`, one of: ${choice}`,
      location: at.locate(path),
    };
  }
  const location = at.locate([...path, 'vlan']);
  if (vlans.length === 0) {
    const hint =
      on === null
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

/** On a network with VLANs each port is on one of them. Another rule says if there is no such network. */
export const vlansExist: Rule = function* (draft, at) {
  for (const port of portsOf(draft)) {
    const network = networkNamed(draft, port.network);
    const problem = network && portProblem(port, network, at);
    if (problem !== undefined) yield problem;
  }
};

export const vlanIdsDiffer: Rule = function* (draft, at) {
  for (const { name, vlans, path } of draft.networks) {
    for (const [index, vlan] of vlans.entries()) {
      if (vlans.indexOf(vlan) === index) continue;
      yield {
        code: 'LAB-RULE-VLAN',
        message: `network ${name} lists VLAN ${vlan} twice`,
        hint: 'list it once',
        location: at.locate([...path, 'vlans', index]),
      };
    }
  }
};
