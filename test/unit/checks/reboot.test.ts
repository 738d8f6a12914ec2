import { describe, expect, it } from 'vitest';
import type { CheckContext, ScriptOutput } from '../../../src/checks/check.js';
import { assertion } from '../../../src/checks/check.js';
import { lab, labWithNic } from '../../support/definition.js';
import { failedIn, fine, runIn, saying } from './fake-world.js';

const of = labWithNic({ vfs: 2 }, ['reboot']);

/** A guest that says the ids of its boots; `says` replaces what a script says. */
function world(boots: readonly [string, string], says: Partial<Record<string, ScriptOutput>> = {}) {
  const done: string[] = [];
  const reboot = async (): Promise<void> => Promise.resolve(void done.push('reboot'));
  return {
    done,
    context: { reboot } as unknown as CheckContext,
    script: (path: string) => {
      const name = path.replace(/.*reboot-(.*)\.sh/, '$1');
      done.push(name);
      return says[name] ?? saying(boots[name === 'before' ? 0 : 1]);
    },
  };
}

const broken: ScriptOutput = { ...fine, assertions: [assertion(false, 'no VF exists')], data: ['two'] };

describe('reboot', () => {
  it('passes when the guest has booted anew, and each script has nothing to complain about', async () => {
    const good = world(['one', 'two']);
    const results = await runIn(of, good);
    expect(failedIn(results)).toEqual([]);
    expect(good.done).toEqual(['before', 'reboot', 'after']);
    expect(results[0]?.assertions.at(-1)?.title).toBe('after the reboot: it is so');
  });

  it('fails when VFs are there after the reboot', async () => {
    expect(failedIn(await runIn(of, world(['one', 'two'], { after: broken })))).toEqual([
      'after the reboot: no VF exists',
    ]);
  });

  it('fails when the guest is still the one that it was', async () => {
    expect(failedIn(await runIn(of, world(['one', 'one'])))).toEqual(['the guest’s kernel is another boot']);
  });

  it('does not reboot a guest without VFs: nothing would show', async () => {
    const without = world(['one', 'two'], { before: broken });
    expect(failedIn(await runIn(of, without))).toEqual(['no VF exists']);
    expect(without.done).toEqual(['before']);
  });

  it('fails when the machine does not come back, and says why', async () => {
    const { script } = world(['one', 'two']);
    const reboot = async (): Promise<void> =>
      Promise.reject(new Error('gone', { cause: new Error('panic') }));
    const results = await runIn(of, { script, context: { reboot } });
    expect(failedIn(results)).toEqual(['guest reboots']);
    expect(results[0]?.assertions.at(-1)?.diagnostics).toEqual(['gone', 'panic']);
  });

  it('does not end machines inside the one that it looks at', async () => {
    const nested = lab({
      networks: { lan: {} },
      machines: { server: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } }, guest: { on: 'server' } },
      checks: ['reboot'],
    });
    const around = world(['one', 'two']);
    expect(failedIn(await runIn(nested, around))).toEqual([
      'nothing runs inside server, which would end with its boot',
    ]);
    expect(around.done).toEqual([]);
  });
});
