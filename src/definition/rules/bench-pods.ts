import type { Problem } from '../../errors/lab-error.js';
import { benchContainersOf, pooledNicsOf, uplinkOf } from '../cluster.js';
import type { Draft, DraftBench } from '../draft.js';
import { functionNamed, vfsOf } from '../relations.js';
import type { Rule } from './rule.js';

interface Found extends Pick<Problem, 'message' | 'hint'> {
  readonly key: 'machine' | 'offload' | 'software' | 'containerSubnet';
}

/** What to name instead: a VF that is the only one of its NIC. */
function offloadHint(draft: Draft, machine: string): string {
  const alone = pooledNicsOf(draft, machine)
    .map(vfsOf)
    .flatMap(([vf, ...others]) => (vf === undefined || others.length > 0 ? [] : vf.id));
  return alone.length > 0
    ? `name ${alone.join(' or ')}`
    : 'give a NIC of the machine `vfs: 1`, and name that VF';
}

/** Why no pod can get the function of the side *offload*, and that one alone. */
function wrongOffload(draft: Draft, { machine, offload }: DraftBench): Found | undefined {
  const found = functionNamed(draft, machine, offload);
  if (found === undefined) return undefined;
  const vfs = pooledNicsOf(draft, machine).includes(found.nic) ? vfsOf(found.nic) : [];
  if (vfs.length === 1 && vfs.includes(found.pciFunction)) return undefined;
  return {
    key: 'offload',
    message: vfs.includes(found.pciFunction)
      ? `a pod cannot ask for ${offload}: ${found.nic.name} has ${vfs.length} VFs, and the node chooses among them`
      : `${offload} is not a VF that pods get`,
    hint: offloadHint(draft, machine),
  };
}

function wrongSoftware(draft: Draft, { machine, software }: DraftBench): Found | undefined {
  const uplink = uplinkOf(draft, machine);
  if (uplink === undefined || uplink.id === software || functionNamed(draft, machine, software) === undefined)
    return undefined;
  return {
    key: 'software',
    message: `pods without a VF leave node ${machine} through ${uplink.id}, not through ${software}`,
    hint: `write \`software: ${uplink.id}\``,
  };
}

function problemsOf(draft: Draft, bench: DraftBench): (Found | undefined)[] {
  const { machine, containerSubnet } = bench;
  if (draft.kubernetes?.vfs === 'none')
    return [
      {
        key: 'machine',
        message: `machine ${machine} is a node, so both sides are pods, but with \`vfs: none\` pods get no VFs from the lab`,
        hint: 'set `vfs` under `kubernetes` to device-plugin or dra, or name a machine that is no node',
      },
    ];
  return [
    wrongOffload(draft, bench),
    wrongSoftware(draft, bench),
    containerSubnet === null
      ? undefined
      : {
          key: 'containerSubnet',
          message: `machine ${machine} is a node, so both sides are pods, which have the cluster’s network`,
          hint: 'leave `containerSubnet` out: `pods` under `kubernetes` sets that network',
        },
  ];
}

/** On a node both sides are pods. What they get, the cluster decides. */
export const benchPodsCanBe: Rule = function* (draft, at) {
  const { bench } = draft;
  if (bench === null || benchContainersOf(draft, bench).kind !== 'pods') return;
  for (const found of problemsOf(draft, bench)) {
    if (found === undefined) continue;
    const { key, ...problem } = found;
    yield { code: 'LAB-RULE-BENCH', ...problem, location: at.locate(['bench', key]) };
  }
};
