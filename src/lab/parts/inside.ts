import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, folderOf, FUNCTIONS_SCRIPT, FUNCTIONS_UNDO_SCRIPT, NETWORK_SCRIPT } from '../artefacts.js';
import { scaledLimit } from '../../toolchain/emulation.js';
import { machinesOn, type Machine } from '../../model/lab.js';
import type { PreparedLab } from '../prepare.js';
import type { PartKey } from '../record.js';
import { runPreparation } from '../run-preparation.js';
import type { Kind, Part } from './part.js';

const LIMIT_MS = 60_000;
const SCRIPTS = [FUNCTIONS_UNDO_SCRIPT, FUNCTIONS_SCRIPT, NETWORK_SCRIPT] as const;

export const INSIDE = (machine: string): PartKey => `inside ${machine}`;

export const insideKind: Kind = {
  words: {
    absent: 'the machine is not prepared for the machines inside it',
    kept: 'it is as defined',
    ended: 'it is gone',
    changed: 'the VFs, vDPA devices or networks in the machine have changed',
    interrupted: 'an earlier `lab up` was interrupted while preparing the machine',
  },
  // It is gone with the boot of the machine that it was made in.
  isThere: async ({ name, main }, { channels }, signal) =>
    main === null || (await channels.inside(name, signal)).isAlive(main),
  down: async () => Promise.resolve(),
};

/** VFs, vDPA devices and networks in a machine, for the machines inside it. They end with the machine. */
export function insideParts(prepared: PreparedLab, { name, on }: Machine): Part[] {
  const { lab, artefacts } = prepared;
  if (machinesOn(lab, name).length === 0) return [];
  const folder = folderOf(lab, name);
  const machine: PartKey = `machine ${name}`;
  const texts = artefacts.filter(({ path }) => SCRIPTS.some((script) => path === `${folder}${script}`));
  return [
    {
      kind: 'inside',
      name,
      place: { machine: name },
      digest: digestOf(...texts.map(({ content }) => content)),
      needs: [machine],
      within: machine,
      title: `Prepare ${name} for the machines inside it`,
      up: async (site, { signal }) =>
        Promise.resolve(async () => {
          const started = Date.now();
          const { accelerator } = on === null ? prepared.acceleration : prepared.accelerationInside;
          const host = await site.channels.inside(name, signal);
          site.update(INSIDE(name), { main: (await host.firstProcess()) ?? null });
          for (const script of SCRIPTS)
            await host.putFile(script, readFileSync(join(site.folder.run, folder, script)));
          for (const script of [FUNCTIONS_SCRIPT, NETWORK_SCRIPT]) {
            const log = site.folder.log(`${name}.${script.replace('.sh', '')}`);
            await runPreparation(host, script, {
              id: site.folder.id,
              log,
              limitMs: scaledLimit(LIMIT_MS, accelerator),
              signal,
            });
          }
          site.log('inside-prepared', { machine: name, ms: Date.now() - started });
        }),
    },
  ];
}
