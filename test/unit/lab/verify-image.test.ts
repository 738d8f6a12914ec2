import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/checks/result.js';
import { catalogued } from '../../../src/images/catalog.js';
import { findComponent } from '../../../src/images/components/catalog.js';
import type { NamedImage } from '../../../src/lab/find-image.js';
import type { RunningLab } from '../../../src/lab/running-lab.js';
import { ask, askAll, labOf, questionsOf } from '../../../src/lab/verify-image.js';
import type { Image } from '../../../src/model/lab.js';
import { silentProgress } from '../../../src/model/progress.js';
import { silentTask, taskWith } from '../../../src/model/task.js';
import type { GuestExecResult } from '../../../src/qemu/guest-agent.js';
import { labWithNic } from '../../support/definition.js';
import { record } from '../../support/record.js';

const limits = { limitMs: 1000, signal: new AbortController().signal };
const question = { name: 'ssh', script: 'ssh -V' };

/** An agent that answers so, and what it was asked. */
function agentSaying(answer: Partial<GuestExecResult>) {
  const asked: unknown[] = [];
  const run = async (...given: unknown[]): Promise<GuestExecResult> => {
    asked.push(given);
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answer });
  };
  return { asked, run };
}

function imageOf(image: Partial<Image>): NamedImage {
  const own: Image = { name: 'own', base: 'debian-13', source: null, layers: [], ...image };
  return { name: 'own', image: own, kernelFlavour: 'cloud' };
}

const layers: Image['layers'] = [
  [
    { component: 'guest-agent', version: null },
    { component: 'ssh', version: null },
  ],
  [{ component: 'cni-plugins', version: '1.2.3' }],
];

describe('a component of an image', () => {
  it('answers when its script ends with 0, and its last line is the version', async () => {
    const agent = agentSaying({ stdout: 'fine\nwell\nOpenSSH 10\n' });
    expect(await ask(agent, question, limits)).toEqual({
      ok: true,
      title: 'ssh works',
      diagnostics: [],
      version: 'OpenSSH 10',
    });
    // The first command that fails ends the script.
    expect(agent.asked).toEqual([[['/bin/sh', '-ec', 'ssh -V'], { timeoutMs: 1000, signal: limits.signal }]]);
  });

  it('does not when its script fails, and what it said is shown', async () => {
    const agent = agentSaying({ exitCode: 1, stdout: 'hm\n', stderr: 'refused\n' });
    expect(await ask(agent, question, limits)).toMatchObject({
      ok: false,
      diagnostics: ['hm', '', 'refused'],
    });
  });

  it('does not either when that does not end in time, and has no version', async () => {
    const agent = { run: async () => Promise.reject(new Error('did not end in time')) };
    expect(await ask(agent, question, limits)).toEqual({
      ok: false,
      title: 'ssh works',
      diagnostics: ['Error: did not end in time'],
      version: '',
    });
  });

  it('is not judged when the user interrupts its test', async () => {
    const controller = new AbortController();
    const run = async (): Promise<GuestExecResult> => {
      controller.abort(new Error('interrupted'));
      return Promise.reject(new Error('it was ended'));
    };
    await expect(ask({ run }, question, { limitMs: 1000, signal: controller.signal })).rejects.toThrow(
      'interrupted',
    );
  });
});

describe('the test of an image', () => {
  it('asks each of its components, in the order in which they were added', () => {
    expect(questionsOf(imageOf({ layers }))).toEqual(
      ['guest-agent', 'ssh', 'cni-plugins'].map((name) => ({ name, script: findComponent(name).verify })),
    );
  });

  it('asks an image without components for the tools of the checks, under the name of that image', () => {
    const questions = questionsOf({ name: 'micro', image: 'micro', kernelFlavour: 'cloud' });
    expect(questions.map(({ name }) => name)).toEqual(['micro']);
    for (const tool of ['ip', 'ping', 'netperf', 'iperf3']) expect(questions[0]?.script).toContain(tool);
  });

  it('gives one result for each component as it goes, with the version as a remark', async () => {
    const steps: string[] = [];
    const step = (title: string) => {
      steps.push(title);
      return silentProgress.step(title);
    };
    const { signal } = new AbortController();
    const asked: unknown[] = [];
    const answers = ['agent 11\n', ''];
    const guest = async (machine: string, given: unknown) => {
      asked.push(machine, given === signal);
      return Promise.resolve({
        agent: {
          run: async (argv: readonly string[], options: { timeoutMs: number }) => {
            asked.push(options.timeoutMs);
            const stdout = answers.shift();
            return Promise.resolve({ exitCode: stdout === '' ? 1 : 0, stdout, stderr: '' });
          },
        },
      });
    };
    const running = { record: record(labWithNic()), guest } as unknown as RunningLab;
    const told: CheckResult[] = [];
    const options = { onResult: (result: CheckResult) => told.push(result) };
    const image = imageOf({ layers: layers.slice(0, 1) });
    const results = await askAll(running, image, options, taskWith({ ...silentProgress, step }, signal));
    expect(results).toEqual(told);
    expect(results.map(({ durationMs, ...rest }) => ({ ...rest, isBrief: durationMs < 10_000 }))).toEqual([
      {
        title: 'guest-agent',
        check: 'guest-agent',
        machine: 'guest',
        nic: '',
        ok: true,
        assertions: [{ ok: true, title: 'guest-agent works', diagnostics: [] }],
        remarks: ['agent 11'],
        isBrief: true,
      },
      {
        title: 'ssh',
        check: 'ssh',
        machine: 'guest',
        nic: '',
        ok: false,
        assertions: [{ ok: false, title: 'ssh works', diagnostics: [''] }],
        remarks: [],
        isBrief: true,
      },
    ]);
    expect(steps).toEqual(['Test guest-agent', 'Test ssh']);
    // A minute, and five under emulation.
    expect(asked).toEqual(['guest', true, 300_000, 300_000]);
  });

  it('ends with the user’s interruption', async () => {
    const controller = new AbortController();
    controller.abort(new Error('interrupted'));
    const agent = { run: async () => Promise.reject(new Error('it was ended')) };
    const running = {
      record: record(labWithNic()),
      guest: async () => Promise.resolve({ agent }),
    } as unknown as RunningLab;
    const told: CheckResult[] = [];
    const options = { onResult: (result: CheckResult) => told.push(result) };
    await expect(
      askAll(running, imageOf({ layers }), options, silentTask(controller.signal)),
    ).rejects.toThrow('interrupted');
    expect(told).toEqual([]);
  });
});

describe('the lab in which an image is tested', () => {
  const cache = '/cache';

  it('is a machine with the image that comes with lab, at a place of the cache', () => {
    const image = catalogued('debian-13');
    if (image === undefined) throw new Error('there is none');
    const { lab, file, text, settings } = labOf({ name: 'debian-13', image, kernelFlavour: 'cloud' }, cache);
    expect(file).toMatch(/^\/cache\/.*verify\/verify-debian-13\.yaml$/);
    expect(lab.machines).toMatchObject([{ name: 'guest', image: 'debian-13', memoryMiB: 1024 }]);
    expect(lab.images).toEqual([image]);
    expect([text, settings]).toEqual(['', []]);
  });

  it('needs no definition of an image that is not made of layers', () => {
    const { lab } = labOf({ name: 'micro', image: 'micro', kernelFlavour: 'cloud' }, cache);
    expect(lab.machines).toMatchObject([{ name: 'guest', image: 'micro' }]);
    expect(lab.images).toEqual([]);
  });

  const own = (image: Partial<Image>) => {
    const { lab, file } = labOf(imageOf(image), cache);
    return { images: lab.images, file };
  };

  it('brings the recipe of an image of a user’s lab, with the versions that it asks for', () => {
    const { images, file } = own({ layers });
    expect(images).toMatchObject([{ name: 'own', base: 'debian-13', source: null }]);
    expect(images[0]?.layers.flat()).toEqual(layers.flat());
    expect(file).toMatch(/verify\/verify-own\.yaml$/);
  });

  it('finds a disk of the user’s own where that is, and a disk of the web where that was', () => {
    const file = { kind: 'file', path: '/home/user/disks/mine.qcow2' } as const;
    expect(own({ source: file, layers })).toMatchObject({
      images: [{ source: file }],
      file: '/home/user/disks/verify-own.yaml',
    });
    const download = {
      kind: 'download',
      url: 'https://example.org/disk.qcow2',
      sha256: 'a'.repeat(64),
    } as const;
    const { images, file: place } = own({ source: download, layers });
    expect(images).toMatchObject([{ source: download }]);
    expect(place).toMatch(/verify\/verify-own\.yaml$/);
  });
});
