import { writeFileSync } from 'node:fs';
import { MachineError } from '../../errors/families.js';
import { digestOf, NETWORK_SCRIPT, type Artefact } from '../artefacts.js';
import type { PartKey } from '../record.js';
import { NAMESPACE } from './namespace.js';
import type { Kind, Part } from './part.js';

const NAME = 'networks and peers';
export const NETWORK: PartKey = `network ${NAME}`;

export const networkKind: Kind = {
  words: {
    absent: 'the namespace is new',
    kept: 'they are as defined',
    ended: 'they are gone',
    changed: 'the networks of the definition have changed',
    interrupted: 'an earlier `lab up` was interrupted while creating them',
  },
  isThere: async () => Promise.resolve(true),
  down: async () => Promise.resolve(),
};

/** Bridges, taps and peers, which network.sh creates in the lab's namespace. They end with it. */
export function networkPart(artefacts: readonly Artefact[]): Part {
  const script = artefacts.find(({ path }) => path === NETWORK_SCRIPT)?.content ?? '';
  return {
    kind: 'network',
    name: NAME,
    place: 'namespace',
    digest: digestOf(script),
    needs: [NAMESPACE],
    within: NAMESPACE,
    title: 'Create networks and peers',
    up: async (site, task) =>
      Promise.resolve(async () => {
        const host = await site.host('namespace');
        const { exitCode, stderr } = await host.run(['sh', '-e', NETWORK_SCRIPT], { signal: task.signal });
        const log = site.folder.log('network');
        writeFileSync(log, stderr);
        if (exitCode !== 0) throw notMade(log, stderr, site.record.lab.name);
        // The script reports which features of this computer's kernel it had to do without.
        for (const line of stderr.split('\n')) if (line !== '') task.warn(line);
        site.log('network');
      }),
  };
}

function notMade(log: string, stderr: string, lab: string): MachineError {
  return new MachineError(
    {
      code: 'LAB-NETWORK-SCRIPT',
      message: 'the networks of the lab could not be created',
      location: { file: log },
      hint: `run \`lab doctor\`; \`lab render ${lab} -o FOLDER\` writes the script, network.sh`,
    },
    { cause: new Error(stderr.trim()) },
  );
}
