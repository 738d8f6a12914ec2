import { StateError } from '../../errors/families.js';
import { findHolding } from '../../hosts/find-entrants.js';
import {
  createNamespace,
  destroyNamespace,
  isHolderAlive,
  type NamespaceHolder,
} from '../../hosts/namespace.js';
import { wordsFor, type PartKey } from '../record.js';
import type { Kind, Part } from './part.js';

const NAME = 'lab';
export const NAMESPACE: PartKey = `namespace ${NAME}`;

export const namespaceKind: Kind = {
  words: {
    absent: 'the lab is not up',
    kept: 'it is as defined',
    ended: 'the process that held it has ended',
    changed: 'the networks of the definition have changed',
    interrupted: 'an earlier `lab up` was interrupted',
  },
  isThere: async (_, { record: { holder } }) => Promise.resolve(holder !== null && isHolderAlive(holder)),
  down: async (_, site) => {
    const { holder, id } = site.record;
    if (holder !== null) await endNamespace(holder, wordsFor(id));
  },
};

/** Ends the namespaces of a lab. Throws StateError if their holder does not end. */
export async function endNamespace(holder: NamespaceHolder, lab: string): Promise<void> {
  if (await destroyNamespace(holder)) return;
  const holding = findHolding();
  const remedy =
    holding.length === 0
      ? `see what it waits for in /proc/${holder.init.pid}/stack`
      : `end or continue what traces or has started the lab’s programs: process ${holding.join(', ')}`;
  throw new StateError({
    code: 'LAB-DOWN-STUCK',
    message: `process ${holder.init.pid}, which holds lab ${lab}, does not end`,
    hint: `${remedy}; then run \`lab down ${lab}\` again`,
  });
}

/** The lab's user, network, mount and PID namespaces, held by one process. Everything that runs in the lab ends with it. */
export function namespacePart(): Part {
  return {
    kind: 'namespace',
    name: NAME,
    place: 'namespace',
    digest: '',
    needs: [],
    within: null,
    title: 'Create the lab’s namespaces',
    up: async (site) =>
      Promise.resolve(async () => {
        const holder = await createNamespace(site.folder.run, site.folder.log('namespace'), (held) => {
          site.save({ holder: held });
        });
        site.log('namespace', { pid: holder.init.pid });
      }),
  };
}
