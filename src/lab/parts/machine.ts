import { acceleratorsOf, bootLimitMs } from '../limits.js';
import { machinesInside, type Machine } from '../../model/lab.js';
import { setRebootAction } from '../../qemu/reboot-in-place.js';
import type { Acceleration } from '../../toolchain/types.js';
import {
  CONTROL_PLANE_SCRIPT,
  digestOf,
  folderOf,
  FUNCTIONS_SCRIPT,
  machineArguments,
  NETWORK_SCRIPT,
  nodeScript,
} from '../artefacts.js';
import { imagesOf, type PreparedLab } from '../prepare.js';
import { rebootActionOf } from '../reboot-machine.js';
import { keyOf, type PartKey } from '../record.js';
import { settleDevices } from '../settle-devices.js';
import { startMachine, waitForGuest, waitForQemu } from '../start-machine.js';
import { FUNCTIONS } from './functions.js';
import { INSIDE } from './inside.js';
import { NETWORK } from './network.js';
import type { Kind, Part } from './part.js';

/** The QEMU in the image `hypervisor`. */
const QEMU_INSIDE = ['qemu-system-x86_64'] as const;

export const machineKind: Kind = {
  words: {
    absent: 'it is not running',
    kept: 'it runs as defined',
    ended: 'its QEMU has ended',
    changed: 'its definition, image or QEMU has changed',
    interrupted: 'an earlier `lab up` was interrupted while it booted',
  },
  isThere: async ({ main, place }, site, signal) => {
    if (main === null || place === 'computer') return false;
    return (await site.host(place, signal)).isAlive(main);
  },
  down: async ({ name, starter, main }, site, host) => {
    for (const process of [main, starter]) if (process !== null) await host?.kill(process);
    await site.channels.forget(name);
    // A machine that ends with its namespace or its outer machine is covered by the event of that one.
    if (host !== null) site.log('machine-stopped', { machine: name });
  },
};

/** A digest of everything that a machine is started from, and of the scripts that prepare it for what runs in it or make it a node. */
function digestFor(prepared: PreparedLab, { name, on }: Machine): string {
  const { lab, artefacts, images, tools } = prepared;
  const paths = [
    `${folderOf(lab, on)}${machineArguments(name)}`,
    `${folderOf(lab, on)}${nodeScript(name)}`,
    ...[FUNCTIONS_SCRIPT, NETWORK_SCRIPT, CONTROL_PLANE_SCRIPT].map(
      (script) => `${folderOf(lab, name)}${script}`,
    ),
  ];
  const texts = artefacts.filter(({ path }) => paths.includes(path)).map(({ content }) => content);
  return digestOf(...texts, images.get(name)?.digest ?? '', tools);
}

function needsOf(prepared: PreparedLab, { on }: Machine): PartKey[] {
  if (on !== null) return [`machine ${on}`, INSIDE(on)];
  const local = prepared.artefacts.some(({ path }) => path === FUNCTIONS_SCRIPT);
  return [NETWORK, ...(local ? [FUNCTIONS] : [])];
}

export function accelerationOn(prepared: PreparedLab, on: string | null): Acceleration {
  return on === null ? prepared.acceleration : prepared.accelerationInside;
}

/** A QEMU with its guest. It is ready when the guest answers and has loaded the drivers of its devices. */
export function machinePart(prepared: PreparedLab, machine: Machine): Part {
  const { name, on, disk } = machine;
  const { accelerator } = accelerationOn(prepared, on);
  const place = on === null ? 'namespace' : { machine: on };
  const key = keyOf({ kind: 'machine', name });
  return {
    kind: 'machine',
    name,
    place,
    digest: digestFor(prepared, machine),
    needs: needsOf(prepared, machine),
    within: null,
    title: `Boot ${name}${on === null ? '' : ` in ${on}`} (${accelerator.toUpperCase()})`,
    up: async (site, task) => {
      const { toolchain, images, lab } = prepared;
      const image = images.get(name);
      if (image === undefined) throw new Error(`machine ${name} has no image`);
      const qemu = on === null ? toolchain.qemu.command : QEMU_INSIDE;
      const booting = await startMachine(machine, {
        lab,
        folder: site.folder,
        host: await site.host(place, task.signal),
        image: on === null ? image : null,
        inside: imagesOf(machinesInside(lab, name), images),
        qemu,
        bin: toolchain.bin,
        accelerator,
        note: (processes) => {
          site.update(key, processes);
        },
      });
      site.log('machine-started', { machine: name, on, image: image.digest, qemu });
      return async () => {
        const started = Date.now();
        const limitMs = prepared.bootLimitMs ?? bootLimitMs(machine, acceleratorsOf(prepared));
        site.update(key, { main: await waitForQemu(booting, site.folder, limitMs, task.signal) });
        const connect = site.channels.to(name, 'agent');
        const agent = await waitForGuest(booting, site.folder, connect, limitMs, task.signal);
        site.log('machine-answers', { machine: name, ms: Date.now() - started });
        try {
          if (disk) await settleDevices(agent, task.signal);
          if (rebootActionOf(machine) === 'reset')
            await setRebootAction(await site.channels.qmp(name, task.signal), 'reset');
        } finally {
          agent.close();
        }
        site.log('machine-ready', { machine: name, ms: Date.now() - started });
        booting.process.detach();
      };
    },
  };
}
