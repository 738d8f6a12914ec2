import { ToolchainError } from '../errors/families.js';
import { throwShortage } from '../errors/system-error.js';
import type { Environment } from '../model/environment.js';
import type { Task } from '../model/task.js';
import { findProgram } from '../process/find-program.js';
import { askQemuOnce } from './qemu-cache.js';
import type { QemuFeature } from './qemu-feature.js';
import type { QemuTool } from './types.js';

const program = 'qemu-system-x86_64';

const howToGetOne =
  'composable SR-IOV came with QEMU 10.1 (use 10.1.2 or later); without --qemu, lab uses one that supports it, and fetches it if necessary';

/** The developer's own QEMU. Throws ToolchainError if it is not there, does not run or lacks the feature. */
export async function givenQemu(path: string, environment: Environment, task: Task): Promise<QemuTool> {
  const found = findProgram(path);
  if (found === undefined) {
    throw new ToolchainError({
      code: 'LAB-TOOLCHAIN-QEMU-NOT-FOUND',
      message: `the given QEMU is not a program: ${path}`,
      hint: 'give the path of an executable qemu-system-x86_64, such as build/qemu-system-x86_64 in a source tree',
    });
  }
  const answer = await askGiven(found, environment, task);
  if (answer.foreign) {
    throw new ToolchainError({
      code: 'LAB-TOOLCHAIN-QEMU-ARCHITECTURE',
      message: `the given QEMU ${answer.version} (${found}) does not emulate an x86-64 PC: it has no machine q35`,
      hint: 'give a qemu-system-x86_64, such as build/qemu-system-x86_64 in a source tree',
    });
  }
  if (!answer.sriov) {
    throw new ToolchainError({
      code: 'LAB-TOOLCHAIN-QEMU-FEATURE',
      message: `the given QEMU ${answer.version} (${found}) has no composable SR-IOV devices: its virtio-net-pci has no property sriov-pf`,
      hint: howToGetOne,
    });
  }
  return { command: [found], version: answer.version, origin: 'given' };
}

async function askGiven(path: string, environment: Environment, task: Task): Promise<QemuFeature> {
  try {
    return await askQemuOnce(path, environment, task);
  } catch (cause) {
    task.signal.throwIfAborted();
    throwShortage(cause);
    throw new ToolchainError(
      {
        code: 'LAB-TOOLCHAIN-QEMU-BROKEN',
        message: `the given QEMU does not run: \`${path} -version\` failed`,
        hint: 'run it by hand; if it was built for another system or lacks a library, build it here, or leave out --qemu',
      },
      { cause },
    );
  }
}

/** What PATH's QEMU is like: absent, not running, without the feature, or fit. */
export type SystemQemu =
  | { readonly state: 'absent' }
  | { readonly state: 'broken'; readonly path: string }
  | { readonly state: 'old'; readonly path: string; readonly version: string }
  | { readonly state: 'fit'; readonly tool: QemuTool };

/** Looks at PATH's QEMU. One that does not serve is no error: another will be provisioned. */
export async function systemQemu(environment: Environment, task: Task): Promise<SystemQemu> {
  const path = findProgram(program);
  if (path === undefined) return { state: 'absent' };
  try {
    const { version, foreign, sriov } = await askQemuOnce(path, environment, task);
    return sriov && !foreign
      ? { state: 'fit', tool: { command: [path], version, origin: 'system' } }
      : { state: 'old', path, version };
  } catch (error) {
    task.signal.throwIfAborted();
    throwShortage(error);
    return { state: 'broken', path };
  }
}
