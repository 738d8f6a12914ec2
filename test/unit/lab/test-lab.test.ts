import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HostRunOptions } from '../../../src/hosts/host.js';
import { scriptFolder } from '../../../src/checks/check.js';
import { LabFolder } from '../../../src/lab/record.js';
import type { RunningLab } from '../../../src/lab/running-lab.js';
import { environmentOf, selectTargets, testLab } from '../../../src/lab/test-lab.js';
import type { Lab } from '../../../src/model/lab.js';
import { silentTask } from '../../../src/model/task.js';
import { firstTarget, lab, labWithNic } from '../../support/definition.js';
import { gone, record } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

/** A lab that is up, as far as tests look at it: what is done, and what the checks port of each of its guests says. */
function running(of: Lab, says: (machine: string, script: string) => string) {
  const done: string[] = [];
  const folder = new LabFolder(scratch(), 'example-12345678');
  const sockets = new Map<string, EventEmitter>();
  const agent = (machine: string) => ({
    putFile: async (path: string) => {
      done.push(`${machine}: put ${path}`);
      return Promise.resolve();
    },
    start: async (argv: readonly string[]) => {
      const [run = '', script = ''] = argv.slice(-4);
      done.push(`${machine}: run ${script}`);
      setImmediate(() => {
        const text = `# lab-begin-${run}\n${says(machine, script)}\n# lab-end-${run}\n`;
        sockets.get(machine)?.emit('data', Buffer.from(text));
      });
      return Promise.resolve(11);
    },
    statusOf: async () => Promise.resolve(undefined),
  });
  const fake = {
    folder,
    record: record(of),
    channels: {
      agent: async (machine: string) => {
        done.push(`agent of ${machine}`);
        return Promise.resolve(agent(machine));
      },
      qmp: async (machine: string) => {
        done.push(`QMP of ${machine}`);
        return Promise.resolve(`monitor of ${machine}`);
      },
      to: (machine: string, channel: string) => async (): Promise<Socket> => {
        done.push(`${channel} of ${machine}`);
        const socket = Object.assign(new EventEmitter(), { destroy: () => undefined });
        sockets.set(machine, socket);
        return Promise.resolve(socket as unknown as Socket);
      },
    },
    qemu: async () => Promise.resolve(gone),
    hostOf: async (machine: string) => Promise.resolve(`host of ${machine}`),
    namespace: 'outside',
    peer: (name: string) => ({
      name,
      run: async (argv: readonly string[], options: HostRunOptions) => {
        done.push(`${name}: ${argv.join(' ')}, ${options.timeoutMs ?? 0} ms`);
        return Promise.resolve({ exitCode: 0, stdout: '1..1\nok 1 - here\n', stderr: '' });
      },
    }),
  };
  return { done, folder, lab: fake as unknown as RunningLab };
}

const read = { file: '/labs/example/lab.yaml', text: 'machines: {guest: {}}', settings: [] };

describe('what checks get of a lab that is up', () => {
  const two = lab({
    machines: {
      guest: { nics: { pf0: { backend: 'user', vfs: 1 } } },
      other: {},
    },
    checks: ['vf-creation'],
  });
  const target = firstTarget(two);
  const { signal } = new AbortController();

  it('is the way to their machine, its QEMU and the places around it, with both sessions open', async () => {
    const of = running(two, () => '');
    const context = await environmentOf(of.lab).context(target, silentTask(signal));
    expect(context).toMatchObject({
      target,
      qmp: 'monitor of guest',
      qemu: gone,
      host: 'host of guest',
      outside: 'outside',
    });
    expect(context.signal).toBe(signal);
    expect(context.peer('far')).toMatchObject({ name: 'far' });
    expect(of.done).toEqual(['agent of guest', 'QMP of guest']);
  });

  it('is their scripts run: in their machine, in another one or in a peer, with time enough under emulation', async () => {
    const of = running(two, (machine) => `1..1\nok 1 - in ${machine}`);
    const environment = environmentOf(of.lab);
    mkdirSync(of.folder.run, { recursive: true });
    writeFileSync(join(of.folder.run, 'it.sh'), 'echo');
    const lines: string[] = [];
    const options = { limitMs: 1000, onLine: (line: string) => lines.push(line) };
    const places = ['machine', { machine: 'other' }, { peer: 'far' }] as const;
    const titles: string[] = [];
    for (const on of places) {
      const { assertions } = await environment.runScript(
        target,
        { on, path: 'it.sh' },
        options,
        silentTask(signal),
      );
      titles.push(...assertions.map(({ title }) => title));
    }
    expect(titles).toEqual(['in guest', 'in other', 'here']);
    expect(of.done).toEqual([
      ...['guest', 'other'].flatMap((machine) => [
        `agent of ${machine}`,
        `checks of ${machine}`,
        `${machine}: put /run/lab/it.sh`,
        `${machine}: run /run/lab/it.sh`,
      ]),
      'far: sh it.sh, 5000 ms',
    ]);
    expect(lines).toContain('ok 1 - in other');
  });
});

describe('testing a lab', () => {
  const checked = labWithNic({ vfs: 1 }, ['vf-creation', 'hotplug-free']);

  it('keeps the result, with the definition, the logs and the circumstances, and notes how it went', async () => {
    const of = running(labWithNic(), () => '');
    mkdirSync(of.folder.run, { recursive: true });
    writeFileSync(of.folder.log('guest.qemu'), 'qemu said');
    const options = { only: [], onResult: () => undefined };
    const result = await testLab(of.lab, { ...read, lab: labWithNic() }, options, silentTask());
    expect(result).toMatchObject({
      kind: 'test',
      lab: 'example',
      circumstances: { qemu: '11.0.0', kernel: '6.12.0', accelerator: 'tcg' },
      checks: [],
    });
    expect(result.durationMs).toBeLessThan(60_000);
    const kept = readFileSync(join(of.folder.folder, 'results', `${result.id}.json`), 'utf8');
    expect(JSON.parse(kept)).toMatchObject({
      ...result,
      context: {
        definition: read,
        topology: { name: 'example' },
        logs: [{ name: 'guest.qemu', text: 'qemu said' }],
      },
    });
    expect(JSON.parse(readFileSync(of.folder.events, 'utf8'))).toMatchObject({
      event: 'tested',
      ok: true,
      checks: [],
    });
  });

  it('has failed if one of the checks has, which is noted with the others', async () => {
    const twice = labWithNic({ vfs: 1 }, [
      { 'vf-creation': { cycles: 1 } },
      { 'vf-creation': { cycles: 2 } },
    ]);
    const of = running(twice, (_, script) =>
      script.includes('vf-creation-2') ? '1..1\nnot ok 1 - VFs' : '1..1\nok 1 - VFs',
    );
    for (const cycles of [1, 2]) {
      const file = join(of.folder.run, scriptFolder(firstTarget(twice)), `vf-creation-${cycles}.sh`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
    }
    const told: string[] = [];
    const options = { only: ['vf-creation'], onResult: ({ title }: { title: string }) => told.push(title) };
    const result = await testLab(of.lab, { ...read, lab: twice }, options, silentTask());
    expect(result.checks.map(({ ok }) => ok)).toEqual([true, false]);
    const [first, second] = result.checks.map(({ title, ok }) => ({ title, ok }));
    expect(told).toEqual([first?.title, second?.title]);
    expect(JSON.parse(readFileSync(of.folder.events, 'utf8'))).toMatchObject({
      ok: false,
      checks: [first, second],
    });
  });

  it('is of the checks that are asked for, and of one that there is not an error', () => {
    const names = (only: string[]): string[] =>
      selectTargets(checked, only).map(({ request }) => request.check);
    expect(names([])).toEqual(['vf-creation', 'hotplug-free']);
    expect(names(['hotplug-free'])).toEqual(['hotplug-free']);
    expect(() => names(['trafic'])).toThrow(
      expect.objectContaining({
        problems: [
          {
            code: 'LAB-CHECK-UNKNOWN',
            message: 'lab example has no check `trafic`',
            hint: 'its checks: vf-creation, hotplug-free',
          },
        ],
      }) as Error,
    );
    expect(() => selectTargets(labWithNic(), ['traffic'])).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ hint: 'add it under `checks` in the definition' }) as unknown],
      }) as Error,
    );
  });
});
