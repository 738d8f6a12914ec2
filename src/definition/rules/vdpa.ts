import type { Problem } from '../../errors/lab-error.js';
import type { Draft } from '../draft.js';
import {
  functionNamed,
  functionsOfMachine,
  machineNamed,
  modelOf,
  servesVdpa,
  vdpaUses,
  vfsOf,
  type OfNic,
  type VdpaUse,
} from '../relations.js';
import { exampleFunction } from './example-function.js';
import { unknownName, type Rule } from './rule.js';

const MODEL = 'virtio-net';

type Found = Pick<Problem, 'message' | 'hint'>;

/** Why no vDPA device can be made of a NIC of a model. */
function whyNoVdpa({ nic }: OfNic): string | undefined {
  const model = modelOf(nic);
  if (model === undefined || model.name === MODEL) return undefined;
  return model.maxFunctions > 1
    ? 'its functions share one IOMMU group, and vhost-vdpa needs a function that has a group to itself'
    : 'vp_vdpa makes vDPA devices of virtio functions only';
}

function problemOfFunction(use: VdpaUse, outer: string, found: OfNic): Found | undefined {
  const because = whyNoVdpa(found);
  if (because !== undefined)
    return {
      message: `${use.name} of machine ${outer} is of model ${found.nic.model}: ${because}`,
      hint: `choose a function of a NIC of model ${MODEL}, which stands for whatever card a real server has`,
    };
  const [vf] = vfsOf(found.nic);
  if (found.pciFunction.kind !== 'pf' || vf === undefined) return undefined;
  return {
    message: `${use.name} of machine ${outer} is a PF with VFs, which would disappear: they exist only while virtio-pci drives the PF, and vDPA unbinds it`,
    hint: `choose one of its VFs, such as ${vf.id}, or a NIC without \`vfs\``,
  };
}

function problemOfUse(use: VdpaUse, draft: Draft): Found | undefined {
  const { name, machine, outer, of } = use;
  if (of === null) {
    if (outer === null) return undefined;
    return {
      message: `${name} is a device of this computer, but machine ${machine} runs inside ${outer}`,
      hint: `name a function of ${outer}, such as { vdpa: ${exampleFunction(draft, outer)} }`,
    };
  }
  if (outer === null)
    return {
      message: `\`${of}\` must be a function of the machine around ${machine}, but ${machine} runs on this computer`,
      hint: 'say which machine it runs `on`, or name a device of this computer such as /dev/vhost-vdpa-0',
    };
  if (machineNamed(draft, outer) === undefined) return undefined;
  const found = functionNamed(draft, outer, of);
  if (found !== undefined) return problemOfFunction(use, outer, found);
  const known = functionsOfMachine(draft, outer).map(({ pciFunction }) => pciFunction.id);
  return { ...unknownName('function', of, known), message: `machine ${outer} has no function \`${of}\`` };
}

export const vdpaDevicesServe: Rule = function* (draft, at) {
  const owners = new Map<string, string>();
  const told = new Set<string>();
  for (const use of vdpaUses(draft)) {
    const location = at.locate(use.path);
    // A NIC's backend holds for many functions, and is wrong once.
    const place = use.path.join('.');
    const problem = told.has(place) ? undefined : problemOfUse(use, draft);
    told.add(place);
    if (problem !== undefined) yield { code: 'LAB-RULE-VDPA', ...problem, location };
    const device = `${use.of === null ? '' : (use.outer ?? '')} ${use.name}`;
    const owner = owners.get(device);
    if (owner !== undefined) {
      yield {
        code: 'LAB-RULE-VDPA',
        message: `${use.name} is already the backend of ${owner}`,
        hint: 'a vDPA device serves one function: give each its own, each VF in a list `vfs: [{ backend: ... }]`',
        location,
      };
    }
    owners.set(device, use.user);
  }
};

export const vdpaHasAnIommu: Rule = function* (draft, at) {
  for (const { name, iommu, path } of draft.machines) {
    if (iommu !== false || !servesVdpa(draft, name)) continue;
    yield {
      code: 'LAB-RULE-IOMMU',
      message: `vDPA needs an IOMMU on machine ${name} to reach the inner guest’s memory`,
      hint: 'leave `iommu` out',
      location: at.locate([...path, 'iommu']),
    };
  }
};
