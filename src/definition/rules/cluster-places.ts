import { controlPlaneOf, uplinkOf } from '../cluster.js';
import { ADMINISTRATOR } from '../defaults.js';
import type { Draft, DraftNode } from '../draft.js';
import { ofDraft } from '../of-draft.js';
import type { Path } from '../path.js';
import { machineNamed } from '../relations.js';
import { unbuildable } from './kubernetes-version.js';
import { namesOf, unknownName, type Rule } from './rule.js';

export const kubernetesCanBeBuilt: Rule = function* ({ kubernetes }, at) {
  if (kubernetes === null) return;
  const problem = unbuildable(kubernetes.version);
  if (problem === undefined) return;
  yield { code: 'LAB-RULE-KUBERNETES', ...problem, location: at.locate(['kubernetes', 'version']) };
};

export const controlPlaneHasAPlace: Rule = function* (draft, at) {
  const { kubernetes, peers, machines } = draft;
  if (kubernetes === null) return;
  const { controlPlane: name } = kubernetes;
  const location = at.locate(['kubernetes', 'control-plane']);
  const isPeer = namesOf(peers).includes(name);
  const isMachine = machineNamed(draft, name) !== undefined;
  if (!isPeer && !isMachine) {
    const known = [...namesOf(peers), ...namesOf(machines)];
    yield { code: 'LAB-RULE-KUBERNETES', ...unknownName('peer or machine', name, known), location };
  } else if (isPeer && isMachine) {
    yield {
      code: 'LAB-RULE-KUBERNETES',
      message: `\`${name}\` is a peer and a machine`,
      hint: 'rename one of them: the control plane runs in one place',
      location,
    };
  }
};

/** What is written under a name that a control plane in a machine implies. */
function writtenAsAdministrator({
  peers,
  machines,
}: Draft): { readonly what: string; readonly path: Path }[] {
  const isWritten = ({ name, path }: { readonly name: string; readonly path: Path }): boolean =>
    name === ADMINISTRATOR && path[0] !== 'kubernetes';
  return [
    ...peers.filter(isWritten).map(({ path }) => ({ what: 'peer', path })),
    ...machines.filter(isWritten).map(({ path }) => ({ what: 'machine', path })),
  ];
}

export const administratorIsFree: Rule = function* (draft, at) {
  const controlPlane = controlPlaneOf(draft);
  if (!controlPlane?.machine) return;
  for (const { what, path } of writtenAsAdministrator(draft)) {
    yield {
      code: 'LAB-RULE-KUBERNETES',
      message: `${what} ${ADMINISTRATOR} has the name of the peer that kubectl runs in, as the control plane is in machine ${controlPlane.name}`,
      hint: `rename the ${what}`,
      location: at.locate(path, { key: true }),
    };
  }
};

export const controlPlaneIsOnANetwork: Rule = function* (draft, at) {
  const controlPlane = controlPlaneOf(draft);
  if (!controlPlane?.machine || controlPlane.segment !== null) return;
  const networks = draft.networks.filter(({ on }) => on === null).map(({ name }) => name);
  const example = `{ tap: ${networks[0] ?? 'NETWORK'} }`;
  const backend =
    controlPlane.machine.on === null ? `such as ${example}` : 'or through the machines around it';
  yield {
    code: 'LAB-RULE-KUBERNETES',
    message: `machine ${controlPlane.name} has no NIC on a network of this computer, so neither nodes nor kubectl reach its control plane`,
    hint: `give it a NIC, or a PF, whose backend leads to one, ${backend}`,
    location: at.locate(['kubernetes', 'control-plane']),
  };
};

/** Names that Kubernetes takes end with a letter or a digit. */
function endsWell(name: string): boolean {
  return !name.endsWith('-');
}

/** The nodes whose machines exist, each once. */
export const soundNodes: (draft: Draft) => readonly DraftNode[] = ofDraft((draft) => {
  const seen = new Set<string>();
  return (draft.kubernetes?.nodes ?? []).filter(({ machine }) => {
    const isNew = !seen.has(machine);
    seen.add(machine);
    return isNew && machineNamed(draft, machine) !== undefined;
  });
});

export const nodesAreMachines: Rule = function* (draft, at) {
  const machines = namesOf(draft.machines);
  const sound = new Set(soundNodes(draft));
  for (const node of draft.kubernetes?.nodes ?? []) {
    const location = at.locate(node.path);
    if (machineNamed(draft, node.machine) === undefined) {
      yield { code: 'LAB-RULE-MACHINE', ...unknownName('machine', node.machine, machines), location };
    } else if (!sound.has(node)) {
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
  if (!controlPlane?.segment) return;
  const nodes = soundNodes(draft);
  const apart = nodes.filter(({ machine }) => uplinkOf(draft, machine) === undefined);
  const { name, segment } = controlPlane;
  const { network, vlan } = segment;
  const place = vlan === null ? network : `${network}, VLAN ${vlan}`;
  if (apart.length > 0 && apart.length === nodes.length) {
    yield {
      code: 'LAB-RULE-KUBERNETES',
      message: `no node is on ${place}, the network of ${name}`,
      hint: `give each node a NIC whose backend leads to ${place}, or name a peer or a machine on the network that they are on`,
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
