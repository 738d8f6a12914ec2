import { nicModel } from '../../devices/catalog.js';
import { functionsOf, type NicFunction } from '../../model/lab.js';
import { renderTemplate } from '../../render/templates.js';
import {
  assertion,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckScript,
  type CheckTarget,
} from '../check.js';
import { namedDevice, type DeviceState } from '../vf-devices.js';
import { vfView, type VfView } from '../vf-view.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/enumeration.sh': EnumerationView;
  }
}

const SCRIPT_LIMIT_MS = 60_000;

/** BDF, driver and MAC, as the script finds them. */
function identityOf({ bdf, mac, model }: NicFunction): string {
  return [bdf, nicModel(model).pfDriver, ...(mac === null ? [] : [mac])].join(' ');
}

/** Domain, bus and device of a BDF. */
function deviceOf({ bdf }: NicFunction): string {
  return bdf.slice(0, bdf.lastIndexOf('.'));
}

interface EnumerationView extends VfView {
  readonly network: boolean;
  /** Domain, bus and device of each device. */
  readonly devices: readonly string[];
  readonly functions: readonly {
    readonly name: string;
    readonly bdf: string;
    readonly mac: string | null;
    readonly neverVfs: boolean;
    readonly identity: string;
  }[];
}

function view(target: CheckTarget): EnumerationView {
  const functions = functionsOf(target.nic);
  return {
    ...vfView(target),
    network: nicModel(target.nic.model).kind === 'network',
    devices: [...new Set(functions.map(deviceOf))],
    functions: functions.map((pciFunction) => ({
      name: pciFunction.name,
      bdf: pciFunction.bdf,
      mac: pciFunction.mac,
      neverVfs: nicModel(pciFunction.model).vfs !== 'fixed',
      identity: identityOf(pciFunction),
    })),
  };
}

function scripts(target: CheckTarget): CheckScript[] {
  const folder = scriptFolder(target);
  return [
    { path: `${folder}/enumeration.sh`, content: renderTemplate('checks/enumeration.sh', view(target)) },
    { path: `${folder}/enumeration-log.sh`, content: renderTemplate('checks/guest-log.sh', {}) },
  ];
}

/** Judges the devices of the functions, as QEMU reports them. */
export function judge(devices: readonly DeviceState[]): Assertion[] {
  const late = devices.filter(({ realized, hotplugged }) => !realized || hotplugged).map(({ id }) => id);
  return [
    assertion(
      late.length === 0,
      'QEMU created the device of each function at start',
      `not realized, or plugged later: ${late.join(', ')}`,
    ),
  ];
}

/** Conventional PCI functions, multifunction or single, all exist at boot: the counterpart of VFs. */
export const check: Check = {
  scripts,
  scriptLimitMs: () => SCRIPT_LIMIT_MS,
  async *run(world) {
    const { target, qmp } = world;
    for (const { path } of scripts(target)) yield* world.script(path);
    const ids = functionsOf(target.nic).map(({ id }) => id);
    yield* judge(await Promise.all(ids.map(async (id) => namedDevice(qmp, id))));
  },
};
