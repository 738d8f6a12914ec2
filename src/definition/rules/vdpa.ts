import type { Problem } from '../../errors/lab-error.js';
import type { LabFile } from '../../model/lab-file.js';
import type { Path } from '../load.js';
import { isChardev, vdpaOf } from '../written-backend.js';
import { writtenVfs } from '../written-functions.js';
import { servesVdpa } from '../written-nesting.js';
import { modelOf } from './nics.js';
import { exampleFunction, outerFunctions, type OuterFunction } from './outer-functions.js';
import { eachFunction, unknownName, type Rule } from './rule.js';

/** A function whose packets go to a vDPA device. */
export interface VdpaUse {
  /** What the device is made of, or the device itself. */
  readonly of: string;
  /** The machine that the function, and so the device, is for. */
  readonly machine: string;
  readonly path: Path;
  /** The function, as messages call it. */
  readonly user: string;
}

/** Functions whose packets go to a vDPA device, their NIC's when they name none. */
export function* vdpaUses(lab: LabFile): Iterable<VdpaUse> {
  for (const { machine, nic, path, written, at } of eachFunction(lab)) {
    const of = vdpaOf(written.backend ?? nic.backend);
    if (of === undefined) continue;
    const owner = written.backend === undefined ? path : at;
    yield { of, machine, path: [...owner, 'backend', 'vdpa'], user: owner.slice(1).join('.') };
  }
}

const MODEL = 'virtio-net';

/** Why no vDPA device can be made of a NIC of a model. */
function whyNoVdpa(found: OuterFunction): string | undefined {
  const model = modelOf(found.nic);
  if (model === undefined || model.name === MODEL) return undefined;
  return model.maxFunctions > 1
    ? 'its functions share one IOMMU group, and vhost-vdpa needs a function that has a group to itself'
    : 'vp_vdpa makes vDPA devices of virtio functions only';
}

function problemOfFunction(use: VdpaUse, outer: string, found: OuterFunction): Omit<Problem, 'location'>[] {
  const because = whyNoVdpa(found);
  if (because !== undefined) {
    return [
      {
        code: 'LAB-RULE-VDPA',
        message: `${use.of} of machine ${outer} is of model ${modelOf(found.nic)?.name ?? ''}: ${because}`,
        hint: `take a function of a NIC of model ${MODEL}, which stands in for whatever card a real server has`,
      },
    ];
  }
  const vfs = writtenVfs(found.nic);
  if (found.kind !== 'pf' || vfs.length === 0) return [];
  return [
    {
      code: 'LAB-RULE-VDPA',
      message: `${use.of} of machine ${outer} is a PF with VFs, and they would be gone: they last as long as virtio-pci has the PF, and vDPA takes it away`,
      hint: `take one of its VFs, such as ${use.of}.${vfs[0]?.name ?? ''}, or a NIC without \`vfs\``,
    },
  ];
}

function* useProblems(use: VdpaUse, lab: LabFile): Iterable<Omit<Problem, 'location'>> {
  const outer = lab.machines[use.machine]?.on;
  if (isChardev(use.of)) {
    if (outer === undefined) return;
    yield {
      code: 'LAB-RULE-VDPA',
      message: `${use.of} is a device of this computer, and machine ${use.machine} runs inside ${outer}`,
      hint: `name a function of ${outer}, such as { vdpa: ${exampleFunction(lab, outer)} }`,
    };
    return;
  }
  if (outer === undefined) {
    yield {
      code: 'LAB-RULE-VDPA',
      message: `\`${use.of}\` is a function of a machine around ${use.machine}, and there is none`,
      hint: 'say which machine it runs `on`, or name a device of this computer such as /dev/vhost-vdpa-0',
    };
    return;
  }
  if (!Object.hasOwn(lab.machines, outer)) return;
  const known = outerFunctions(lab, outer);
  const found = known.find(({ id }) => id === use.of);
  if (found === undefined) {
    const names = known.map(({ id }) => id);
    yield {
      code: 'LAB-RULE-VDPA',
      ...unknownName('function', use.of, names),
      message: `machine ${outer} has no function \`${use.of}\``,
    };
    return;
  }
  yield* problemOfFunction(use, outer, found);
}

/** The device that a use is of, on the place where it is. */
function deviceKey(lab: LabFile, { of, machine }: VdpaUse): string {
  return `${isChardev(of) ? '' : (lab.machines[machine]?.on ?? '')} ${of}`;
}

export const vdpaDevicesServe: Rule = function* (lab, at) {
  const owners = new Map<string, string>();
  const told = new Set<string>();
  for (const use of vdpaUses(lab)) {
    const location = at.locate(use.path);
    // A NIC's backend holds for many functions, and is wrong once.
    const place = use.path.join('.');
    if (!told.has(place)) for (const problem of useProblems(use, lab)) yield { ...problem, location };
    told.add(place);
    const key = deviceKey(lab, use);
    const owner = owners.get(key);
    if (owner !== undefined) {
      yield {
        code: 'LAB-RULE-VDPA',
        message: `${use.of} is the backend of ${owner} already`,
        hint: 'a vDPA device serves one function: give each its own, each VF in a list `vfs: [{ backend: ... }]`',
        location,
      };
    }
    owners.set(key, use.user);
  }
};

export const vdpaHasAnIommu: Rule = function* (lab, at) {
  for (const [name, { iommu }] of Object.entries(lab.machines)) {
    if (iommu !== false || !servesVdpa(lab, name)) continue;
    yield {
      code: 'LAB-RULE-IOMMU',
      message: `vDPA devices are made of functions of machine ${name}, which has no IOMMU: by one they reach the memory of the machine inside`,
      hint: 'leave `iommu` out',
      location: at.locate(['machines', name, 'iommu']),
    };
  }
};
