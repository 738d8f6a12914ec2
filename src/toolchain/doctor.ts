import { toLabError } from '../errors/format.js';
import type { Task } from '../model/task.js';
import { tun, vhostNet, probeDevice } from './probes/devices.js';
import { probeCacheSpace, probeStateSpace } from './probes/disk-space.js';
import { probeImagePrograms } from './probes/image-programs.js';
import { probeKernel } from './probes/kernel.js';
import { probeKvm } from './probes/kvm.js';
import { probeLibguestfs } from './probes/libguestfs.js';
import { probeMemlock } from './probes/memlock.js';
import { probeNode } from './probes/node.js';
import type { Probe } from './probes/probe.js';
import { probeKeyring, probeMmdebstrap } from './probes/provisioning.js';
import { probeQemu } from './probes/qemu.js';
import { probeUserNamespaces } from './probes/user-namespaces.js';
import { probeUtilLinux } from './probes/util-linux.js';
import { findToolchain } from './resolve.js';
import type { Toolchain, ToolchainOptions } from './types.js';

export type { Probe } from './probes/probe.js';

/** A probe with the name and the weight that it has even if it fails to give an answer. */
interface Question {
  readonly name: string;
  readonly required: boolean;
  readonly ask: () => Probe | Promise<Probe>;
}

/**
 * Looks at everything that labs need or can use on this computer, for the toolchain that these options would give. Fetches nothing;
 * starts a guest to ask about KVM. No probe takes longer than 20 s; all together take a few. Throws only the signal's reason: what goes wrong in
 * a probe is its verdict.
 */
export async function examine(options: ToolchainOptions, task: Task): Promise<Probe[]> {
  const toolchain = await toolchainIfAny(options, task);
  const { environment } = options;
  const questions: Question[] = [
    { name: 'Node.js', required: true, ask: () => probeNode() },
    { name: 'util-linux', required: true, ask: probeUtilLinux },
    { name: 'QEMU with composable SR-IOV', required: true, ask: async () => probeQemu(options, task) },
    { name: 'guest kernel', required: true, ask: () => probeKernel(options, toolchain) },
    { name: 'KVM', required: false, ask: async () => probeKvm(toolchain, task) },
    { name: 'user namespaces', required: true, ask: async () => probeUserNamespaces(task) },
    { name: tun.name, required: tun.required, ask: () => probeDevice(tun) },
    { name: vhostNet.name, required: vhostNet.required, ask: () => probeDevice(vhostNet) },
    { name: 'locked memory', required: false, ask: () => probeMemlock() },
    { name: 'mmdebstrap', required: true, ask: () => probeMmdebstrap(toolchain) },
    { name: 'Debian keyring', required: true, ask: () => probeKeyring(environment.debianKeyring, toolchain) },
    { name: 'image programs', required: false, ask: () => probeImagePrograms() },
    { name: 'libguestfs', required: false, ask: async () => probeLibguestfs('/boot', task) },
    { name: 'disk space, cache', required: true, ask: () => probeCacheSpace(toolchain, environment) },
    { name: 'disk space, state', required: true, ask: () => probeStateSpace(environment) },
  ];
  const probes: Probe[] = [];
  // One after the other, so that no probe is slowed down by another up to its time limit.
  for (const question of questions) probes.push(await answer(question, task));
  return probes;
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
