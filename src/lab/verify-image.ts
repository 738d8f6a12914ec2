import { basename, dirname, join } from 'node:path';
import { assertion, type Assertion } from '../checks/check.js';
import type { CheckResult } from '../checks/result.js';
import { findComponent } from '../images/components/catalog.js';
import { imagesFolder } from '../images/layers/store.js';
import { withStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import type { GuestAgent } from '../qemu/guest-agent.js';
import { observeCircumstances } from './circumstances.js';
import type { NamedImage } from './find-image.js';
import { scaledLimit } from '../toolchain/emulation.js';
import { prepareLab, type PrepareOptions } from './prepare.js';
import type { ReadLab } from '../definition/read-lab.js';
import { labFromValue } from '../definition/lab-from-definition.js';
import { catalogued } from '../images/catalog.js';
import type { Image } from '../model/lab.js';
import type { RunningLab } from './running-lab.js';
import { runHead, type TestResult } from '../results/run.js';
import { withLab } from './with-lab.js';

const LIMIT_MS = 60_000;
/** Enough for a container runtime, and for a QEMU that lists its devices. */
const MEMORY = '1G';

export interface Question {
  readonly name: string;
  readonly script: string;
}

/** The test of the image `micro`, which has no components. */
const micro: Question = {
  name: 'micro',
  script: 'ip -Version\nping -c 1 127.0.0.1\nnetperf -V\niperf3 --version\n',
};

/** What an image's test asks: one question for each component. */
export function questionsOf({ image }: NamedImage): Question[] {
  if (typeof image === 'string') return [{ ...micro, name: image }];
  return image.layers.flat().map(({ component }) => ({
    name: component,
    script: findComponent(component).verify,
  }));
}

/** The definition of an image, where the path of its disk starts at that disk's folder. */
function imageFile({ base, source, layers }: Image): object {
  const disk = source?.kind === 'file' ? `./${basename(source.path)}` : base;
  return {
    base: source?.kind === 'download' ? { url: source.url, sha256: source.sha256 } : disk,
    components: layers
      .flat()
      .map(({ component, version }) => (version === null ? component : { [component]: version })),
  };
}

/** A lab with a single machine that boots the image. Its definition is not a file; the path determines the lab's id. */
export function labOf({ name, image }: NamedImage, cache: string): ReadLab {
  const own = typeof image === 'string' || catalogued(name) === image ? undefined : image;
  const disk = own?.source?.kind === 'file' ? own.source.path : null;
  const folder = disk === null ? join(imagesFolder(cache), 'verify') : dirname(disk);
  const file = join(folder, `verify-${name}.yaml`);
  const lab = labFromValue(
    {
      ...(own === undefined ? {} : { images: { [name]: imageFile(own) } }),
      machines: { guest: { image: name, memory: MEMORY } },
    },
    file,
  );
  return { lab, file, text: '', settings: [] };
}

/** Tests one component in the guest. An error is a failed assertion; throws only the signal's reason. */
export async function ask(
  agent: Pick<GuestAgent, 'run'>,
  { name, script }: Question,
  options: { limitMs: number; signal: AbortSignal },
): Promise<Assertion & { version: string }> {
  try {
    const { exitCode, stdout, stderr } = await agent.run(['/bin/sh', '-ec', script], {
      timeoutMs: options.limitMs,
      signal: options.signal,
    });
    const version = stdout.trim().split('\n').at(-1) ?? '';
    return {
      ...assertion(exitCode === 0, `${name} works`, ...`${stdout}\n${stderr}`.trim().split('\n')),
      version,
    };
  } catch (error) {
    options.signal.throwIfAborted();
    return { ...assertion(false, `${name} works`, String(error)), version: '' };
  }
}

/** Tests each component of the image that the machine of a running lab has booted. */
export async function askAll(
  running: RunningLab,
  image: NamedImage,
  options: Pick<VerifyOptions, 'onResult'>,
  task: Task,
): Promise<CheckResult[]> {
  const { accelerator } = running.record.tools.acceleration;
  const limits = { limitMs: scaledLimit(LIMIT_MS, accelerator), signal: task.signal };
  const { agent } = await running.guest('guest', task.signal);
  const results: CheckResult[] = [];
  for (const question of questionsOf(image)) {
    const began = Date.now();
    const { version, ...answer } = await withStep(task, `Test ${question.name}`, async () =>
      ask(agent, question, limits),
    );
    const result: CheckResult = {
      title: question.name,
      check: question.name,
      machine: 'guest',
      nic: '',
      ok: answer.ok,
      assertions: [answer],
      remarks: version === '' ? [] : [version],
      durationMs: Date.now() - began,
    };
    results.push(result);
    options.onResult(result);
  }
  return results;
}

export interface VerifyOptions extends PrepareOptions {
  readonly onResult: (result: CheckResult) => void;
}

/** `lab image verify`: boots an image (building it first if necessary) and tests each of its components. Nothing stays up. */
export async function verifyImage(
  image: NamedImage,
  options: VerifyOptions,
  task: Task,
): Promise<TestResult> {
  const started = new Date();
  const observed = observeCircumstances();
  const prepared = await prepareLab(labOf(image, options.toolchain.environment.cache), options, task);
  const use = { purpose: `lab image verify ${image.name}`, keep: false };
  return withLab(prepared, use, task, async ({ running }) => {
    const checks = await askAll(running, image, options, task);
    const guest = await running.guest('guest', task.signal);
    const { stdout } = await guest.run(['uname', '-r']);
    return {
      ...runHead('test', running.record.lab.name, started),
      durationMs: Date.now() - started.getTime(),
      circumstances: observed({ ...running.record.tools, kernel: stdout.trim() }, running.record.lab),
      checks,
    };
  });
}
