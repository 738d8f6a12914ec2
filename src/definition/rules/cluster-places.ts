import { machineNamed } from '../relations.js';
import { controlPlaneOf, uplinkOf } from '../cluster.js';
import type { Draft, DraftNode } from '../draft.js';
import { unbuildable } from './kubernetes-version.js';
import { namesOf, unknownName, type Rule } from './rule.js';

export const kubernetesCanBeBuilt: Rule = function* ({ kubernetes }, at) {
  if (kubernetes === null) return;
  const problem = unbuildable(kubernetes.version);
  if (problem === undefined) return;
  yield { code: 'LAB-RULE-KUBERNETES', ...problem, location: at.locate(['kubernetes', 'version']) };
};

export const controlPlaneIsInAPeer: Rule = function* (draft, at) {
  const { kubernetes, peers } = draft;
  if (kubernetes === null || controlPlaneOf(draft) !== undefined) return;
  const name = kubernetes.controlPlane;
  const location = at.locate(['kubernetes', 'control-plane']);
  if (machineNamed(draft, name) === undefined) {
    yield { code: 'LAB-RULE-KUBERNETES', ...unknownName('peer', name, namesOf(peers)), location };
  } else {
    yield {
      code: 'LAB-RULE-KUBERNETES',
      message: `\`${name}\` is a machine, but a control plane runs in a peer`,
      hint: 'name a peer on the network of the nodes; there it runs without emulation, and starts in seconds',
      location,
    };
  }
};

/** Names that Kubernetes takes end with a letter or a digit. */
function endsWell(name: string): boolean {
  return !name.endsWith('-');
}

/** The nodes whose machines exist, each once. */
export function soundNodes(draft: Draft): readonly DraftNode[] {
  const nodes = draft.kubernetes?.nodes ?? [];
  return nodes.filter(
    ({ machine }, index) =>
      machineNamed(draft, machine) !== undefined &&
      nodes.findIndex((node) => node.machine === machine) === index,
  );
}

export const nodesAreMachines: Rule = function* (draft, at) {
  const machines = namesOf(draft.machines);
  const sound = soundNodes(draft);
  for (const node of draft.kubernetes?.nodes ?? []) {
    const location = at.locate(node.path);
    if (!machines.includes(node.machine)) {
      yield { code: 'LAB-RULE-MACHINE', ...unknownName('machine', node.machine, machines), location };
    } else if (!sound.includes(node)) {
      yield {
        code: 'LAB-RULE-KUBERNETES',
        message: `machine ${node.machine} is listed twice`,
        hint: 'list it once',
        location,
      };
    } else if (!endsWell(node.machine)) {
      yield {
        code: 'LAB-RULE-KUBERNETES',
        message: `\`${node.machine}\` cannot be the name of a node: it ends with a dash`,
        hint: 'rename the machine: a node has its name',
        location,
      };
    }
  }
};

export const nodesReachTheControlPlane: Rule = function* (draft, at) {
  const controlPlane = controlPlaneOf(draft);
  if (draft.kubernetes === null || controlPlane === undefined) return;
  const nodes = soundNodes(draft);
  const apart = nodes.filter(({ machine }) => uplinkOf(draft, machine) === undefined);
  const { name, network, vlan } = controlPlane;
  const place = vlan === null ? network : `${network}, VLAN ${vlan}`;
  if (apart.length > 0 && apart.length === nodes.length) {
    yield {
      code: 'LAB-RULE-KUBERNETES',
      message: `no node is on ${place}, the network of ${name}`,
      hint: `give each node a NIC whose backend leads to ${place}, or name a peer on the network that they are on`,
      location: at.locate(['kubernetes', 'control-plane']),
    };
    return;
  }
  for (const { machine, path } of apart) {
    yield {
      code: 'LAB-RULE-KUBERNETES',
      message: `machine ${machine} has no NIC on ${place}, the network of the control plane`,
      hint: `give it a NIC, or a PF, whose backend leads to ${place}`,
      location: at.locate(path),
    };
  }
};
