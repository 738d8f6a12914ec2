import { describe, expect, it } from 'vitest';
import type { Qmp } from '../../../src/qemu/qmp.js';
import { labWithNic } from '../../support/definition.js';
import { failedIn, runIn, saying } from './fake-world.js';

const of = labWithNic({ vfs: 2 }, ['link-state']);
const names = ['pf0', 'vf0', 'vf1'];

/** A guest and a QEMU; `affected` says which carriers a link decides. */
function world(affected: (name: string, up: boolean) => string[], late = 0) {
  const down = new Set<string>();
  let readingsUntilSeen = 0;
  const set: [string, boolean][] = [];
  let seen = [...names];
  const execute = async (command: string, { name, up }: { name: string; up: boolean }): Promise<unknown> => {
    expect(command).toBe('set_link');
    set.push([name, up]);
    const function_ = names.find((one) => name.endsWith(one)) ?? name;
    for (const one of affected(function_, up)) {
      if (up) down.delete(one);
      else down.add(one);
    }
    readingsUntilSeen = late;
    return Promise.resolve({});
  };
  return {
    set,
    context: { qmp: { execute } as unknown as Qmp },
    script: () => {
      if (readingsUntilSeen > 0) readingsUntilSeen -= 1;
      else seen = names.filter((name) => !down.has(name));
      return saying(seen);
    },
  };
}

describe('link-state', () => {
  it('passes when each carrier follows its own link, and leaves every link up', async () => {
    const follows = world((name) => [name]);
    const results = await runIn(of, follows);
    expect(failedIn(results)).toEqual([]);
    expect(results[0]?.assertions).toHaveLength(1 + 2 * names.length);
    expect(follows.set.slice(-names.length).map(([, up]) => up)).toEqual([true, true, true]);
    expect(follows.set.filter(([, up]) => !up)).toHaveLength(names.length);
  });

  it('waits for a guest that takes its time', async () => {
    expect(
      failedIn(
        await runIn(
          of,
          world((name) => [name], 3),
        ),
      ),
    ).toEqual([]);
  });

  it('fails for each function when the carriers do not follow', async () => {
    expect(
      failedIn(
        await runIn(
          of,
          world(() => []),
        ),
      ),
    ).toEqual(names.map((name) => `${name} loses its carrier with its backend’s link, and no other does`));
  });

  it('fails when the others lose theirs too', async () => {
    expect(
      failedIn(
        await runIn(
          of,
          world(() => names),
        ),
      ),
    ).toEqual(names.map((name) => `${name} loses its carrier with its backend’s link, and no other does`));
  });

  it('fails when a carrier does not come back', async () => {
    expect(
      failedIn(
        await runIn(
          of,
          world((name, up) => (up ? [] : [name])),
        ),
      ),
    ).toContain('pf0 gets its carrier back with the link');
  });
});
