import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../../errors/families.js';
import type { GuestHost } from '../../hosts/guest-host.js';
import type { Host } from '../../hosts/host.js';
import { findByName, type Lab } from '../../model/lab.js';
import type { Kubernetes, KubernetesNode } from '../../model/kubernetes.js';
import { waitFor } from '../../process/wait-for.js';
import { nodeServices } from '../../render/node-view.js';
import { DEVICE_CLASSES, digestOf, folderOf, nodeScript } from '../artefacts.js';
import { API_SERVER } from '../cluster/control-plane.js';
import { lastHeartbeat, nodeReadiness, questionsAbout, type NotReady } from '../cluster/node-state.js';
import { ADMIN_KUBECTL, KUBECTL_CACHE } from '../cluster/paths.js';
import { acceleratorsOf, limitMsAt } from '../limits.js';
import type { PreparedCluster, PreparedLab } from '../prepare.js';
import { logsCommand } from '../record.js';
import { runPreparation } from '../run-preparation.js';
import type { Site } from '../site.js';
import type { Kind, Part } from './part.js';

const POLL_MS = 500;
const SCRIPT_LIMIT_MS = 60_000;
const READY_LIMIT_MS = 120_000;
const LOG_LINES = 8;
const SCRIPT = '/etc/sriov-lab/node.sh';
const SECRETS = '/etc/kubernetes';

export const nodeKind: Kind = {
  words: {
    absent: 'the machine is not a node of the cluster yet',
    kept: 'it is Ready',
    ended: 'it is not Ready',
    changed: 'its part of the cluster has changed',
    interrupted: 'an earlier `lab up` was interrupted while it joined the cluster',
  },
  isThere: async ({ name }, site, signal) => {
    const { lab } = site.record;
    const node = lab.kubernetes?.nodes.find(({ machine }) => machine === name);
    if (node === undefined || lab.kubernetes === null) return false;
    const host = await site.host({ peer: lab.kubernetes.controlPlane.clients }, signal);
    // Not whether its VFs can be allocated: that is for the check to tell, which a repair would keep from looking.
    const alone = { ...lab.kubernetes, vfs: 'none' } as const;
    return judge(lab, alone, node, await askAbout(alone, node, host, signal)) === undefined;
  },
  // Its containers and their networks end with the machine.
  down: async () => Promise.resolve(),
};

/** The API server's answers about a node, or its refusal. */
async function askAbout(
  { vfs }: Kubernetes,
  node: KubernetesNode,
  host: Host,
  signal: AbortSignal | undefined,
): Promise<string[] | NotReady> {
  const answers: string[] = [];
  for (const path of questionsAbout(node, vfs)) {
    const { exitCode, stdout, stderr } = await host.run([...ADMIN_KUBECTL, 'get', '--raw', path], { signal });
    if (exitCode !== 0) return `is unknown to the API server: ${stderr.trim()}`;
    answers.push(stdout);
  }
  return answers;
}

/** Why a node cannot be used, according to the API server's answers; undefined if it can. */
function judge(
  lab: Lab,
  { vfs }: Kubernetes,
  node: KubernetesNode,
  answers: string[] | NotReady,
): NotReady | undefined {
  if (typeof answers === 'string') return answers;
  const { nics } = findByName(lab.machines, node.machine);
  return nodeReadiness(node, vfs, answers, (nic) => findByName(nics, nic).vfs.length);
}

/** Puts the script and the credentials into the guest. */
async function putFiles(
  guest: GuestHost,
  site: Site,
  { lab }: PreparedLab,
  kubernetes: Kubernetes,
  node: KubernetesNode,
): Promise<void> {
  const { run } = site.folder;
  const { writeNodeCredentials } = await import('../cluster/credentials.js');
  const files = writeNodeCredentials(run, lab.name, kubernetes, node);
  await guest.run(['mkdir', '-p', '-m', '0700', SECRETS, '/etc/sriov-lab']);
  const { on } = findByName(lab.machines, node.machine);
  await guest.putFile(SCRIPT, readFileSync(join(run, folderOf(lab, on), nodeScript(node.machine))));
  for (const [name, content] of files) await guest.putFile(`${SECRETS}/${name}`, content);
}

/** A machine as a node of the lab's cluster. It is ready when the node is Ready and offers all of its VFs to pods. */
export function nodePart(
  prepared: PreparedLab,
  { kubernetes, programs }: PreparedCluster,
  node: KubernetesNode,
): Part {
  const { lab, artefacts } = prepared;
  const name = node.machine;
  const machine = findByName(lab.machines, name);
  const script = artefacts.find(({ path }) => path === `${folderOf(lab, machine.on)}${nodeScript(name)}`);
  const limitMs = (ms: number): number => limitMsAt(machine, ms, acceleratorsOf(prepared));
  return {
    kind: 'node',
    name,
    place: { machine: name },
    digest: digestOf(script?.content ?? '', programs.digest),
    needs: [`machine ${name}`, API_SERVER],
    within: null,
    title: `Make ${name} a node of the cluster`,
    up: async (site, { signal }) =>
      Promise.resolve(async () => {
        const started = Date.now();
        const host = await site.host({ peer: kubernetes.controlPlane.clients }, signal);
        const guest = await site.guest(name, signal);
        await putFiles(guest, site, prepared, kubernetes, node);
        await addDeviceClasses(host, kubernetes, signal);
        const before = await askAbout(kubernetes, node, host, signal);
        const log = site.folder.log(`${name}.node`);
        await runPreparation(guest, SCRIPT, {
          id: site.folder.id,
          log,
          limitMs: limitMs(SCRIPT_LIMIT_MS),
          signal,
        });
        site.log('node-started', { node: name, ms: Date.now() - started });
        let state: NotReady | undefined;
        const ask = async (): Promise<true | undefined> => {
          const answers = await askAbout(kubernetes, node, host, signal);
          state = isNews(answers, before) ? judge(lab, kubernetes, node, answers) : 'has not come back yet';
          return state === undefined ? true : undefined;
        };
        const late = (): Error => new Error('too late');
        const ready = { ask, everyMs: POLL_MS, limitMs: limitMs(READY_LIMIT_MS), late };
        await waitFor(ready, signal).catch(async (cause: unknown) => {
          signal.throwIfAborted();
          throw state === undefined ? cause : await notReady(site, guest, kubernetes, node, state);
        });
        site.log('node-ready', { node: name, ms: Date.now() - started });
      }),
  };
}

/** Tells the API server what pods may ask a DRA driver for. */
async function addDeviceClasses(host: Host, { vfs }: Kubernetes, signal: AbortSignal): Promise<void> {
  if (vfs !== 'dra') return;
  const argv = [
    'env',
    `KUBECACHEDIR=${KUBECTL_CACHE}`,
    ...ADMIN_KUBECTL,
    'apply',
    '-f',
    DEVICE_CLASSES,
  ] as const;
  const { exitCode, stderr } = await host.run(argv, { signal });
  if (exitCode === 0) return;
  throw new MachineError(
    {
      code: 'LAB-CLUSTER-OBJECTS',
      message: `the API server does not accept the lab's device classes (${DEVICE_CLASSES})`,
      hint: 'DRA needs Kubernetes 1.34 or newer, and an API server that serves resource.k8s.io/v1',
    },
    { cause: new Error(stderr.trim()) },
  );
}

/** Whether the node has told its state since: what an earlier kubelet told stays at the API server. */
function isNews(answers: string[] | NotReady, before: string[] | NotReady): boolean {
  if (typeof answers === 'string' || typeof before === 'string') return true;
  return lastHeartbeat(answers[0] ?? '{}') !== lastHeartbeat(before[0] ?? '{}');
}

/** Keeps the output of the node's services, and quotes the last lines of it. */
async function notReady(
  { folder }: Site,
  guest: GuestHost,
  kubernetes: Kubernetes,
  node: KubernetesNode,
  state: NotReady,
): Promise<MachineError> {
  const { machine } = node;
  const units = nodeServices(node, kubernetes).flatMap((unit) => ['--unit', unit]);
  const journal = await guest
    .run(['journalctl', '--no-pager', '--output=short', '--boot', ...units])
    .catch((error: unknown) => ({ stdout: String(error) }));
  const log = folder.log(`${machine}.kubelet`);
  writeFileSync(log, journal.stdout);
  const lines = journal.stdout.trim().split('\n').slice(-LOG_LINES).join('\n');
  return new MachineError(
    {
      code: 'LAB-NODE-NOT-READY',
      message: `node ${machine} ${state}`,
      location: { file: log },
      hint: `see the output of its services: ${logsCommand(folder.id, `${machine}.kubelet`)}`,
    },
    lines === '' ? {} : { cause: new Error(lines) },
  );
}
