import { DEFAULT_NIC_MODEL, nicModel, nicModelNames } from '../../devices/catalog.js';
import type { FunctionKey, NicModel } from '../../devices/nic-model.js';
import type { Problem } from '../../errors/lab-error.js';
import type { NicFile } from '../../model/lab-file.js';
import type { Path } from '../load.js';
import { backendType } from '../written-backend.js';
import { writtenFunctions, writtenVfs } from '../written-functions.js';
import { eachFunction, eachNic, type Locator, type Rule } from './rule.js';

/** The NIC's model; undefined when there is none of that name, which another rule says. */
export function modelOf(nic: NicFile): NicModel | undefined {
  const name = nic.model ?? DEFAULT_NIC_MODEL;
  return nicModelNames().includes(name) ? nicModel(name) : undefined;
}

export const functionCountsFit: Rule = function* (lab, at) {
  for (const { nic, path } of eachNic(lab)) {
    const model = modelOf(nic);
    if (model === undefined) continue;
    const [vfs, functions] = [writtenVfs(nic).length, writtenFunctions(nic).length];
    if (vfs > model.maxVfs) {
      yield {
        code: 'LAB-RULE-VF-COUNT',
        message: `${vfs} VFs on a NIC of model ${model.name}`,
        hint: model.maxVfs === 0 ? 'it has no VFs: leave `vfs` out' : `it allows at most ${model.maxVfs}`,
        location: at.locate([...path, 'vfs']),
      };
    }
    if (functions > model.maxFunctions) {
      yield {
        code: 'LAB-RULE-FUNCTION-COUNT',
        message: `${functions} functions on a NIC of model ${model.name}`,
        hint:
          model.maxFunctions === 1
            ? 'it is no conventional multifunction device: leave `functions` out'
            : `it allows at most ${model.maxFunctions}`,
        location: at.locate([...path, 'functions']),
      };
    }
  }
};

export const backendsAreNamed: Rule = function* (lab, at) {
  for (const { nic, path } of eachNic(lab)) {
    const model = modelOf(nic);
    if (model?.kind !== 'network' || nic.backend !== undefined) continue;
    yield {
      code: 'LAB-SHAPE-MISSING',
      message: `\`${[...path, 'backend'].join('.')}\` is missing`,
      hint: 'add it: where its packets go, `user`, `{ tap: NETWORK }` or `{ vdpa: FUNCTION }`',
      location: at.locate([...path, 'backend'], { missing: true }),
    };
  }
};

export const backendsFitTheModel: Rule = function* (lab, at) {
  for (const { kind, nic, written, at: place } of eachFunction(lab)) {
    const model = modelOf(nic);
    if (model === undefined || written.backend === undefined) continue;
    if (model.kind === 'storage' || (kind === 'vf' && model.vfs === 'fixed')) continue;
    const backend = backendType(written.backend);
    if (model.backends.includes(backend)) continue;
    yield {
      code: 'LAB-RULE-BACKEND',
      message: `a NIC of model ${model.name} cannot have the backend ${backend}`,
      hint: `it can have ${model.backends.join(' or ')}`,
      location: at.locate([...place, 'backend']),
    };
  }
};

/** Keys of a NIC that are about the NIC itself, whatever its model. */
const NIC_KEYS = ['model', 'vfs', 'functions', 'order'];

function* unfitKeys(
  written: object,
  allowed: readonly string[],
  owner: string,
  path: Path,
  at: Locator,
): Iterable<Problem> {
  for (const [key, value] of Object.entries(written)) {
    if (value === undefined || allowed.includes(key)) continue;
    yield {
      code: 'LAB-RULE-SETTING',
      message: `\`${key}\` means nothing for ${owner}`,
      hint: `remove it; what may stand here: ${allowed.join(', ') || 'nothing'}`,
      location: at.locate([...path, key], { key: true }),
    };
  }
}

export const settingsFitTheModel: Rule = function* (lab, at) {
  for (const { nic, path } of eachNic(lab)) {
    const model = modelOf(nic);
    if (model === undefined) continue;
    const ofNic: readonly (FunctionKey | 'size')[] =
      model.kind === 'storage' ? [...model.pfKeys, 'size'] : model.pfKeys;
    yield* unfitKeys(nic, [...NIC_KEYS, ...ofNic], `a NIC of model ${model.name}`, path, at);
    const kinds = [
      { functions: writtenVfs(nic), owner: `a VF of model ${model.name}` },
      { functions: writtenFunctions(nic), owner: `a function of model ${model.name}` },
    ];
    for (const { functions, owner } of kinds) {
      for (const { written, path: below } of functions) {
        if (below !== null) yield* unfitKeys(written, model.functionKeys, owner, [...path, ...below], at);
      }
    }
  }
};

/** What YAML made of an `addr` without quotes. */
const WRITTEN_ADDR = /^\d{1,2}(\.[0-7])?$/;

export const addrsArePlaces: Rule = function* (lab, at) {
  for (const { kind, nic, written, at: place } of eachFunction(lab)) {
    const addr = kind === 'pf' ? nic.addr : written.addr;
    if (typeof addr !== 'number' || WRITTEN_ADDR.test(String(addr))) continue;
    yield {
      code: 'LAB-RULE-ADDR',
      message: `${addr} is no place on a PCI bus`,
      hint: 'write DEVICE.FUNCTION in quotes, the function from 0 to 7: addr: "0.1"',
      location: at.locate([...place, 'addr']),
    };
  }
};

/** Properties that the lab itself writes, and what says the same in a definition; and those that reach for files. */
const OWN_PROPERTIES: Readonly<Record<string, string>> = {
  id: 'every function has its id from the names of the NIC and the VF',
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

export const propertiesAreFree: Rule = function* (lab, at) {
  for (const { nic, path } of eachNic(lab)) {
    const places = [
      { properties: nic.properties, path },
      ...[...writtenVfs(nic), ...writtenFunctions(nic)].map(({ written, path: below }) => ({
        properties: written.properties,
        path: [...path, ...(below ?? [])],
      })),
    ];
    for (const place of places) {
      for (const key of Object.keys(place.properties ?? {})) {
        const instead = Object.hasOwn(OWN_PROPERTIES, key) ? OWN_PROPERTIES[key] : undefined;
        if (instead === undefined) continue;
        yield {
          code: 'LAB-RULE-PROPERTY',
          message: `the property \`${key}\` is not for a definition to set`,
          hint: instead,
          location: at.locate([...place.path, 'properties', key], { key: true }),
        };
      }
    }
  }
};
