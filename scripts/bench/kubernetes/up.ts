import { readFileSync } from 'node:fs';
import { median } from 'simple-statistics';
import { readEnvironment } from '../../../src/cli/environment.js';
import { findRecord } from '../../../src/lab/find-record.js';
import { LabFolder } from '../../../src/lab/record.js';
import { lab, runProgram } from '../run.js';
import { head, ratio, row, s } from '../table.js';

export const LAB = 'k8s';

/** The same machine without a cluster: the same image, memory and devices. */
export const ALONE = ['--set', 'kubernetes=null', '--set', 'checks=[]'];

/** A line of a lab's event log. */
interface Event {
  readonly at: string;
  readonly event: string;
  readonly service?: string;
}

/** What a lab has when something is done. In the order in which they are done if the node is emulated. */
const STEPS: readonly (readonly [string, (event: Event) => boolean])[] = [
  ['namespaces', ({ event }) => event === 'namespace'],
  ['certificates', ({ event }) => event === 'credentials'],
  ['etcd', ({ service }) => service === 'etcd'],
  ['API server', ({ service }) => service === 'kube-apiserver'],
  ['controllers', ({ service }) => service === 'kube-controller-manager'],
  ['scheduler', ({ service }) => service === 'kube-scheduler'],
  ['the guest answers', ({ event }) => event === 'machine-answers'],
  ['its devices have their drivers', ({ event }) => event === 'machine-ready'],
  ['the script of the node has run', ({ event }) => event === 'node-started'],
  ['the node is Ready, and offers its VFs', ({ event }) => event === 'node-ready'],
];

/** How long a `lab up` took, in s. */
export interface TimedUp {
  readonly seconds: number;
  /** From the start of the command until each step was done; without those that it did not have. */
  readonly doneAfter: ReadonlyMap<string, number>;
}

function eventsSince(started: number, env: Readonly<Record<string, string>>): Event[] {
  const { state } = readEnvironment(env);
  const record = findRecord(state, LAB);
  if (record === undefined) throw new Error(`lab ${LAB} is not up`);
  return readFileSync(new LabFolder(state, record.id).events, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
    .filter(({ at }) => Date.parse(at) >= started);
}

/** Brings the lab up under TCG, with these flags. */
export async function timedUp(
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TimedUp> {
  const started = Date.now();
  await runProgram([...lab, 'up', LAB, '--accel', 'tcg', ...flags], { env });
  const seconds = (Date.now() - started) / 1000;
  const events = eventsSince(started, env);
  const doneAfter = STEPS.flatMap(([title, isIt]) => {
    const found = events.find(isIt);
    return found === undefined ? [] : [[title, (Date.parse(found.at) - started) / 1000] as const];
  });
  return { seconds, doneAfter: new Map(doneAfter) };
}

/** `lab up` of the cluster and of its machine alone, in turns. */
export class UpTable {
  readonly #cluster: TimedUp[] = [];
  readonly #alone: TimedUp[] = [];

  add(cluster: TimedUp, alone: TimedUp): void {
    this.#cluster.push(cluster);
    this.#alone.push(alone);
  }

  print(): void {
    head(
      `lab up ${LAB}, all cached (TCG)`,
      'done after',
      'with the cluster',
      'the same machine alone',
      'ratio',
    );
    for (const [title] of STEPS) {
      const at = ({ doneAfter }: TimedUp): number | undefined => doneAfter.get(title);
      this.#row(title, at);
    }
    this.#row('the command', ({ seconds }) => seconds);
  }

  #row(title: string, of: (up: TimedUp) => number | undefined): void {
    const [cluster, alone] = [this.#cluster, this.#alone].map((ups) => {
      const known = ups.flatMap((up) => of(up) ?? []);
      return known.length === 0 ? undefined : median(known);
    });
    if (cluster === undefined) throw new Error(`no \`lab up ${LAB}\` has logged: ${title}`);
    row(title, s(cluster), ...(alone === undefined ? ['', ''] : [s(alone), ratio(cluster, alone)]));
  }
}
