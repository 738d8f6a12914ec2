import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ToolchainError } from '../../errors/families.js';
import { runOrThrow } from '../../process/run.js';
import type { QemuTool } from '../../toolchain/types.js';
import { librariesOf, loaderOfTree, type DynamicLoader } from '../micro/libraries.js';
import { interpreterOf } from './elf.js';

/** The files that QEMU reads for a q35 machine that boots a kernel which it is given (`-kernel`), by PVH or as a bzImage. */
const DATA_FILES = ['bios-256k.bin', 'kvmvapic.bin', 'linuxboot_dma.bin', 'pvh.bin'];

const NAME = 'qemu-system-x86_64';

/** A QEMU with all that it has to be copied with. All paths are absolute. */
export interface LocatedQemu {
  readonly program: string;
  /** Undefined: it is static. */
  readonly loader: DynamicLoader | undefined;
  readonly libraries: readonly string[];
  readonly data: readonly string[];
}

/** Finds the parts of a QEMU, wherever it comes from. Throws ToolchainError if it is not a program that can be copied. */
export async function locateQemu(qemu: QemuTool): Promise<LocatedQemu> {
  const [command] = qemu.command;
  const { program, loader } = programOf(command);
  return {
    program,
    loader,
    libraries: loader === undefined ? [] : await librariesOf(program, loader),
    data: await dataOf(qemu),
  };
}

/** A wrapper of the toolchain's stands beside its tree: see wrappers.ts. */
function programOf(command: string): Pick<LocatedQemu, 'program' | 'loader'> {
  const tree = join(dirname(command), '../tree');
  const wrapped = join(tree, 'usr/bin', NAME);
  if (command.endsWith(`/bin/${NAME}`) && existsSync(wrapped))
    return { program: wrapped, loader: loaderOfTree(tree) };
  const interpreter = interpreterOf(command);
  if (interpreter === undefined) {
    throw cannotCopy(
      command,
      'is a script or for another kind of computer',
      'give the x86-64 program itself with --qemu, not a script that starts it',
    );
  }
  return { program: command, loader: interpreter === null ? undefined : { path: interpreter } };
}

async function dataOf(qemu: QemuTool): Promise<string[]> {
  const { stdout } = await runOrThrow([...qemu.command, '-L', 'help'], { timeoutMs: 20_000 });
  const folders = stdout.split('\n').filter((line) => line.startsWith('/'));
  return DATA_FILES.map((name) => {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    throw cannotCopy(
      qemu.command[0],
      `finds no ${name}`,
      `see which folders it looks in with -L help; "make" in QEMU's build folder makes the file, and packages of seabios or qemu-system-data have it`,
    );
  });
}

/** The error for a QEMU that serves on this computer, and cannot be taken into a machine. */
export function cannotCopy(qemu: string, why: string, hint: string, cause?: unknown): ToolchainError {
  return new ToolchainError(
    {
      code: 'LAB-IMAGE-QEMU',
      message: `QEMU cannot be put into the image hypervisor: ${qemu} ${why}`,
      hint,
    },
    cause === undefined ? {} : { cause },
  );
}
