import type { FunctionKey } from '../../devices/nic-model.js';
import type { Problem } from '../../errors/lab-error.js';
import type { DraftBackend, Mapping } from '../draft.js';
import { allFunctions, allNics, modelOf, vfsOf } from '../relations.js';
import type { Locator, Rule } from './rule.js';

export const functionCountsFit: Rule = function* (draft, at) {
  for (const nic of allNics(draft)) {
    const model = modelOf(nic);
    if (model === undefined) continue;
    const vfs = vfsOf(nic).length;
    const functions = nic.functions.filter(({ kind }) => kind === 'function').length;
    if (vfs > model.maxVfs) {
      yield {
        code: 'LAB-RULE-VF-COUNT',
        message: `${vfs} VFs on a NIC of model ${model.name}`,
        hint: model.maxVfs === 0 ? 'it has no VFs: leave `vfs` out' : `it allows at most ${model.maxVfs}`,
        location: at.locate([...nic.path, 'vfs']),
      };
    }
    if (functions > model.maxFunctions) {
      yield {
        code: 'LAB-RULE-FUNCTION-COUNT',
        message: `${functions} functions on a NIC of model ${model.name}`,
        hint:
          model.maxFunctions === 1
            ? 'it is not a conventional multifunction device: leave `functions` out'
            : `it allows at most ${model.maxFunctions}`,
        location: at.locate([...nic.path, 'functions']),
      };
    }
  }
};

export const backendsAreNamed: Rule = function* (draft, at) {
  for (const nic of allNics(draft)) {
    const model = modelOf(nic);
    if (model?.kind !== 'network') continue;
    // VFs that a device makes by itself share the PF's.
    const without = nic.functions.filter(
      ({ kind, backend }) => backend === null && !(kind === 'vf' && model.vfs === 'fixed'),
    );
    // Functions of a conventional multifunction device may each have their own; a PF has the NIC's.
    const ofNic = without.length === nic.functions.length || without.some(({ kind }) => kind !== 'function');
    for (const owner of ofNic && without.length > 0 ? [nic] : without) {
      const path = [...owner.path, 'backend'];
      yield {
        code: 'LAB-SHAPE-MISSING',
        message: `\`${path.join('.')}\` is missing`,
        hint: 'say where its packets go: `user`, `{ tap: NETWORK }` or `{ vdpa: FUNCTION }`',
        location: at.locate(path, { missing: true }),
      };
    }
  }
};

export const backendsFitTheModel: Rule = function* (draft, at) {
  const seen = new Set<DraftBackend>();
  for (const { nic, pciFunction } of allFunctions(draft)) {
    const { kind, backend } = pciFunction;
    const model = modelOf(nic);
    if (model === undefined || backend === null || seen.has(backend)) continue;
    if (model.kind === 'storage' || (kind === 'vf' && model.vfs === 'fixed')) continue;
    seen.add(backend);
    if (model.backends.includes(backend.type)) continue;
    yield {
      code: 'LAB-RULE-BACKEND',
      message: `a NIC of model ${model.name} cannot have the backend ${backend.type}`,
      hint: `it can have ${model.backends.join(' or ')}`,
      location: at.locate(backend.path),
    };
  }
};

/** Keys of a NIC that are about the NIC itself, whatever its model. */
const NIC_KEYS = ['model', 'vfs', 'functions', 'order'];

function* unfitKeys(
  { keys, path }: Mapping,
  allowed: readonly string[],
  owner: string,
  at: Locator,
): Iterable<Problem> {
  for (const key of keys) {
    if (allowed.includes(key)) continue;
    yield {
      code: 'LAB-RULE-SETTING',
      message: `${owner} does not support \`${key}\``,
      hint: `remove it; the keys that it supports: ${allowed.join(', ') || 'none'}`,
      location: at.locate([...path, key], { key: true }),
    };
  }
}

export const settingsFitTheModel: Rule = function* (draft, at) {
  for (const nic of allNics(draft)) {
    const model = modelOf(nic);
    if (model === undefined) continue;
    const ofNic: readonly (FunctionKey | 'size')[] =
      model.kind === 'storage' ? [...model.pfKeys, 'size'] : model.pfKeys;
    yield* unfitKeys(nic, [...NIC_KEYS, ...ofNic], `a NIC of model ${model.name}`, at);
    for (const one of nic.functions) {
      if (one.kind === 'pf') continue;
      const owner = `a ${one.kind === 'vf' ? 'VF' : 'function'} of model ${model.name}`;
      yield* unfitKeys(one, model.functionKeys, owner, at);
    }
  }
};

/** What YAML made of an `addr` without quotes. */
const WRITTEN_ADDR = /^\d{1,2}(\.[0-7])?$/;

export const addrsArePlaces: Rule = function* (draft, at) {
  for (const { pciFunction } of allFunctions(draft)) {
    const { addr, path } = pciFunction;
    if (typeof addr !== 'number' || WRITTEN_ADDR.test(String(addr))) continue;
    yield {
      code: 'LAB-RULE-ADDR',
      message: `${addr} is not a place on a PCI bus`,
      hint: 'write DEVICE.FUNCTION in quotes, the function from 0 to 7: addr: "0.1"',
      location: at.locate([...path, 'addr']),
    };
  }
};

/** Properties that lab writes itself, and what sets them in a definition; and those that read files. */
const OWN_PROPERTIES: Readonly<Record<string, string>> = {
  id: 'the names of the NIC and the VF make up the id of a function',
  bus: 'use the key `bus`',
  addr: 'use the key `addr`',
  mac: 'use the key `mac`',
  netdev: 'use the key `backend`',
  vectors: 'use the key `vectors`',
  mq: 'use the key `queues`',
  'sriov-pf': 'use the key `pf`, or put the VF under its NIC',
  romfile: 'a lab reads no file of the computer but its image',
  drive: 'use the key `size`',
  sriov_max_vfs: 'use the key `vfs`',
  subsys: 'each NVMe device has a subsystem of its own',
};

export const propertiesAreFree: Rule = function* (draft, at) {
  for (const nic of allNics(draft)) {
    const functions = nic.functions.filter(({ kind }) => kind !== 'pf');
    for (const { properties, path } of [nic, ...functions]) {
      for (const key of Object.keys(properties)) {
        const instead = Object.hasOwn(OWN_PROPERTIES, key) ? OWN_PROPERTIES[key] : undefined;
        if (instead === undefined) continue;
        yield {
          code: 'LAB-RULE-PROPERTY',
          message: `a definition cannot set the property \`${key}\``,
          hint: instead,
          location: at.locate([...path, 'properties', key], { key: true }),
        };
      }
    }
  }
};
