import { describe, expect, it } from 'vitest';
import {
  assertion,
  type CheckContext,
  type CheckTarget,
  type ScriptOutput,
} from '../../../src/checks/check.js';
import { runChecks, type CheckEnvironment } from '../../../src/checks/run-checks.js';
import type { CheckResult } from '../../../src/checks/result.js';
import { silentTask } from '../../../src/model/task.js';
import { checkTarget } from '../../../src/lab/check-target.js';
import { lab, labWithNic } from '../../support/definition.js';

const good: ScriptOutput = { assertions: [assertion(true, 'it is so')], remarks: ['a figure'], data: [] };
const nothing: ScriptOutput = { assertions: [], remarks: [], data: [] };
const bad: ScriptOutput = { ...nothing, assertions: [assertion(false, 'it is so', 'it is not')] };

/** An environment whose scripts find what `found` says; `ran` lists their paths. */
function environment(
  found: (path: string) => ScriptOutput | Promise<ScriptOutput>,
): CheckEnvironment & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    context: async (target, { signal }) => Promise.resolve({ target, signal } as CheckContext),
    runScript: async (_, step) => {
      ran.push(step.path);
      return found(step.path);
    },
  };
}

function targets(checks: string[], of = labWithNic({ vfs: 2 }, checks)): CheckTarget[] {
  return of.checks.map((request) => checkTarget(of, request));
}

async function runAll(
  all: readonly CheckTarget[],
  where: CheckEnvironment,
  signal?: AbortSignal,
): Promise<CheckResult[]> {
  return runChecks(all, where, () => undefined, silentTask(signal));
}

describe('runChecks', () => {
  it('reports what a script found', async () => {
    const [result] = await runAll(
      targets(['vf-creation']),
      environment(() => good),
    );
    expect(result).toMatchObject({
      title: 'vf-creation',
      machine: 'guest',
      nic: 'pf0',
      ok: true,
      remarks: ['a figure'],
    });
  });

  it('fails with one assertion that fails', async () => {
    const mixed = { ...good, assertions: [...good.assertions, ...bad.assertions] };
    const [result] = await runAll(
      targets(['vf-creation']),
      environment(() => mixed),
    );
    expect(result).toMatchObject({ ok: false });
  });

  it('fails when nothing was asserted at all', async () => {
    const [result] = await runAll(
      targets(['vf-creation']),
      environment(() => nothing),
    );
    expect(result).toMatchObject({ ok: false, assertions: [] });
  });

  it('names the machine and NIC when a check is there more than once', async () => {
    const two = lab({
      machines: { guest: { nics: { a: { backend: 'user', vfs: 1 }, b: { backend: 'user', vfs: 1 } } } },
      checks: ['vf-creation'],
    });
    const results = await runAll(
      targets([], two),
      environment(() => good),
    );
    expect(results.map(({ title }) => title)).toEqual(['vf-creation (guest a)', 'vf-creation (guest b)']);
  });

  it('tells checks of one name apart by what was chosen', async () => {
    const three = lab({
      networks: { lan: {} },
      peers: { server: { network: 'lan' } },
      machines: { guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } } },
      checks: [{ 'cni-attach': { plugin: 'sriov-virtio' } }, { 'cni-attach': { count: 3 } }, 'traffic'],
    });
    const results = await runAll(
      targets([], three),
      environment(() => good),
    );
    expect(results.map(({ title }) => title)).toEqual([
      'cni-attach (sriov-virtio)',
      'cni-attach (host-device)',
      'traffic',
    ]);
  });

  it('calls onResult after each check, in order', async () => {
    const two = lab({
      machines: { guest: { nics: { a: { backend: 'user', vfs: 1 }, b: { backend: 'user', vfs: 1 } } } },
      checks: ['vf-creation'],
    });
    const order: string[] = [];
    await runChecks(
      targets([], two),
      environment((path) => {
        order.push(path);
        return good;
      }),
      ({ nic }) => order.push(nic),
      silentTask(),
    );
    expect(order).toEqual([expect.stringContaining('guest-a'), 'a', expect.stringContaining('guest-b'), 'b']);
  });

  it('throws the reason when aborted, and runs no script after that', async () => {
    const controller = new AbortController();
    const where = environment(() => {
      controller.abort(new Error('stopped'));
      return good;
    });
    const two = lab({
      machines: { guest: { nics: { a: { backend: 'user', vfs: 1 }, b: { backend: 'user', vfs: 1 } } } },
      checks: ['vf-creation'],
    });
    await expect(runAll(targets([], two), where, controller.signal)).rejects.toThrow('stopped');
    expect(where.ran).toHaveLength(1);
  });
});
