import type { CompositionRule } from '../../devices/composition/composition.js';
import type { Problem } from '../../errors/lab-error.js';

/** What part of a definition a rule is about: its code, and the keys that may be to blame, the likeliest first. */
interface Aspect {
  readonly code: Problem['code'];
  readonly keys: readonly string[];
}

const ADDRESS: Aspect = { code: 'LAB-RULE-SRIOV-ADDRESS', keys: ['addr', 'bus'] };
const BUS: Aspect = { code: 'LAB-RULE-SRIOV-BUS', keys: ['bus'] };
const PF: Aspect = { code: 'LAB-RULE-SRIOV-PF', keys: ['pf', 'model', 'bus'] };
const PROPERTY: Aspect = { code: 'LAB-RULE-SRIOV-PROPERTY', keys: ['properties', 'vectors', 'queues'] };
const NAME: Aspect = { code: 'LAB-RULE-SRIOV-NAME', keys: [] };
const HIDDEN: Aspect = { code: 'LAB-RULE-SRIOV-HIDDEN', keys: ['addr', 'bus'] };

const aspects: Readonly<Record<CompositionRule, Aspect>> = {
  'duplicate-id': NAME,
  'id-is-a-property': NAME,
  'unknown-bus': BUS,
  'address-out-of-range': ADDRESS,
  'address-in-use': ADDRESS,
  'single-function': ADDRESS,
  'bridge-device-0': ADDRESS,
  'unknown-property': PROPERTY,
  'property-value': PROPERTY,
  'virtio-without-mode': PROPERTY,
  'virtio-iommu-legacy': { ...PROPERTY, keys: ['properties', 'bus'] },
  'nvme-parameters': PROPERTY,
  'vf-model': { code: 'LAB-RULE-SRIOV-MODEL', keys: ['model'] },
  'vf-needs-pcie': { ...BUS, keys: ['bus', 'properties'] },
  'pf-before-vfs': { code: 'LAB-RULE-SRIOV-ORDER', keys: ['pf', 'order'] },
  'pf-model': PF,
  'pf-is-a-vf': { code: 'LAB-RULE-SRIOV-MODEL', keys: ['model'] },
  'pf-without-id': PF,
  'pf-below-vfs': ADDRESS,
  'pf-bus': BUS,
  'vf-device-ids': PROPERTY,
  'vf-bars': PROPERTY,
  'vf-stride': ADDRESS,
  'vfs-past-bus-end': ADDRESS,
  'missing-pf': PF,
  'no-function-0': HIDDEN,
  'function-0-alone': HIDDEN,
  'ari-chain-ends': HIDDEN,
  'beyond-device-0': HIDDEN,
  'sriov-out-of-reach': BUS,
  'vf-io-bar': PROPERTY,
};

export function aspectOf(rule: CompositionRule): Aspect {
  return aspects[rule];
}
