import { machineNamed } from '../relations.js';
import { controlPlaneOf, uplinkOf } from '../cluster.js';
import type { Draft, DraftNode } from '../draft.js';
import { ofDraft } from '../of-draft.js';
import { namesOf, unknownName, type Rule } from './rule.js';

/** The first version that Go's module proxy serves with all that a cluster needs. */
const OLDEST = { major: 1, minor: 34 };

export const kubernetesCanBeBuilt: Rule = function* ({ kubernetes }, at) {
  if (kubernetes === null) return;
  const [major = 0, minor = 0] = kubernetes.version.split('.').map(Number);
  if (major === OLDEST.major && minor >= OLDEST.minor) return;
  yield {
    code: 'LAB-RULE-KUBERNETES',
    message: `Kubernetes ${kubernetes.version} cannot be built: its sources are not served as Go modules`,
    hint: `choose ${OLDEST.major}.${OLDEST.minor}.0 or a later ${OLDEST.major}.x, or leave \`version\` out`,
    location: at.locate(['kubernetes', 'version']),
  };
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
