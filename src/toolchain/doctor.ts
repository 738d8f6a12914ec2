import { toLabError } from '../errors/format.js';
import type { Task } from '../model/task.js';
import { tun, vhostNet, probeDevice } from './probes/devices.js';
import { probeCacheSpace, probeStateSpace } from './probes/disk-space.js';
import { IMAGE_PROGRAMS, probeImagePrograms } from './probes/image-programs.js';
import { probeKernel } from './probes/kernel.js';
import { KVM, probeKvm } from './probes/kvm.js';
import { LIBGUESTFS, probeLibguestfs } from './probes/libguestfs.js';
import { probeMemlock } from './probes/memlock.js';
import { probeNode } from './probes/node.js';
import type { Probe } from './probes/probe.js';
import { probeKeyring, probeMmdebstrap } from './probes/provisioning.js';
import { probeQemu } from './probes/qemu.js';
import { probeUserNamespaces } from './probes/user-namespaces.js';
import { probeUtilLinux } from './probes/util-linux.js';
import { findToolchain } from './resolve.js';
import type { Toolchain, ToolchainOptions } from './types.js';

export { KVM } from './probes/kvm.js';
export type { Probe } from './probes/probe.js';

/** A probe with the name and the weight that it has even if it fails to give an answer. */
export interface Question {
  readonly name: string;
  readonly required: boolean;
  readonly ask: () => Probe | Promise<Probe>;
}

/** Whether what builds images of a kind is needed: by this lab, by some labs, or not at all. */
export type Use = 'required' | 'useful' | 'unused';

/** What only some labs need or can use. */
export interface Needs {
  /** Functions on networks of the lab: tun, and vhost-net to move their packets. */
  readonly taps: boolean;
  /** vDPA devices of this computer pin their guests' memory. */
  readonly lockedMemory: boolean;
  /** Images of Debian are built here: their packages are fetched even if the toolchain is there. */
  readonly debianImages: Use;
  /** Images of other distributions are built here. */
  readonly libguestfs: Use;
  /** What only this lab needs. */
  readonly own: (toolchain: Toolchain | undefined) => readonly Question[];
}

/** What any lab might. */
const anyLab: Needs = {
  taps: true,
  lockedMemory: true,
  debianImages: 'useful',
  libguestfs: 'useful',
  own: () => [],
};

/**
 * Looks at everything that labs need or can use on this computer, or that one lab does, for the toolchain that these options would give.
 * Fetches nothing; starts a guest to ask about KVM. No probe takes longer than 20 s; all together take a few. Throws only the signal's
 * reason: what goes wrong in a probe is its verdict.
 */
export async function examine(
  options: ToolchainOptions,
  task: Task,
  needs: Needs = anyLab,
): Promise<Probe[]> {
  const toolchain = await toolchainIfAny(options, task);
  const probes: Probe[] = [];
  // One after the other, so that no probe is slowed down by another up to its time limit.
  for (const question of questionsFor(needs, options, toolchain, task))
    probes.push(await answer(question, task));
  return probes;
}

function asked(use: Use, name: string, probe: (required: boolean) => Probe | Promise<Probe>): Question[] {
  if (use === 'unused') return [];
  const required = use === 'required';
  return [{ name, required, ask: () => probe(required) }];
}

function questionsFor(
  needs: Needs,
  options: ToolchainOptions,
  toolchain: Toolchain | undefined,
  task: Task,
): Question[] {
  const { environment } = options;
  const required = needs.debianImages === 'required' || toolchain === undefined;
  const taps: Question[] = [
    { name: tun.name, required: tun.required, ask: () => probeDevice(tun) },
    { name: vhostNet.name, required: vhostNet.required, ask: () => probeDevice(vhostNet) },
  ];
  const lockedMemory: Question = { name: 'locked memory', required: false, ask: () => probeMemlock() };
  const forImages = [
    ...asked(needs.debianImages, IMAGE_PROGRAMS, (isRequired) => probeImagePrograms(isRequired)),
    ...asked(needs.libguestfs, LIBGUESTFS, async (isRequired) => probeLibguestfs('/boot', isRequired, task)),
  ];
  return [
    { name: 'Node.js', required: true, ask: () => probeNode() },
    { name: 'util-linux', required: true, ask: probeUtilLinux },
    { name: 'QEMU with composable SR-IOV', required: true, ask: async () => probeQemu(options, task) },
    { name: 'guest kernel', required: true, ask: () => probeKernel(options, toolchain) },
    { name: KVM, required: false, ask: async () => probeKvm(toolchain, task) },
    { name: 'user namespaces', required: true, ask: async () => probeUserNamespaces(task) },
    ...(needs.taps ? taps : []),
    ...(needs.lockedMemory ? [lockedMemory] : []),
    { name: 'mmdebstrap', required, ask: () => probeMmdebstrap(required) },
    { name: 'Debian keyring', required, ask: () => probeKeyring(environment.debianKeyring, required) },
    ...forImages,
    { name: 'disk space, cache', required: true, ask: () => probeCacheSpace(toolchain, environment) },
    { name: 'disk space, state', required: true, ask: () => probeStateSpace(environment) },
    ...needs.own(toolchain),
  ];
}

/** Whether something that every lab needs is missing. */
export function lacksSomethingRequired(probes: readonly Probe[]): boolean {
  return probes.some(({ verdict, required }) => required && verdict === 'missing');
}

async function answer(question: Question, task: Task): Promise<Probe> {
  const { name, required, ask } = question;
  try {
    return await ask();
  } catch (thrown) {
    task.signal.throwIfAborted();
    const { message, hint } = toLabError(thrown).problems[0];
    return { name, verdict: 'missing', required, found: message, remedy: hint };
  }
}

/** A given QEMU or kernel that is wrong is told by its own probe. */
async function toolchainIfAny(options: ToolchainOptions, task: Task): Promise<Toolchain | undefined> {
  try {
    return await findToolchain(options, task);
  } catch {
    task.signal.throwIfAborted();
    return undefined;
  }
}
