import type { Problem } from '../../errors/lab-error.js';
import type { BackendFile, LabFile } from '../../model/lab-file.js';
import { isChardev, vdpaOf } from '../written-backend.js';
import { writtenVfs } from '../written-functions.js';
import { ROOT_BUS_SLOTS } from '../buses.js';
import type { Path } from '../load.js';
import { eachBackend, eachFunction, networkOf, unknownName, type Locator, type Rule } from './rule.js';

export const hasMachines: Rule = function* (lab, at) {
  if (Object.keys(lab.machines).length === 0) {
    yield {
      code: 'LAB-RULE-EMPTY',
      message: 'the lab has no machine',
      hint: 'add one under `machines`',
      location: at.locate(['machines'], { key: true }),
    };
  }
};

/** More than computers bear: each level is virtualized by the one around it. */
const MAX_AROUND = 8;

/** The machines around a machine, from the inside out, until there is none or one comes again. */
function around(name: string, lab: LabFile): ReadonlySet<string> {
  const found = new Set<string>();
  for (let on = lab.machines[name]?.on; on !== undefined && !found.has(on); on = lab.machines[on]?.on)
    found.add(on);
  return found;
}

export const nestingIsPossible: Rule = function* (lab, at) {
  const names = new Set(Object.keys(lab.machines));
  for (const [name, { on }] of Object.entries(lab.machines)) {
    if (on === undefined) continue;
    const location = at.locate(['machines', name, 'on']);
    if (!names.has(on)) {
      yield { code: 'LAB-RULE-MACHINE', ...unknownName('machine', on, [...names]), location };
    } else if (around(name, lab).has(name)) {
      yield {
        code: 'LAB-RULE-NESTING',
        message: `machine ${name} would run inside itself: ${[name, ...around(name, lab)].join(' on ')}`,
        hint: 'let one of them run on this computer: leave its `on` out',
        location,
      };
    } else if (around(name, lab).size === MAX_AROUND + 1) {
      // Those inside it are too deep as well; mending this one brings them out with it.
      yield {
        code: 'LAB-RULE-NESTING',
        message: `machine ${name} would run inside more than ${MAX_AROUND} machines, each inside the next`,
        hint: 'let it run on one that is further out',
        location,
      };
    }
  }
};

export const busesFit: Rule = function* (lab, at) {
  for (const [name, { nics, buses }] of Object.entries(lab.machines)) {
    const own = Object.values(nics ?? {}).filter(({ bus }) => bus === undefined).length;
    const needed = own + Object.keys(buses ?? {}).length;
    if (needed > ROOT_BUS_SLOTS) {
      yield {
        code: 'LAB-RULE-BUS-COUNT',
        message: `machine ${name} needs ${needed} root ports and bridges; its root bus has room for ${ROOT_BUS_SLOTS}`,
        hint: 'let several NICs share a bus: name one under `buses`, and set their `bus`',
        location: at.locate(['machines', name, 'nics'], { key: true }),
      };
    }
  }
};

interface VdpaUse {
  readonly function: string;
  readonly machine: string;
  readonly path: Path;
}

/** Functions whose packets go to a vDPA device, their NIC's when they name none. */
function* vdpaUses(lab: LabFile): Iterable<VdpaUse> {
  for (const { machine, nic, path, written, at } of eachFunction(lab)) {
    const vdpa = vdpaOf(written.backend ?? nic.backend);
    if (vdpa === undefined) continue;
    const owner = written.backend === undefined ? path : at;
    yield { function: vdpa, machine, path: [...owner, 'backend', 'vdpa'] };
  }
}

/** `nic` and `nic.vf` of every function of a machine. */
function functionNames(machine: string, lab: LabFile): string[] {
  return Object.entries(lab.machines[machine]?.nics ?? {}).flatMap(([nic, written]) => [
    nic,
    ...writtenVfs(written).map(({ name }) => `${nic}.${name}`),
  ]);
}

function* vdpaProblem(use: VdpaUse, lab: LabFile, at: Locator): Iterable<Problem> {
  const location = at.locate(use.path);
  const outer = lab.machines[use.machine]?.on;
  if (outer === undefined) {
    yield {
      code: 'LAB-RULE-VDPA',
      message: `\`${use.function}\` is a function of a machine around ${use.machine}, and there is none`,
      hint: 'say which machine it runs `on`, or name a device of this computer such as /dev/vhost-vdpa-0',
      location,
    };
    return;
  }
  const known = functionNames(outer, lab);
  if (lab.machines[outer] !== undefined && !known.includes(use.function)) {
    yield {
      code: 'LAB-RULE-VDPA',
      ...unknownName('function', use.function, known),
      message: `machine ${outer} has no function \`${use.function}\``,
      location,
    };
  }
}

export const vdpaDevicesServe: Rule = function* (lab, at) {
  const owners = new Map<string, string>();
  for (const use of vdpaUses(lab)) {
    const chardev = isChardev(use.function);
    if (!chardev) yield* vdpaProblem(use, lab, at);
    const key = `${chardev ? '' : (lab.machines[use.machine]?.on ?? '')} ${use.function}`;
    const owner = owners.get(key);
    if (owner !== undefined) {
      yield {
        code: 'LAB-RULE-VDPA',
        message: `${use.function} is the backend of ${owner} already`,
        hint: 'a vDPA device serves one function: give each its own, each VF in a list `vfs: [{ backend: ... }]`',
        location: at.locate(use.path),
      };
    }
    owners.set(key, use.path.slice(1, -2).join('.'));
  }
};

function isTap(backend: BackendFile): boolean {
  return networkOf(backend) !== undefined;
}

export const nestedMachinesUseVdpa: Rule = function* (lab, at) {
  for (const { backend, path, machine } of eachBackend(lab)) {
    const outer = lab.machines[machine]?.on;
    if (outer === undefined || !isTap(backend)) continue;
    yield {
      code: 'LAB-RULE-NESTING',
      message: `machine ${machine} runs inside ${outer}, and the networks are outside of it`,
      hint: `let its packets leave by a function of ${outer}: { vdpa: NIC.VF }, or use the backend user`,
      location: at.locate(path),
    };
  }
};
